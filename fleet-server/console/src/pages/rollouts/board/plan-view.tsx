import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { Copy, Download } from 'lucide-react';
import { useMay } from '../../../api/session.ts';
import { download } from '../../../parts/tables/csv.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { counted } from '../../../parts/values/figures.ts';
import type { PlanStage, RolloutDetails } from '../rollout-of.ts';
import { gatesSentence } from '../plan/gate-words.ts';
import { span } from '../words.ts';
import { PageButton } from '../../../parts/address/links.tsx';

/** What was written down, made whole: stages, gates, hours, and what happens when a gate fails. */
export function PlanView({ rollout: { id, plan } }: { rollout: RolloutDetails }) {
  const mayWrite = useMay('rollouts:write');
  return (
    <Stack>
      <Group>
        <Button
          variant="default"
          leftSection={<Download size={15} aria-hidden />}
          onClick={() => download(`${id}.json`, JSON.stringify(plan, null, 2), 'application/json')}
        >
          Plan as a file
        </Button>
        {mayWrite && (
          <PageButton
            variant="default"
            to="/rollouts/new"
            search={{ from: id }}
            leftSection={<Copy size={15} aria-hidden />}
          >
            Write a new one like it
          </PageButton>
        )}
      </Group>
      <Card withBorder>
        <Title order={2} mb="xs">
          Stages
        </Title>
        <DataTable
          caption="Stages of the plan"
          minWidth={760}
          rows={plan.stages}
          keyOf={({ name }) => name}
          columns={[
            { key: 'name', title: 'Stage', isHeading: true, cell: ({ name }) => name },
            { key: 'who', title: 'Who', cell: whoOf },
            {
              key: 'size',
              title: 'Size',
              align: 'right',
              cell: ({ size }) => ('percent' in size ? `${size.percent} %` : counted(size.count, 'device')),
            },
            { key: 'soak', title: 'Soak', align: 'right', cell: ({ soak }) => span(soak) },
            { key: 'deadline', title: 'Deadline', align: 'right', cell: ({ deadline }) => span(deadline) },
            {
              key: 'opens',
              title: 'Opened by',
              cell: ({ approval }) => (approval === 'required' ? 'another person' : 'itself'),
            },
            { key: 'rate', title: 'Pace', cell: paceOf },
            { key: 'gates', title: 'Own gates', cell: ({ gates }) => gatesSentence(gates ?? {}) },
          ]}
        />
      </Card>
      <Card withBorder>
        <Title order={2} mb="xs">
          Of all stages
        </Title>
        <DataTable
          caption="What holds for all stages"
          rows={restOf(plan)}
          keyOf={([label]) => label}
          columns={[
            { key: 'label', title: 'What', isHeading: true, cell: ([label]) => label },
            { key: 'value', title: 'As planned', cell: ([, value]) => <Text size="sm">{value}</Text> },
          ]}
        />
      </Card>
    </Stack>
  );
}

function whoOf({ group, selector }: PlanStage): string {
  return [group === undefined ? '' : `group ${group}`, selector ?? ''].filter(Boolean).join(' and ') || 'every device';
}

function paceOf({ perHour, underWay }: PlanStage): string {
  const parts = [
    perHour === undefined ? '' : `${perHour} an hour`,
    underWay === undefined ? '' : `${underWay} under way`,
  ];
  return parts.filter(Boolean).join(', ') || 'no limit';
}

function restOf({ gates, window, freezes, onFailure, priority, seed, policy, settings }: RolloutDetails['plan']) {
  return [
    ['Gates', gatesSentence(gates)],
    ['Policy', policy ?? 'none'],
    [
      'Window',
      window === undefined
        ? 'any hour'
        : `${window.days.join(', ')} from ${window.from} until ${window.until}, by the clock of each site`,
    ],
    [
      'Freeze dates',
      freezes
        .map(({ from, until, reason }) => `${from} to ${until}${reason === '' ? '' : ` (${reason})`}`)
        .join('; ') || 'none',
    ],
    ['When a gate fails', onFailure === 'revert' ? 'every device goes back' : 'it pauses'],
    ['Priority', String(priority)],
    ['Seed', String(seed)],
    ['Settings of devices', settings === undefined ? 'as they are' : JSON.stringify(settings)],
  ] as const;
}
