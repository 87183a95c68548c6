import { Button, Group as Row, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus, Users } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useServerNow } from '../../../api/server-clock.ts';
import { useMay } from '../../../api/session.ts';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Ago } from '../../../parts/values/time.tsx';
import { whole } from '../../../parts/values/figures.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { GroupDialog } from './group-dialog.tsx';
import { GroupPanel } from './group-panel.tsx';
import { TrySelector } from './try-selector.tsx';

/** Devices under one name: found by a selector, or kept by hand. */
export function Groups({ chosen, onOpen }: { chosen: string | undefined; onOpen: (name: string | undefined) => void }) {
  const now = useServerNow();
  const mayWrite = useMay('groups:write');
  const asked = useQuery({ queryKey: ['devices', 'groups'], queryFn: () => answered(api.GET('/api/v1/groups')) });
  const [isAdding, setAdding] = useState(false);
  const open = asked.data?.groups.find(({ name }) => name === chosen);
  return (
    <Stack>
      <Section
        title="Groups"
        about={
          <>
            Stages of rollouts name them; newcomers are given what a group is given. <DocsLink page="groups" />
          </>
        }
        actions={
          mayWrite && (
            <Button variant="light" leftSection={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>
              Add a group
            </Button>
          )
        }
      >
        <Loaded asked={asked}>
          {({ groups }) =>
            groups.length === 0 ? (
              <EmptyState icon={Users} title="No group yet">
                Add one, such as <code>canaries</code> with <code>tag = canary</code>; or{' '}
                <code>plumbline groups create canaries --selector 'tag = canary'</code>.
              </EmptyState>
            ) : (
              <DataTable
                caption="All groups"
                rows={groups}
                keyOf={({ name }) => name}
                minWidth={700}
                columns={[
                  {
                    key: 'name',
                    title: 'Group',
                    isHeading: true,
                    cell: ({ name }) => (
                      <Button
                        size="compact-sm"
                        variant={name === chosen ? 'light' : 'subtle'}
                        aria-expanded={name === chosen}
                        onClick={() => onOpen(name === chosen ? undefined : name)}
                      >
                        {name}
                      </Button>
                    ),
                  },
                  { key: 'devices', title: 'Devices', align: 'right', cell: ({ count }) => whole(count) },
                  {
                    key: 'eligible',
                    title: 'In good standing',
                    align: 'right',
                    cell: ({ eligible }) => whole(eligible),
                  },
                  {
                    key: 'how',
                    title: 'How it is found',
                    cell: ({ selector }) => (selector === undefined ? 'a list kept by hand' : <code>{selector}</code>),
                  },
                  {
                    key: 'standing',
                    title: 'Newcomers are given',
                    cell: ({ standing }) => standing.map(({ line, version }) => `${line}@${version}`).join(', ') || '–',
                  },
                  {
                    key: 'written',
                    title: 'Written',
                    cell: ({ updatedAt, updatedBy }) => (
                      <Text size="sm" c="dimmed">
                        <Ago at={updatedAt} now={now} /> by {updatedBy.replace(/^user:/, '')}
                      </Text>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
        {chosen !== undefined && asked.data !== undefined && open === undefined && (
          <Row>
            <Text size="sm">There is no group {chosen} any more.</Text>
          </Row>
        )}
      </Section>
      {open !== undefined && <GroupPanel group={open} onGone={() => onOpen(undefined)} />}
      <TrySelector />
      {isAdding && <GroupDialog group={undefined} onClose={() => setAdding(false)} />}
    </Stack>
  );
}
