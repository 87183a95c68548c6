import { Button, Menu, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MoreHorizontal, Plus } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { StateBadge } from '../../../parts/values/badge.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { Ago, clock } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ShownOnce, type Secret } from '../parts/shown-once.tsx';
import { assignmentWords, type User } from '../parts/roles.ts';
import { RolesTable } from './roles-table.tsx';
import { UserActs, type UserAct } from './user-acts.tsx';
import { UserDialog, type MadeCode } from './user-dialog.tsx';

/** Who may come in, and what they may. */
export function Users() {
  const asked = useQuery({ queryKey: ['users'], queryFn: () => answered(api.GET('/api/v1/users')) });
  const [open, setOpen] = useState<User | 'new'>();
  const [act, setAct] = useState<{ user: User; act: UserAct }>();
  const [secret, setSecret] = useState<Secret>();
  const [withRemoved, setWithRemoved] = useState(false);
  const now = Date.now();
  return (
    <Stack>
      <Section
        title="Users"
        about="Each person has a name of their own: audit and approvals rest on it."
        actions={
          <>
            <Switch
              label="Removed ones too"
              checked={withRemoved}
              onChange={(event) => setWithRemoved(event.currentTarget.checked)}
            />
            <Button variant="light" leftSection={<Plus size={15} aria-hidden />} onClick={() => setOpen('new')}>
              Add a user
            </Button>
          </>
        }
      >
        <Loaded asked={asked}>
          {({ users }) => (
            <DataTable
              caption="All users"
              rows={users.filter(({ removedAt }) => withRemoved || removedAt === null)}
              keyOf={({ name, createdAt }) => `${name} ${createdAt}`}
              minWidth={680}
              columns={[
                { key: 'name', title: 'Name', isHeading: true, cell: ({ name }) => name },
                {
                  key: 'state',
                  title: 'State',
                  cell: ({ removedAt, hasPassword, identity }) =>
                    removedAt !== null ? (
                      <StateBadge tone="stopped">removed</StateBadge>
                    ) : hasPassword || identity !== null ? (
                      <StateBadge tone="good">may sign in</StateBadge>
                    ) : (
                      <StateBadge tone="waiting" title="They have a code, or need one">
                        no password yet
                      </StateBadge>
                    ),
                },
                {
                  key: 'by',
                  title: 'Signs in by',
                  cell: ({ hasPassword, identity }) => (
                    <>
                      {hasPassword && <div>password</div>}
                      {identity !== null && (
                        <div title={`${identity.issuer}, ${identity.subject}`}>{new URL(identity.issuer).host}</div>
                      )}
                    </>
                  ),
                },
                {
                  key: 'roles',
                  title: 'Roles',
                  cell: ({ assignments }) => (
                    <>
                      {assignments.map((one) => (
                        <div key={one.role}>{assignmentWords(one)}</div>
                      ))}
                    </>
                  ),
                },
                {
                  key: 'since',
                  title: 'Since',
                  cell: ({ createdAt, createdBy }) => (
                    <Text size="sm" c="dimmed">
                      <Ago at={createdAt} now={now} /> by {createdBy.replace(/^user:/, '')}
                    </Text>
                  ),
                },
                {
                  key: 'acts',
                  title: 'Acts',
                  cell: (user) =>
                    user.removedAt === null && (
                      <Acts user={user} onRoles={() => setOpen(user)} onAct={(word) => setAct({ user, act: word })} />
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Section>
      <RolesTable />
      {open !== undefined && (
        <UserDialog
          user={open === 'new' ? undefined : open}
          onCode={(made) => setSecret(secretOf(made))}
          onClose={() => setOpen(undefined)}
        />
      )}
      {act !== undefined && (
        <UserActs {...act} onCode={(made) => setSecret(secretOf(made))} onClose={() => setAct(undefined)} />
      )}
      {secret !== undefined && <ShownOnce secret={secret} onClose={() => setSecret(undefined)} />}
    </Stack>
  );
}

function Acts({ user, onRoles, onAct }: { user: User; onRoles: () => void; onAct: (act: UserAct) => void }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" aria-label={`Acts on ${user.name}`}>
          <MoreHorizontal size={15} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onRoles}>Change roles</Menu.Item>
        <Menu.Item onClick={() => onAct('reset')}>
          {user.hasPassword ? 'Reset the password' : 'Make a new code'}
        </Menu.Item>
        <Menu.Item onClick={() => onAct('sign-out')}>Sign out everywhere</Menu.Item>
        <Menu.Item color="red" onClick={() => onAct('remove')}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function secretOf({ name, code, expiresAt }: MadeCode): Secret {
  return {
    title: `The code for ${name}`,
    about: `Hand this link to ${name}: they choose their password with it. It is good once, until ${clock(expiresAt)}. The code alone is what stands behind code=.`,
    // Behind #, which no server and no log sees.
    value: `${location.origin}/setup#name=${encodeURIComponent(name)}&code=${code}`,
  };
}
