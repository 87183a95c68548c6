import { Button, Code, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useServerNow } from '../../../api/server-clock.ts';
import { useMay } from '../../../api/session.ts';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { orderWebhook, type Delivery } from './webhook-of.ts';

const TONES: Record<string, Tone> = { waiting: 'waiting', delivered: 'good', dead: 'bad' };

/** What was sent or waits, newest first; what was given up can be sent again, one by one. */
export function Deliveries({ webhook }: { webhook: string }) {
  const queries = useQueryClient();
  const now = useServerNow();
  const mayWrite = useMay('webhooks:write');
  const [problem, setProblem] = useState<unknown>();
  const asked = useQuery({
    queryKey: ['webhooks', 'deliveries', webhook],
    queryFn: () => answered(api.GET('/api/v1/webhooks/{id}/deliveries', { params: { path: { id: webhook } } })),
    refetchInterval: 10_000,
  });
  const again = async (delivery: string) => {
    setProblem(undefined);
    try {
      await orderWebhook(webhook, 'retry', { delivery });
      await queries.invalidateQueries({ queryKey: ['webhooks'] });
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <>
      {problem !== undefined && <ProblemView problem={problem} />}
      <Loaded asked={asked} heightPx={120}>
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nothing yet: a ping shows whether it is reached.
            </Text>
          ) : (
            <DataTable
              caption={`Messages to ${webhook}, newest first`}
              rows={deliveries}
              keyOf={({ id }) => id}
              minWidth={760}
              columns={[
                { key: 'type', title: 'Event', isHeading: true, cell: ({ type }) => type },
                {
                  key: 'state',
                  title: 'State',
                  cell: ({ state }) => <StateBadge tone={TONES[state] ?? 'unknown'}>{state}</StateBadge>,
                },
                { key: 'attempts', title: 'Tries', align: 'right', cell: ({ attempts }) => attempts },
                { key: 'last', title: 'Last try', cell: ({ lastAt }) => <Ago at={lastAt} now={now} /> },
                {
                  key: 'answer',
                  title: 'Answer',
                  cell: ({ lastStatus, lastReason, lastAnswer }) => (
                    <Text size="sm" title={lastAnswer ?? undefined}>
                      {[lastStatus, lastReason].filter((part) => part !== null).join(' ') || '–'}
                    </Text>
                  ),
                },
                {
                  key: 'body',
                  title: 'Message',
                  cell: ({ body }) => (
                    <details>
                      <summary>show</summary>
                      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxWidth: 380 }}>
                        {body}
                      </Code>
                    </details>
                  ),
                },
                ...(mayWrite && deliveries.some(({ state }) => state === 'dead')
                  ? [
                      {
                        key: 'acts',
                        title: 'Acts',
                        cell: ({ id, state }: Delivery) =>
                          state === 'dead' && (
                            <Button size="compact-sm" variant="default" onClick={() => void again(id)}>
                              Send again
                            </Button>
                          ),
                      },
                    ]
                  : []),
              ]}
            />
          )
        }
      </Loaded>
    </>
  );
}
