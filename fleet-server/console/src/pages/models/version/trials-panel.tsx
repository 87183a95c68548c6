import { Card, List, Stack, Text, Title } from '@mantine/core';
import { Shrink } from 'lucide-react';
import { useMemo } from 'react';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { Chart } from '../../../parts/charts/chart.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { percent, sizeOf } from '../../rollouts/words.ts';
import { declinedOf, trialsOf, type TrialRow, type Version } from '../model-of.ts';
import { figure } from '../words.ts';
import { fateOf, trialChart, type Fate } from './trial-chart.ts';

const TONES: Record<Fate, Tone> = { chosen: 'good', passed: 'quiet', refused: 'bad' };

/** Every encoding that was tried: how small, how much alike, and what was decided of it. */
export function TrialsPanel({ version }: { version: Version }) {
  const trials = useMemo(() => trialsOf(version), [version]);
  const option = useMemo(() => trialChart(trials), [trials]);
  const declined = declinedOf(version);
  if (trials.length === 0) {
    return (
      <EmptyState icon={Shrink} title="Nothing was tried">
        The card of this version holds no trial table.
      </EmptyState>
    );
  }
  const chosen = trials.filter((row) => fateOf(row) === 'chosen').length;
  const refused = trials.filter((row) => fateOf(row) === 'refused').length;
  return (
    <Stack>
      <Card withBorder>
        <Title order={2}>Size against agreement</Title>
        <Text size="sm" c="dimmed">
          Of {trials.length} encodings {chosen} {chosen === 1 ? 'was' : 'were'} chosen and {refused} refused. Agreement:
          share of the selection rows on which it decides as the model it came from. <DocsLink page="shrinking" />
        </Text>
        <Chart
          option={option}
          height={280}
          label={`Encodings by size and agreement: ${trials.map((row) => `${row.variant} ${sizeOf(row.bytes)}, ${row.agreement === undefined ? 'no answer' : percent(row.agreement, 2)}, ${fateOf(row)}`).join('; ')}`}
        />
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          Trials
        </Title>
        <DataTable
          caption="Encodings that were tried"
          minWidth={980}
          rows={trials}
          keyOf={({ variant }) => variant}
          columns={COLUMNS}
        />
        {declined.length > 0 && (
          <>
            <Title order={3} mt="md" mb={4}>
              Not tried, and why
            </Title>
            <List size="sm">
              {declined.map((why) => (
                <List.Item key={why}>{why}</List.Item>
              ))}
            </List>
          </>
        )}
      </Card>
    </Stack>
  );
}

const COLUMNS = [
  {
    key: 'variant',
    title: 'Variant',
    isHeading: true,
    cell: ({ variant, notes }: TrialRow) => (
      <Stack gap={0}>
        <span>{variant}</span>
        <Text size="xs" c="dimmed">
          {notes.join(', ')}
        </Text>
      </Stack>
    ),
  },
  {
    key: 'fate',
    title: 'Decided',
    cell: (row: TrialRow) => <StateBadge tone={TONES[fateOf(row)]}>{fateOf(row)}</StateBadge>,
  },
  { key: 'bytes', title: 'Model', align: 'right' as const, cell: ({ bytes }: TrialRow) => sizeOf(bytes) },
  { key: 'wire', title: 'On the wire', align: 'right' as const, cell: ({ wire }: TrialRow) => sizeOf(wire.brotli) },
  {
    key: 'agreement',
    title: 'Agreement',
    align: 'right' as const,
    cell: ({ agreement }: TrialRow) => (agreement === undefined ? 'no answer' : percent(agreement, 2)),
  },
  {
    key: 'diff',
    title: 'Largest difference',
    align: 'right' as const,
    cell: ({ maxDiff }: TrialRow) => (maxDiff === undefined ? '–' : maxDiff.toPrecision(2)),
  },
  {
    key: 'metric',
    title: 'Figure, before → after',
    align: 'right' as const,
    cell: ({ metric }: TrialRow) =>
      metric === undefined ? '–' : `${metric.name} ${figure(metric.reference)} → ${figure(metric.candidate)}`,
  },
  {
    key: 'why',
    title: 'Why, and for which profiles',
    cell: ({ reason, chosenFor }: TrialRow) => (
      <Stack gap={0}>
        <span>{reason}</span>
        {chosenFor.length > 0 && (
          <Text size="xs" c="dimmed">
            {chosenFor.join(', ')}
          </Text>
        )}
      </Stack>
    ),
  },
];
