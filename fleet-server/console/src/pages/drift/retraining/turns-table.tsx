import { Anchor, Code, Text } from '@mantine/core';
import { Tight } from '../../data/parts/tight.tsx';
import { Link } from '@tanstack/react-router';
import { RefreshCw } from 'lucide-react';
import { StateBadge } from '../../../parts/badge.tsx';
import { EmptyState } from '../../../parts/empty-state.tsx';
import { Ago } from '../../../parts/time.tsx';
import { useServerNow } from '../../../api/server-clock.ts';
import { DataTable } from '../../../parts/data-table.tsx';
import type { RetrainTurn } from '../queries.ts';
import { CAUSES, TURN_STATES } from '../words.ts';

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
              <Anchor
                component={Link}
                to="/drift/$line"
                params={{ line } as never}
                search={{ tab: 'retraining', turn: id } as never}
                size="sm"
              >
                {id}
              </Anchor>
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
