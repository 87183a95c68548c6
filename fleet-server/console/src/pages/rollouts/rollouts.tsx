import { Button, Card, Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, Rocket } from 'lucide-react';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { StateBadge } from '../../parts/values/badge.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Page } from '../../parts/page/page.tsx';
import { ProblemView } from '../../parts/page/problem-view.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { VirtualTable, type Column } from '../../parts/tables/virtual-table.tsx';
import type { Rollout } from './rollout-of.ts';
import { rolloutsQuery } from './rollout-queries.ts';
import { stageSentence, STATUSES, statusWord } from './words.ts';
import { PageButton, PageLink } from '../../parts/address/links.tsx';

const route = getRouteApi('/rollouts');

/** Every rollout there was, those that ask for somebody first seen by their word. */
export function Rollouts() {
  const { status, line } = route.useSearch();
  const navigate = useNavigate({ from: '/rollouts' });
  const mayWrite = useMay('rollouts:write');
  const now = useServerNow();
  const { data, error, isPending, refetch } = useQuery(rolloutsQuery);
  const all = data?.rollouts ?? [];
  const lines = [...new Set(all.map((one) => one.line))].toSorted();
  const rows = all.filter(
    (one) => (status === undefined || one.state.status === status) && (line === undefined || one.line === line),
  );
  const change = (next: { status?: string | undefined; line?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const create = mayWrite && (
    <PageButton to="/rollouts/new" leftSection={<Plus size={15} aria-hidden />}>
      New rollout
    </PageButton>
  );
  return (
    <Page
      title="Rollouts"
      about="How a release reaches devices, stage by stage, and what stops it."
      docs="rollouts"
      actions={create}
    >
      {error !== null && <ProblemView problem={error} again={refetch} />}
      <Group gap="sm">
        <Select
          label="State"
          placeholder="Any"
          clearable
          data={STATUSES.map((one) => ({
            value: one,
            label: `${one.replace('-', ' ')} (${all.filter(({ state }) => state.status === one).length})`,
          }))}
          value={status ?? null}
          onChange={(value) => change({ status: value ?? undefined })}
        />
        <Select
          label="Model line"
          placeholder="Any"
          clearable
          data={lines}
          value={line ?? null}
          onChange={(value) => change({ line: value ?? undefined })}
        />
      </Group>
      <Card withBorder p={0}>
        {data !== undefined && rows.length === 0 ? (
          <EmptyState icon={Rocket} title={all.length === 0 ? 'Nothing has been rolled out yet' : 'No rollout fits'}>
            {all.length === 0 ? (
              <>
                A rollout takes an approved version to devices. Write one with New rollout, or{' '}
                <code>plumbline rollouts create PLAN</code>.
              </>
            ) : (
              <Button variant="light" onClick={() => void navigate({ search: {} })}>
                Show all rollouts
              </Button>
            )}
          </EmptyState>
        ) : (
          <VirtualTable
            label="Rollouts"
            columns={columnsAt(now)}
            rows={rows}
            keyOf={({ id }) => id}
            isLoading={isPending}
            onOpen={({ id }) => void navigate({ to: '/rollouts/$id', params: { id } })}
            height="calc(100dvh - 17rem)"
          />
        )}
      </Card>
    </Page>
  );
}

function columnsAt(now: number): Column<Rollout>[] {
  return [
    {
      key: 'state',
      title: 'State',
      width: '170px',
      cell: ({ state }) => {
        const { tone, word } = statusWord(state);
        return (
          <StateBadge tone={tone} title={state.reason}>
            {word}
          </StateBadge>
        );
      },
    },
    {
      key: 'release',
      title: 'Release',
      width: 'minmax(180px, 2fr)',
      cell: ({ id, line, version }) => (
        <PageLink to="/rollouts/$id" params={{ id }} fw={600} size="sm">
          {line}@{version}
        </PageLink>
      ),
    },
    { key: 'name', title: 'Name', width: 'minmax(110px, 1fr)', cell: ({ id, name }) => name ?? id },
    { key: 'stage', title: 'Stage', width: 'minmax(180px, 2fr)', cell: stageSentence },
    {
      key: 'since',
      title: 'Since',
      width: '130px',
      cell: ({ state, createdAt }) => <Ago at={state.since === 0 ? createdAt : state.since} now={now} />,
    },
    { key: 'author', title: 'By', width: 'minmax(110px, 1fr)', cell: ({ author }) => author.replace(/^user:/, '') },
  ];
}
