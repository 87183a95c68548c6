import { useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../../../api/client.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { counted } from '../../../parts/values/figures.ts';
import type { User } from '../parts/roles.ts';
import type { MadeCode } from './user-dialog.tsx';

export type UserAct = 'reset' | 'sign-out' | 'remove';

/** What an admin does to somebody, with what follows from it. */
export function UserActs({
  user: { name },
  act,
  onCode,
  onClose,
}: {
  user: User;
  act: UserAct;
  onCode: (made: MadeCode) => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const tokens = useQuery({ queryKey: ['api-tokens'], queryFn: () => answered(api.GET('/api/v1/api-tokens')) });
  const good = tokens.data?.tokens.filter(
    ({ user, revokedAt, expiresAt }) => user === name && revokedAt === null && expiresAt > Date.now(),
  );
  const held = good === undefined ? 'Their API tokens' : counted(good.length, 'API token');
  const params = { path: { name } };
  const asked = {
    reset: {
      title: `Reset the password of ${name}?`,
      verb: 'Reset it',
      consequences: `Their password opens nothing from now on and every session of theirs ends. A one-time code, which you hand over, makes a new one within an hour. ${held} of theirs stay as they are.`,
      run: async () => onCode(await answered(api.POST('/api/v1/users/{name}/reset', { params }))),
    },
    'sign-out': {
      title: `Sign ${name} out everywhere?`,
      verb: 'Sign them out',
      consequences:
        'Every browser in which they are signed in asks for the password again. What is typed in open pages stays.',
      run: () => answered(api.POST('/api/v1/users/{name}/sign-out', { params })),
    },
    remove: {
      title: `Remove ${name}?`,
      verb: 'Remove them',
      consequences: `Every session of theirs ends, ${held.toLowerCase().replace('api', 'API')} of theirs open nothing any more. What they did stays in the audit under their name, which nobody else is ever given.`,
      run: () => answered(api.DELETE('/api/v1/users/{name}', { params })),
    },
  }[act];
  return (
    <Confirm
      opened
      onClose={onClose}
      title={asked.title}
      consequences={asked.consequences}
      verb={asked.verb}
      isDangerous={act !== 'sign-out'}
      act={async () => {
        await asked.run();
        await queries.invalidateQueries({ queryKey: ['users'] });
      }}
    />
  );
}
