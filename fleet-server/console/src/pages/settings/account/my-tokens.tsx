import { Button, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { StateBadge, type Tone } from '../../../parts/values/badge.tsx';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { DataTable } from '../../../parts/tables/data-table.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Ago, clock } from '../../../parts/values/time.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ShownOnce, type Secret } from '../parts/shown-once.tsx';
import type { ApiToken, Permission } from '../parts/roles.ts';
import { TokenDialog } from './token-dialog.tsx';

/** Tokens of programs: one's own, and for an admin everybody's. */
export function MyTokens({ me, permissions }: { me: string; permissions: readonly Permission[] }) {
  const queries = useQueryClient();
  // Sessions and tokens live by the clock of the machine, also where a demonstration has another.
  const now = Date.now();
  const asked = useQuery({
    queryKey: ['api-tokens'],
    queryFn: () => answered(api.GET('/api/v1/api-tokens')),
  });
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<Secret>();
  const [revoking, setRevoking] = useState<ApiToken>();
  const revoke = async (id: string) => {
    await answered(api.DELETE('/api/v1/api-tokens/{id}', { params: { path: { id } } }));
    await queries.invalidateQueries({ queryKey: ['api-tokens'] });
  };
  return (
    <Section
      title="API tokens"
      about="For programs that act for you, with no more than you may yourself: what you lose, they lose."
      actions={
        <Button variant="light" leftSection={<Plus size={15} aria-hidden />} onClick={() => setMaking(true)}>
          Make a token
        </Button>
      }
    >
      <Loaded asked={asked} heightPx={120}>
        {({ tokens }) =>
          tokens.length === 0 ? (
            <EmptyState icon={KeyRound} title="No token yet">
              Make one for each program, with the scopes it needs and no more; or{' '}
              <code>plumbline tokens create NAME</code>.
            </EmptyState>
          ) : (
            <DataTable
              caption="Tokens of programs"
              rows={tokens}
              keyOf={({ id }) => id}
              minWidth={820}
              columns={[
                { key: 'name', title: 'Name', isHeading: true, cell: ({ name }) => name },
                ...(tokens.some(({ user }) => user !== me)
                  ? [{ key: 'user', title: 'Of', cell: ({ user }: ApiToken) => user }]
                  : []),
                {
                  key: 'state',
                  title: 'State',
                  cell: (token) => {
                    const [tone, word] = stateOf(token, now);
                    return <StateBadge tone={tone}>{word}</StateBadge>;
                  },
                },
                {
                  key: 'scopes',
                  title: 'Scopes',
                  cell: ({ scopes }) => (
                    <Text size="sm" lineClamp={2} title={scopes.join(', ')}>
                      {scopes.join(', ')}
                    </Text>
                  ),
                },
                { key: 'used', title: 'Last used', cell: ({ lastUsedAt }) => <Ago at={lastUsedAt} now={now} /> },
                { key: 'until', title: 'Until', cell: ({ expiresAt }) => clock(expiresAt) },
                {
                  key: 'acts',
                  title: 'Acts',
                  cell: (token) =>
                    stateOf(token, now)[1] === 'good' && (
                      <Button size="compact-sm" variant="default" onClick={() => setRevoking(token)}>
                        Revoke
                      </Button>
                    ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isMaking && (
        <TokenDialog
          permissions={permissions}
          onMade={(name, value) =>
            setSecret({
              title: `The token ${name}`,
              about: (
                <>
                  Give it to the program as <code>PLUMBLINE_TOKEN</code>, or send it as{' '}
                  <code>authorization: Bearer …</code>.
                </>
              ),
              value,
            })
          }
          onClose={() => setMaking(false)}
        />
      )}
      {secret !== undefined && <ShownOnce secret={secret} onClose={() => setSecret(undefined)} />}
      {revoking !== undefined && (
        <Confirm
          opened
          onClose={() => setRevoking(undefined)}
          title={`Revoke ${revoking.name}?`}
          consequences={`The program of ${revoking.user} that has it is refused from its next request on. It ${revoking.lastUsedAt === null ? 'was never used' : `was last used ${clock(revoking.lastUsedAt)}`}.`}
          verb="Revoke it"
          isDangerous
          act={() => revoke(revoking.id)}
        />
      )}
    </Section>
  );
}

function stateOf({ revokedAt, expiresAt }: ApiToken, now: number): [tone: Tone, word: string] {
  if (revokedAt !== null) return ['stopped', 'revoked'];
  return expiresAt <= now ? ['quiet', 'over'] : ['good', 'good'];
}
