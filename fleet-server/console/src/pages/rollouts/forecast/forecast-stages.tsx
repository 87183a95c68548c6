import { Card, Text, Title } from '@mantine/core';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import type { Forecast } from '../rollout-of.ts';
import { figure, percent, span } from '../words.ts';

type Stages = Forecast['stages'];

/** Time and gates of each stage, as far as the past of its devices tells them. */
export function ForecastStages({ stages }: { stages: Stages }) {
  const gates = stages.flatMap((stage) => stage.gates.map((gate) => ({ stage: stage.name, ...gate })));
  return (
    <>
      <Card withBorder>
        <Title order={2} mb="xs">
          Time, stage by stage
        </Title>
        <DataTable
          caption="Time of each stage"
          minWidth={860}
          rows={stages}
          keyOf={({ name }) => name}
          columns={[
            { key: 'stage', title: 'Stage', isHeading: true, cell: ({ name }) => name },
            {
              key: 'selected',
              title: 'Selected',
              align: 'right',
              cell: ({ selected }) => selected.toLocaleString('en'),
            },
            { key: 'devices', title: 'Draws', align: 'right', cell: ({ devices }) => devices.toLocaleString('en') },
            { key: 'online', title: 'There now', align: 'right', cell: ({ online }) => online.toLocaleString('en') },
            { key: 'opens', title: 'Opens in', align: 'right', cell: ({ opensAfterMs }) => span(opensAfterMs) },
            {
              key: 'within',
              title: 'Reached in an hour, a day, a week',
              align: 'right',
              cell: ({ within }) => [within.hour, within.day, within.week].map((one) => percent(one, 0)).join(' · '),
            },
            {
              key: 'ninety',
              title: 'Nine in ten after',
              align: 'right',
              cell: ({ ninetyAfterMs }) => (ninetyAfterMs === undefined ? 'not in 14 d' : span(ninetyAfterMs)),
            },
            { key: 'likely', title: 'Likely takes', align: 'right', cell: ({ likelyMs }) => span(likelyMs) },
            {
              key: 'silent',
              title: 'Silent for 30 d',
              align: 'right',
              cell: ({ silent }) => <span title={silent.join(', ')}>{silent.length.toLocaleString('en')}</span>,
            },
          ]}
        />
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          Which gates can decide
        </Title>
        <DataTable
          caption="What each gate can tell of each stage by its deadline"
          minWidth={820}
          rows={gates}
          keyOf={({ stage, gate }) => `${stage}/${gate}`}
          columns={[
            { key: 'stage', title: 'Stage', isHeading: true, cell: ({ stage }) => stage },
            { key: 'gate', title: 'Gate', cell: ({ gate }) => gate },
            { key: 'stop', title: 'Can stop', cell: ({ canStop }) => <Can isAble={canStop} /> },
            { key: 'pass', title: 'Can pass', cell: ({ canPass }) => <Can isAble={canPass} /> },
            {
              key: 'smallest',
              title: 'Notices from',
              align: 'right',
              cell: ({ gate, smallest }) =>
                smallest === undefined
                  ? '–'
                  : gate === 'quality' || gate === 'fairness'
                    ? figure(smallest)
                    : percent(smallest),
            },
            { key: 'sentence', title: 'Why', cell: ({ sentence }) => <Text size="sm">{sentence}</Text> },
          ]}
        />
      </Card>
    </>
  );
}

function Can({ isAble }: { isAble: boolean }) {
  return <StateBadge tone={isAble ? 'good' : 'warning'}>{isAble ? 'yes' : 'no'}</StateBadge>;
}
