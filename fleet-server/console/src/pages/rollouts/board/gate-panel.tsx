import { Card, Group, Select, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable, type DataColumn } from '../../../parts/tables/data-table.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { resultsOf, type GateResult, type RolloutDetails } from '../rollout-of.ts';
import { GateTrack } from './gate-track.tsx';
import { gateFigure, GATE_LIMITS } from './gate-units.ts';

const TONES: Record<GateResult['verdict'], Tone> = { pass: 'good', fail: 'bad', inconclusive: 'waiting' };
const WORDS: Record<GateResult['verdict'], string> = { pass: 'passes', fail: 'fails', inconclusive: 'open' };

/** What each gate of a stage says: its number, its bounds, its limit, and the sentence. */
export function GatePanel({ rollout, now }: { rollout: RolloutDetails; now: number }) {
  const { plan, state, decisions } = rollout;
  const [chosen, setChosen] = useState<string | null>(null);
  const opened = plan.stages.slice(0, state.stage + 1);
  const stage = chosen === null ? state.stage : Number(chosen);
  const newest = decisions.findLast((one) => one.stage === stage && resultsOf(one).length > 0);
  return (
    <Card withBorder>
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={2}>Gates</Title>
          <Text size="sm" c="dimmed">
            {newest === undefined ? (
              'No gate has said anything of this stage yet.'
            ) : (
              <>
                As they stood <Ago at={newest.at} now={now} />: {newest.sentence} <DocsLink page="gates" />
              </>
            )}
          </Text>
        </div>
        {opened.length > 1 && (
          <Select
            aria-label="Gates of stage"
            data={opened.map(({ name }, index) => ({ value: String(index), label: `${index + 1}. ${name}` }))}
            value={String(stage)}
            onChange={setChosen}
            allowDeselect={false}
            size="xs"
          />
        )}
      </Group>
      {newest !== undefined && (
        <DataTable
          caption="Gates of the stage"
          columns={COLUMNS}
          rows={resultsOf(newest)}
          keyOf={({ gate }) => gate}
          minWidth={820}
        />
      )}
    </Card>
  );
}

const COLUMNS: DataColumn<GateResult>[] = [
  { key: 'gate', title: 'Gate', isHeading: true, cell: ({ gate }) => gate },
  {
    key: 'verdict',
    title: 'Says',
    cell: ({ verdict }) => <StateBadge tone={TONES[verdict]}>{WORDS[verdict]}</StateBadge>,
  },
  {
    key: 'value',
    title: 'Measured',
    align: 'right',
    cell: ({ gate, value }) => (value === undefined ? '–' : gateFigure(gate, value)),
  },
  {
    key: 'bounds',
    title: 'Between',
    align: 'right',
    cell: ({ gate, low, high }) =>
      low === undefined && high === undefined
        ? '–'
        : `${low === undefined ? '…' : gateFigure(gate, low)} – ${high === undefined ? '…' : gateFigure(gate, high)}`,
  },
  {
    key: 'limit',
    title: 'Limit',
    align: 'right',
    cell: ({ gate, limit }) => `${GATE_LIMITS[gate] === 'least' ? '≥' : '≤'} ${gateFigure(gate, limit)}`,
  },
  { key: 'track', title: 'Against its limit', cell: (result) => <GateTrack result={result} /> },
  { key: 'sample', title: 'Of', align: 'right', cell: ({ sample }) => sample.toLocaleString('en') },
  {
    key: 'sentence',
    title: 'In words',
    cell: ({ sentence }) => (
      <Text size="sm" miw={260}>
        {sentence}
      </Text>
    ),
  },
];
