import { Card, Stack, Text, Title } from '@mantine/core';
import { Scale } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { percent } from '../../rollouts/words.ts';
import type { FairnessSlice } from '../model-of.ts';
import { figure } from '../words.ts';

type Group = FairnessSlice['groups'][number];
type Rate = keyof Group['intervals'];

/** How the model does within each slice, with intervals and how many rows stand behind each figure. */
export function FairnessPanel({ slices }: { slices: readonly FairnessSlice[] }) {
  if (slices.length === 0) {
    return (
      <EmptyState icon={Scale} title="No slice was compared">
        Slices are named when a model is trained: <code>plumbline train FILE --slices site,trade</code>.
      </EmptyState>
    );
  }
  return (
    <Stack>
      {slices.map((slice) => (
        <Card withBorder key={slice.slice}>
          <Title order={2}>By {slice.slice}</Title>
          <Text size="sm" mb="xs">
            <StateBadge tone={isMoreThanChance(slice) ? 'warning' : 'good'}>
              {isMoreThanChance(slice) ? 'more than chance' : 'no more than chance'}
            </StateBadge>{' '}
            {slice.sentence}
          </Text>
          <DataTable
            caption={`Groups of ${slice.slice}`}
            minWidth={860}
            rows={slice.groups}
            keyOf={({ group }) => group}
            columns={[
              { key: 'group', title: 'Group', isHeading: true, cell: ({ group }) => group },
              { key: 'count', title: 'Rows', align: 'right', cell: ({ count }) => count.toLocaleString('en') },
              rate('selectionRate', 'Said to be late'),
              rate('accuracy', 'Accuracy'),
              rate('truePositiveRate', 'Of the late ones, found'),
              rate('falsePositiveRate', 'Of those in time, blamed'),
            ]}
          />
          <Text size="xs" c="dimmed" mt="xs">
            {closing(slice)}
          </Text>
        </Card>
      ))}
    </Stack>
  );
}

function rate(name: Rate, title: string) {
  return {
    key: name,
    title,
    align: 'right' as const,
    cell: (group: Group) => {
      const value = group[name];
      const interval = group.intervals[name];
      if (value === null || value === undefined) return '–';
      return interval === undefined
        ? percent(value)
        : `${percent(value)} (${percent(interval.low, 0)} – ${percent(interval.high, 0)})`;
    },
  };
}

function isMoreThanChance({ disparity, byChance }: FairnessSlice): boolean {
  return (
    exceeds(disparity.demographicParityDifference, byChance.demographicParityDifference) ||
    exceeds(disparity.equalizedOddsDifference, byChance.equalizedOddsDifference)
  );
}

function exceeds(found: number | null, chance: number | null): boolean {
  return found !== null && chance !== null && found > chance;
}

function closing({ disparity, byChance, intervals, level, tooSmall, unknown }: FairnessSlice): string {
  return [
    ...difference(
      'The share that is said to be late',
      disparity.demographicParityDifference,
      intervals.demographicParityDifference,
      byChance.demographicParityDifference,
    ),
    ...difference(
      'Rates of hits and false alarms',
      disparity.equalizedOddsDifference,
      intervals.equalizedOddsDifference,
      byChance.equalizedOddsDifference,
    ),
    `Intervals hold ${percent(level, 2)} each.`,
    ...(tooSmall.groups.length === 0
      ? []
      : [
          `Too small to compare (fewer than ${tooSmall.minimum} rows): ${tooSmall.groups.join(', ')}${tooSmall.more > 0 ? ` and ${tooSmall.more} more` : ''}, ${tooSmall.rows} rows together.`,
        ]),
    ...(unknown === 0 ? [] : [`${unknown.toLocaleString('en')} rows do not say to which group they belong.`]),
  ].join(' ');
}

function difference(
  name: string,
  value: number | null,
  interval: { low: number; high: number } | undefined,
  chance: number | null,
): string[] {
  if (value === null) return [];
  const between = interval === undefined ? '' : ` (${figure(interval.low)} – ${figure(interval.high)})`;
  return [`${name} differs by ${figure(value)}${between}${chance === null ? '' : `, by chance ${figure(chance)}`}.`];
}
