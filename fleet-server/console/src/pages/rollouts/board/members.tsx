import { Button, Card, Group, Select, Text, TextInput } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Download, Search } from 'lucide-react';
import { useMemo } from 'react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { download, toCsv } from '../../../parts/tables/csv.ts';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { VirtualTable, type Column } from '../../../parts/tables/virtual-table.tsx';
import type { Member, RolloutDetails } from '../rollout-of.ts';
import { OBSTACLES, OUTCOME_TONES, outcomeOf, OUTCOMES } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

const route = getRouteApi('/rollouts/$id');

/** Every device of the stages that opened: what it made of the release, or what it waits for. */
export function Members({ rollout, now }: { rollout: RolloutDetails; now: number }) {
  const { outcome, stage, q } = route.useSearch();
  const navigate = useNavigate({ from: '/rollouts/$id' });
  const { members, plan, turns } = rollout;
  const waits = useMemo(() => new Map(turns.waiting.map(({ device, obstacle }) => [device, obstacle])), [turns]);
  const shown = members.filter(
    (member) =>
      (outcome === undefined || outcomeOf(member) === outcome) &&
      (stage === undefined || member.stage === Number(stage)) &&
      (q === undefined || member.device.includes(q)),
  );
  const change = (next: Record<string, string | undefined>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const why = (member: Member) =>
    member.outcomeReason ?? (outcomeOf(member) === 'waiting' ? waitsFor(waits.get(member.device)) : '');
  if (members.length === 0) {
    return (
      <EmptyState icon={Search} title="No stage has opened yet">
        Devices are drawn when a stage opens, in an order that depends on their names and the seed alone. The forecast
        counts them now.
      </EmptyState>
    );
  }
  return (
    <>
      <Group mb="sm" align="flex-end">
        <TextInput
          label="Search"
          placeholder="Part of a name"
          value={q ?? ''}
          onChange={(event) => change({ q: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
        />
        <Select
          label="Outcome"
          placeholder="Any"
          clearable
          data={OUTCOMES.map((one) => ({
            value: one,
            label: `${one} (${members.filter((member) => outcomeOf(member) === one).length})`,
          }))}
          value={outcome ?? null}
          onChange={(value) => change({ outcome: value ?? undefined })}
        />
        <Select
          label="Stage"
          placeholder="Any"
          clearable
          data={plan.stages.slice(0, rollout.state.stage + 1).map(({ name }, index) => ({
            value: String(index),
            label: `${index + 1}. ${name}`,
          }))}
          value={stage ?? null}
          onChange={(value) => change({ stage: value ?? undefined })}
        />
        <Button
          variant="default"
          leftSection={<Download size={15} aria-hidden />}
          onClick={() => download(`${rollout.id}-devices.csv`, csvOf(shown, plan.stages, why))}
        >
          CSV
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {shown.length.toLocaleString('en')} of {members.length.toLocaleString('en')}
        </Text>
      </Group>
      <Card withBorder p={0}>
        <VirtualTable
          label="Devices of the rollout"
          columns={columnsOf(plan.stages, why, now)}
          rows={shown}
          keyOf={({ device }) => device}
          total={shown.length}
          onOpen={({ device }) => void navigate({ to: '/devices/$device', params: { device } })}
          height="calc(100dvh - 20rem)"
        />
      </Card>
    </>
  );
}

function waitsFor(obstacle: string | undefined): string {
  return obstacle === undefined ? 'its turn is next' : (OBSTACLES[obstacle] ?? obstacle);
}

const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function csvOf(members: readonly Member[], stages: readonly { name: string }[], why: (member: Member) => string) {
  return toCsv(
    ['device', 'stage', 'outcome', 'given at (UTC)', 'decided at (UTC)', 'reason', 'acknowledged at (UTC)'],
    members.map((one) => [
      one.device,
      stages[one.stage]?.name,
      outcomeOf(one),
      iso(one.assignedAt),
      iso(one.outcomeAt),
      why(one),
      iso(one.acknowledgedAt),
    ]),
  );
}

function columnsOf(
  stages: readonly { name: string }[],
  why: (member: Member) => string,
  now: number,
): Column<Member>[] {
  return [
    {
      key: 'device',
      title: 'Device',
      width: 'minmax(160px, 2fr)',
      cell: ({ device }) => (
        <PageLink to="/devices/$device" params={{ device }} size="sm">
          {device}
        </PageLink>
      ),
    },
    { key: 'stage', title: 'Stage', width: 'minmax(90px, 1fr)', cell: ({ stage }) => stages[stage]?.name ?? stage },
    {
      key: 'outcome',
      title: 'Outcome',
      width: '130px',
      cell: (member) => {
        const outcome = outcomeOf(member);
        return <StateBadge tone={OUTCOME_TONES[outcome]}>{outcome}</StateBadge>;
      },
    },
    { key: 'given', title: 'Given', width: '110px', cell: ({ assignedAt }) => <Ago at={assignedAt} now={now} /> },
    {
      key: 'decided',
      title: 'Decided',
      width: '110px',
      cell: ({ outcomeAt }) => (outcomeAt === null ? '–' : <Ago at={outcomeAt} now={now} />),
    },
    {
      key: 'why',
      title: 'Reason, or what it waits for',
      width: 'minmax(220px, 4fr)',
      cell: (member) => <span title={why(member)}>{why(member)}</span>,
    },
    {
      key: 'noted',
      title: 'Noted',
      width: '110px',
      cell: ({ acknowledgedAt }) => (acknowledgedAt === null ? '–' : <Ago at={acknowledgedAt} now={now} />),
    },
  ];
}
