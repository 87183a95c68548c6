import { Code, Text } from '@mantine/core';
import { Tight } from '../../../parts/values/tight.tsx';
import { RefreshCw } from 'lucide-react';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { useServerNow } from '../../../api/server-clock.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import type { RetrainTurn } from '../queries.ts';
import { CAUSES, TURN_STATES } from '../words.ts';
import { PageLink } from '../../../parts/address/links.tsx';

export function TurnsTable({ turns }: { turns: readonly RetrainTurn[] }) {
  const now = useServerNow();
  if (turns.length === 0) {
    return (
      <EmptyState icon={RefreshCw} title="No turn yet">
        A line needs a policy: <Code>plumbline retrain policy put FILE</Code>. Then drift, loss, age or new outcomes
        open a turn, and so does <Code>plumbline retrain run LINE</Code>.
      </EmptyState>
    );
  }
  return (
    <DataTable
      caption="Turns of retraining, the newest first"
      minWidth={760}
      rows={turns}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'turn',
          title: 'Turn',
          cell: ({ id, line }) => (
            <>
              <PageLink to="/drift/$line" params={{ line }} search={{ tab: 'retraining', turn: id }} size="sm">
                {id}
              </PageLink>
              <Text size="xs" c="dimmed">
                {line}
              </Text>
            </>
          ),
        },
        {
          key: 'state',
          title: 'State',
          cell: ({ state }) => <StateBadge tone={TURN_STATES[state][0]}>{TURN_STATES[state][1]}</StateBadge>,
        },
        { key: 'cause', title: 'Opened because', cell: ({ cause }) => CAUSES[cause] },
        {
          key: 'models',
          title: 'Champion, candidate',
          cell: ({ champion, candidate }) => `${champion}, ${candidate ?? 'none'}`,
        },
        { key: 'says', title: 'What came of it', cell: ({ says, sentence }) => (says === '' ? sentence : says) },
        {
          key: 'opened',
          title: 'Opened',
          cell: ({ openedAt }) => (
            <Tight>
              <Ago at={openedAt} now={now} />
            </Tight>
          ),
        },
      ]}
    />
  );
}
