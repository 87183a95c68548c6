import { Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../api/client.ts';
import { useServerNow } from '../../api/server-clock.ts';
import { useMay } from '../../api/session.ts';
import { Confirm } from '../../parts/dialogs/confirm.tsx';
import { DataTable } from '../../parts/tables/data-table.tsx';
import { EmptyState } from '../../parts/page/empty-state.tsx';
import { Ago, clock } from '../../parts/values/time.tsx';
import { Loaded } from '../../parts/page/loaded.tsx';
import { Section } from '../../parts/page/section.tsx';
import type { AlertMute } from './alert-of.ts';
import { SubjectLink } from './subject-link.tsx';

/** What nobody is told of, until when, and why. */
export function Mutes() {
  const queries = useQueryClient();
  const now = useServerNow();
  const mayWrite = useMay('alerts:write');
  const asked = useQuery({
    queryKey: ['alerts', 'mutes'],
    queryFn: () => answered(api.GET('/api/v1/alerts/mutes')),
  });
  const [ending, setEnding] = useState<AlertMute>();
  const end = async (id: string) => {
    await answered(api.POST('/api/v1/alerts/mutes/{id}/end', { params: { path: { id } } }));
    await queries.invalidateQueries({ queryKey: ['alerts'] });
  };
  return (
    <Section title="What is muted" about="Muted alerts are raised, listed and cleared as ever; nobody is told of them.">
      <Loaded asked={asked}>
        {({ mutes }) =>
          mutes.length === 0 ? (
            <EmptyState icon={BellOff} title="Nothing is muted">
              Mute an alert from its card while its cause is known and cannot be mended, or{' '}
              <code>plumbline alerts mute</code>.
            </EmptyState>
          ) : (
            <DataTable
              caption="Mutes that hold, the first to end first"
              rows={mutes}
              keyOf={({ id }) => id}
              minWidth={720}
              columns={[
                {
                  key: 'what',
                  title: 'What',
                  isHeading: true,
                  cell: ({ kind, subject }) => (
                    <>
                      {kind ?? 'every kind'} of {subject === undefined ? 'anything' : <SubjectLink subject={subject} />}
                    </>
                  ),
                },
                { key: 'until', title: 'Until', cell: ({ until }) => clock(until) },
                { key: 'reason', title: 'Why', cell: ({ reason }) => reason },
                {
                  key: 'by',
                  title: 'By',
                  cell: ({ by, at }) => (
                    <Text size="sm">
                      {by.replace(/^user:/, '')}, <Ago at={at} now={now} />
                    </Text>
                  ),
                },
                ...(mayWrite
                  ? [
                      {
                        key: 'acts',
                        title: 'Acts',
                        cell: (mute: AlertMute) => (
                          <Button size="compact-sm" variant="default" onClick={() => setEnding(mute)}>
                            End it
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
      {ending !== undefined && (
        <Confirm
          opened
          onClose={() => setEnding(undefined)}
          title="End this mute?"
          consequences="Alerts of it that still stand are told of now, to everybody whom the rules name."
          verb="End it"
          act={() => end(ending.id)}
        />
      )}
    </Section>
  );
}
