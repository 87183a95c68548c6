import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { useState } from 'react';
import { BY_PAGES, cursorIn } from '../../api/by-pages.ts';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { StateBadge, type Tone } from '../../parts/values/badge.tsx';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { MoreRows } from '../../parts/tables/more-rows.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago } from '../../parts/values/time.tsx';
import { counted } from '../../parts/values/figures.ts';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';

const TONES: Record<string, Tone> = { waiting: 'waiting', delivered: 'good', dead: 'bad' };
const PAGE = 50;
type State = 'all' | 'waiting' | 'delivered' | 'dead';

/** Mails on their way; those that were given up are sent again or dropped. */
export function Mails() {
  const queries = useQueryClient();
  const now = useServerNow();
  const [state, setState] = useState<State>('all');
  const [order, setOrder] = useState<'retry' | 'drop'>();
  const asked = useInfiniteQuery({
    queryKey: ['alerts', 'mails', state],
    queryFn: ({ pageParam }) => {
      const query = { ...(state !== 'all' && { state }), limit: PAGE, ...cursorIn(pageParam) };
      return answered(api.GET('/api/v1/alerts/mails', { params: { query } }));
    },
    ...BY_PAGES,
  });
  const dead = asked.data?.pages[0]?.dead ?? 0;
  const settle = async (word: 'retry' | 'drop') => {
    await answered(api.POST('/api/v1/alerts/mails/{order}', { params: { path: { order: word } }, body: {} }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <Section
      title="Mails"
      about="Newest first. A mail that no server takes is tried again with longer and longer waits, then given up."
      actions={
        dead > 0 && (
          <>
            <Button variant="light" onClick={() => setOrder('retry')}>
              Send those given up again
            </Button>
            <Button variant="default" onClick={() => setOrder('drop')}>
              Drop them
            </Button>
          </>
        )
      }
    >
      <SegmentedControl
        aria-label="Which mails"
        data={['all', 'waiting', 'delivered', 'dead']}
        value={state}
        onChange={(next) => setState(next as State)}
        style={{ alignSelf: 'flex-start' }}
      />
      <Loaded asked={asked}>
        {({ pages }) =>
          pages[0]?.mails.length === 0 ? (
            <EmptyState icon={Mail} title="No mail">
              Mails are written when a rule with addresses names an alert. Where this server sends from is set in its
              configuration.
            </EmptyState>
          ) : (
            <DataTable
              caption="Mails, newest first"
              rows={pages.flatMap(({ mails }) => mails)}
              keyOf={({ id }) => id}
              minWidth={760}
              columns={[
                { key: 'to', title: 'To', isHeading: true, cell: ({ recipient }) => recipient },
                { key: 'subject', title: 'Subject', cell: ({ subject }) => subject },
                {
                  key: 'state',
                  title: 'State',
                  cell: (mail) => <StateBadge tone={TONES[mail.state] ?? 'unknown'}>{mail.state}</StateBadge>,
                },
                { key: 'attempts', title: 'Tries', align: 'right', cell: ({ attempts }) => attempts },
                { key: 'at', title: 'Written', cell: ({ createdAt }) => <Ago at={createdAt} now={now} /> },
                { key: 'why', title: 'Last answer', cell: ({ lastReason }) => lastReason ?? '–' },
              ]}
            />
          )
        }
      </Loaded>
      <MoreRows asked={asked}>Older mails</MoreRows>
      {order !== undefined && (
        <Confirm
          opened
          onClose={() => setOrder(undefined)}
          title={order === 'retry' ? 'Send them again?' : 'Drop them?'}
          consequences={
            order === 'retry'
              ? `${counted(dead, 'mail')} that ${dead === 1 ? 'was' : 'were'} given up ${dead === 1 ? 'is' : 'are'} tried anew, at once.`
              : `${counted(dead, 'mail')} that ${dead === 1 ? 'was' : 'were'} given up ${dead === 1 ? 'is' : 'are'} never sent. The alerts themselves stay.`
          }
          verb={order === 'retry' ? 'Send again' : 'Drop'}
          isDangerous={order === 'drop'}
          act={() => settle(order)}
        />
      )}
    </Section>
  );
}
