import { Progress, Text } from '@mantine/core';
import { attributeChange } from '@plumbline/shared/drift';
import { useQuery } from '@tanstack/react-query';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { day, percent, whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { siteWindowsQuery, type DriftHistogram, type DriftReport, type KeptFinding } from '../queries.ts';
import { shareOfDifference, sum } from './difference.ts';

/** Which sites brought the difference: by the newest finding that says so, and by the counts of now. */
export function SiteShares({
  report: { line, version, now },
  bins,
  findings,
}: {
  report: DriftReport;
  bins: DriftHistogram;
  findings: readonly KeptFinding[];
}) {
  const asked = useQuery(siteWindowsQuery(line, version, now.from, now.to));
  const told = findings.find(({ shares }) => shares.length > 0);
  return (
    <Section
      title="By site"
      about={`What each site brought to the difference between training and ${day(now.from)} … ${day(now.to)}; the shares add up to 100 %, below 0 a site pulled the other way. A description, not a test.`}
    >
      {told !== undefined && (
        <Text size="sm">
          The finding of {day(told.from)} … {day(told.to)}:{' '}
          {told.shares.map(({ site, share }) => `${site} ${percent(share, 0)}`).join(', ')}.
        </Text>
      )}
      <Loaded asked={asked} heightPx={140}>
        {(windows) => {
          const parts = windows.map(({ scope, window }) => ({
            name: scope.id,
            counts: window.features[bins.name] ?? [],
          }));
          const shares = new Map(attributeChange(bins.reference, parts).map(({ name, share }) => [name, share]));
          const rows = parts
            .map((part) => ({
              ...part,
              share: shares.get(part.name) ?? null,
              difference: shareOfDifference(bins.reference, part.counts),
            }))
            .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
          return rows.length === 0 ? (
            <Text size="sm" c="dimmed">
              No site has counted this feature in that time.
            </Text>
          ) : (
            <DataTable
              caption={`${bins.name} by site`}
              minWidth={520}
              rows={rows}
              keyOf={({ name }) => name}
              columns={[
                { key: 'site', title: 'Site', isHeading: true, cell: ({ name }) => name },
                { key: 'n', title: 'Predictions', align: 'right', cell: ({ counts }) => whole(sum(counts)) },
                {
                  key: 'difference',
                  title: 'Own values in other bins',
                  align: 'right',
                  cell: ({ difference }) => percent(difference, 0),
                },
                { key: 'share', title: 'Of the difference', align: 'right', cell: ({ share }) => percent(share, 0) },
                {
                  key: 'bar',
                  title: 'Share',
                  cell: ({ name, share }) => (
                    <Progress
                      value={100 * Math.min(1, Math.max(0, share ?? 0))}
                      miw={120}
                      aria-label={`${name}: ${percent(share, 0)} of the difference`}
                    />
                  ),
                },
              ]}
            />
          );
        }}
      </Loaded>
    </Section>
  );
}
