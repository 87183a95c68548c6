import { Badge, Card, Group, Stack, Text } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useServerNow } from '../../../api/server-clock.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { aliasesQuery, cardQuery } from '../model-queries.ts';
import { datasetOf, type Version } from '../model-of.ts';
import { RunningCount } from '../running-count.tsx';
import { metricName, shortHash, stateOf, withInterval } from '../words.ts';
import { AliasDialog } from './alias-dialog.tsx';
import { PageLink } from '../../../parts/address/links.tsx';

/** Cards are read one by one: those of the newest versions. */
const WITH_FIGURES = 30;
const SHOWN_METRICS = ['auc', 'brier', 'mae', 'rmse'];

export function LineVersions({ line, versions }: { line: string; versions: readonly Version[] }) {
  const now = useServerNow();
  const aliases = useQuery(aliasesQuery(line));
  const figures = useQueries({
    queries: versions
      .slice(0, WITH_FIGURES)
      .map(({ version }) => ({ ...cardQuery(line, version), staleTime: 600_000 })),
  });
  const cards = new Map(figures.flatMap(({ data }) => (data === undefined ? [] : [[data.version, data.card]])));
  const metrics = SHOWN_METRICS.filter((metric) =>
    [...cards.values()].some(({ crossValidated }) => crossValidated[metric] !== undefined),
  );
  return (
    <Card withBorder>
      {aliases.error !== null && <ProblemView problem={aliases.error} />}
      <DataTable
        caption={`Versions of ${line}, newest first`}
        minWidth={960}
        rows={versions}
        keyOf={({ version }) => version}
        columns={[
          {
            key: 'version',
            title: 'Version',
            isHeading: true,
            cell: ({ version, algorithm }) => (
              <Stack gap={2}>
                <Group gap={6} wrap="nowrap">
                  <PageLink to="/models/$line/$version" params={{ line, version }} size="sm" fw={600}>
                    {version}
                  </PageLink>
                  {aliases.data?.aliases
                    .filter((one) => one.version === version)
                    .map(({ name }) => (
                      <Badge key={name} variant="outline" size="sm" tt="none">
                        {name}
                      </Badge>
                    ))}
                </Group>
                <Text size="xs" c="dimmed">
                  {algorithm}
                </Text>
              </Stack>
            ),
          },
          {
            key: 'state',
            title: 'State',
            cell: (one) => (
              <Stack gap={2} align="flex-start">
                <StateBadge tone={stateOf(one).tone}>{stateOf(one).word}</StateBadge>
                {one.deprecation !== undefined && (
                  <Text size="xs" c="dimmed">
                    {one.deprecation.reason}
                    {one.deprecation.replacedBy === null ? '' : `; use ${one.deprecation.replacedBy}`}
                  </Text>
                )}
              </Stack>
            ),
          },
          { key: 'made', title: 'Made', isOneLine: true, cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
          {
            key: 'runs',
            title: 'Devices run it',
            align: 'right',
            cell: ({ version }) => <RunningCount line={line} version={version} />,
          },
          ...metrics.map((metric) => ({
            key: metric,
            title: metricName(metric),
            align: 'right' as const,
            cell: ({ version }: Version) => {
              const one = cards.get(version)?.crossValidated[metric];
              return one === undefined ? '–' : withInterval(one);
            },
          })),
          { key: 'data', title: 'Learned from', cell: DatasetOf },
          { key: 'after', title: 'Follows', cell: ({ predecessor }) => predecessor ?? 'nothing' },
        ]}
      />
      <Text size="xs" c="dimmed" mt="xs">
        Figures are out of fold on the data each version was made from, with 95 % intervals; two of them compare only on
        the same rows.
      </Text>
      {aliases.data !== undefined && <AliasDialog line={line} versions={versions} aliases={aliases.data.aliases} />}
    </Card>
  );
}

function DatasetOf(one: Version) {
  const dataset = datasetOf(one);
  if (dataset === undefined) return '–';
  return (
    <PageLink to="/data/datasets/$name/$version" params={dataset} size="sm" title={dataset.version}>
      {dataset.name}@{shortHash(dataset.version)}
    </PageLink>
  );
}
