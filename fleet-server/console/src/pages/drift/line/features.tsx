import { Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ApiProblem } from '../../../api/problem.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { counted, day, percent, whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { shareOfDifference } from '../feature/difference.ts';
import { reportQuery, standingQuery, type DriftReport } from '../queries.ts';
import { NothingCounted } from './performance.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

/** From the model to its features and its sites: what differs most from training, and who brings it. */
export function Features({ line, version }: { line: string; version: string | undefined }) {
  const asked = useQuery(reportQuery(line, version));
  if (asked.error instanceof ApiProblem && asked.error.code === 'nothing_counted') {
    return <NothingCounted line={line} />;
  }
  return (
    <Loaded asked={asked} heightPx={480}>
      {(report) => <OfReport report={report} />}
    </Loaded>
  );
}

function OfReport({ report }: { report: DriftReport }) {
  const { line, version, features, sites, now, reference } = report;
  const { data: standing = [] } = useQuery(standingQuery(line));
  const moved = new Set(
    standing.filter((one) => one.version === version && one.subject !== undefined).map(({ subject }) => subject),
  );
  const rows = features
    .map((feature) => ({ ...feature, difference: shareOfDifference(feature.reference, feature.now) }))
    .toSorted((a, b) => (b.difference ?? 0) - (a.difference ?? 0));
  const period = `${counted(now.predictions, 'prediction')}, ${day(now.from)} … ${day(now.to)}`;
  return (
    <Stack>
      <Section
        title="Features"
        about={
          reference === null
            ? 'The bundle has no reference: nothing can be compared.'
            : `${period}, against ${whole(reference.rows)} rows of training. The share of predictions that lie in other bins than in training; a description, not a test: the badge says what a test found.`
        }
      >
        <DataTable
          caption="Features by how much they differ from training"
          minWidth={560}
          rows={rows}
          keyOf={({ name }) => name}
          columns={[
            {
              key: 'name',
              title: 'Feature',
              isHeading: true,
              cell: ({ name, seasonal }) => (
                <>
                  <PageLink to="/drift/$line/$feature" params={{ line, feature: name }} search={{ version }} size="sm">
                    {name}
                  </PageLink>
                  {seasonal && (
                    <Text size="xs" c="dimmed">
                      follows the calendar: never an alarm
                    </Text>
                  )}
                </>
              ),
            },
            {
              key: 'found',
              title: 'Found',
              cell: ({ name }) => (
                <StateBadge tone={moved.has(name) ? 'warning' : 'good'}>{moved.has(name) ? 'moved' : 'no'}</StateBadge>
              ),
            },
            {
              key: 'share',
              title: 'In other bins',
              align: 'right',
              cell: ({ difference }) => percent(difference, 0),
            },
            {
              key: 'bar',
              title: 'Difference',
              cell: ({ name, difference }) => (
                <Progress
                  value={100 * (difference ?? 0)}
                  miw={140}
                  aria-label={`${name}: ${percent(difference, 0)} in other bins`}
                />
              ),
            },
          ]}
        />
      </Section>
      <Section title="Sites" about={`Who brought these predictions: ${period}.`}>
        <DataTable
          caption="Predictions and outcomes by site"
          minWidth={480}
          rows={sites}
          keyOf={({ site }) => site}
          columns={[
            { key: 'site', title: 'Site', isHeading: true, cell: ({ site }) => site },
            { key: 'devices', title: 'Devices', align: 'right', cell: ({ devices }) => whole(devices) },
            { key: 'n', title: 'Predictions', align: 'right', cell: ({ predictions }) => whole(predictions) },
            {
              key: 'share',
              title: 'Of all',
              align: 'right',
              cell: ({ predictions }) => percent(predictions / Math.max(1, now.predictions), 0),
            },
            { key: 'outcomes', title: 'Outcomes', align: 'right', cell: ({ outcomes }) => whole(outcomes) },
            { key: 'late', title: 'Late', align: 'right', cell: ({ late }) => whole(late) },
          ]}
        />
      </Section>
    </Stack>
  );
}
