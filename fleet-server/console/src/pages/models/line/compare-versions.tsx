import { Card, Group, List, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { sizeOf } from '../../rollouts/words.ts';
import { comparisonQuery } from '../model-queries.ts';
import type { CardFigure, Comparison, Version } from '../model-of.ts';
import { metricName, shortHash, withInterval } from '../words.ts';

const route = getRouteApi('/models/$line');

/** Two versions side by side: inputs, data, figures and sizes. */
export function CompareVersions({ line, versions }: { line: string; versions: readonly Version[] }) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/models/$line' });
  const names = versions.map(({ version }) => version);
  const a = search.a ?? names[1] ?? '';
  const b = search.b ?? names[0] ?? '';
  const { data, error, refetch } = useQuery({ ...comparisonQuery(line, a, b), enabled: a !== '' && b !== '' });
  const change = (next: { a?: string; b?: string }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <Stack>
      <Group>
        <Select
          label="Version"
          data={names}
          value={a}
          allowDeselect={false}
          onChange={(next) => change({ a: next ?? '' })}
        />
        <Select
          label="Against"
          data={names}
          value={b}
          allowDeselect={false}
          onChange={(next) => change({ b: next ?? '' })}
        />
      </Group>
      {error !== null && <ProblemView problem={error} again={refetch} />}
      {data === undefined && error === null && <Skeleton height={280} />}
      {data !== undefined && <Compared comparison={data as Comparison} />}
    </Stack>
  );
}

function Compared({ comparison }: { comparison: Comparison }) {
  const { versions, algorithm, inputs, data, metrics, sizes, remarks } = comparison;
  const facts: [string, string, string][] = [
    ['Algorithm', algorithm[0], algorithm[1]],
    ['Data', dataWord(data[0]), dataWord(data[1])],
  ];
  const columns = <Row,>(first: string, name: (row: Row) => string, pair: (row: Row) => readonly [string, string]) => [
    { key: 'name', title: first, isHeading: true, cell: name },
    { key: 'a', title: versions[0], cell: (row: Row) => pair(row)[0] },
    { key: 'b', title: versions[1], cell: (row: Row) => pair(row)[1] },
  ];
  const changes = [
    ...inputs.added.map((feature) => `${feature} is new`),
    ...inputs.removed.map((feature) => `${feature} is gone`),
    ...inputs.changed.map(
      ({ feature, what, values }) => `${feature}: ${what} ${String(values[0])} → ${String(values[1])}`,
    ),
  ];
  return (
    <>
      {remarks.length > 0 && (
        <List size="sm">
          {remarks.map((remark) => (
            <List.Item key={remark}>{remark}</List.Item>
          ))}
        </List>
      )}
      <Card withBorder>
        <Title order={2} mb="xs">
          Figures, with 95 % intervals
        </Title>
        <DataTable
          caption="Figures of both versions"
          rows={metrics}
          keyOf={({ metric }) => metric}
          columns={columns<Comparison['metrics'][number]>(
            'Figure',
            ({ metric }) => metricName(metric),
            ({ values }) => [figureWord(values[0]), figureWord(values[1])],
          )}
        />
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          What they are made of
        </Title>
        <DataTable
          caption="Algorithm and data of both versions"
          rows={facts}
          keyOf={([name]) => name}
          columns={columns<[string, string, string]>(
            'What',
            ([name]) => name,
            ([, first, second]) => [first, second],
          )}
        />
        <Text size="sm" mt="xs">
          {changes.length === 0 ? 'They take the same inputs.' : changes.join('; ')}
        </Text>
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          Archives
        </Title>
        <DataTable
          caption="Bytes of the archive, by encoding"
          rows={sizes}
          keyOf={({ variant }) => variant}
          columns={columns<Comparison['sizes'][number]>(
            'Variant',
            ({ variant }) => variant,
            ({ archiveBytes }) => [bytesWord(archiveBytes[0]), bytesWord(archiveBytes[1])],
          )}
        />
      </Card>
    </>
  );
}

function figureWord(one: CardFigure | null): string {
  return one === null ? '–' : withInterval(one);
}

function bytesWord(one: number | null): string {
  return one === null ? '–' : sizeOf(one);
}

function dataWord(one: Comparison['data'][number] | null): string {
  if (one === null) return 'not recorded';
  return `${one.name}@${shortHash(one.version)}${one.rows === null ? '' : `, ${one.rows.toLocaleString('en')} rows`}`;
}
