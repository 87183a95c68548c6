import { Stack, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { day, figure, percent, whole } from '../../../parts/values/figures.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Differences } from './differences.tsx';
import type { Comparison, SliceLoss } from './turn-details.ts';

/** Champion against candidate, on outcomes that neither had seen. */
export function ComparisonView({ comparison }: { comparison: Comparison }) {
  const { rows, clusters, from, to, champion, candidate, improvement, low, high, level, slices, winner } = comparison;
  return (
    <Stack gap="xs">
      <Title order={3}>Champion against candidate</Title>
      <Text size="sm" c="dimmed">
        {whole(rows)} outcomes in {whole(clusters)} groups, known from {day(from)} to {day(to)}, newer than anything the
        champion learned from. Paired over the same rows, groups drawn together.
      </Text>
      <DataTable
        caption="Champion against candidate"
        minWidth={420}
        rows={[
          { name: 'champion', ...champion },
          { name: 'candidate', ...candidate },
        ]}
        keyOf={({ name }) => name}
        columns={[
          { key: 'model', title: 'Model', cell: ({ name }) => (name === winner ? `${name} (wins)` : name) },
          { key: 'brier', title: 'Brier, lower is better', align: 'right', cell: ({ brier }) => figure(brier, 4) },
          { key: 'auc', title: 'AUC, higher is better', align: 'right', cell: ({ auc }) => figure(auc, 4) },
        ]}
      />
      <Text size="sm">
        Brier improves by <b>{figure(improvement, 4)}</b> ({percent(level, 1)} interval {figure(low, 4)} …{' '}
        {figure(high, 4)}): {comparison.sentence}.
      </Text>
      <Differences
        label={`The candidate's gain of Brier score with its interval: ${figure(improvement, 4)}, ${figure(low, 4)} to ${figure(high, 4)}`}
        marks={[{ name: 'all rows', value: improvement, low, high }]}
      />
      {slices.length > 0 && <Slices slices={slices} />}
    </Stack>
  );
}

function Slices({ slices }: { slices: readonly SliceLoss[] }) {
  return (
    <>
      <Title order={3}>By slice</Title>
      <Text size="sm" c="dimmed">
        Brier of the candidate minus that of the champion; above 0 it is worse. No slice may be worse than its limit
        even at the upper bound.
      </Text>
      <DataTable
        caption="Loss of the candidate by slice"
        minWidth={520}
        rows={slices}
        keyOf={({ name }) => name}
        columns={[
          { key: 'slice', title: 'Slice', cell: ({ name }) => name },
          { key: 'rows', title: 'Rows', align: 'right', cell: (slice) => whole(slice.rows) },
          { key: 'loss', title: 'Worse by', align: 'right', cell: ({ loss }) => figure(loss, 4) },
          { key: 'high', title: 'At most', align: 'right', cell: ({ high }) => figure(high, 4) },
          { key: 'limit', title: 'Limit', align: 'right', cell: ({ limit }) => figure(limit, 4) },
          {
            key: 'holds',
            title: 'Holds',
            cell: ({ holds }) => (
              <StateBadge tone={holds ? 'good' : 'bad'}>{holds ? 'within the limit' : 'maybe worse'}</StateBadge>
            ),
          },
        ]}
      />
    </>
  );
}
