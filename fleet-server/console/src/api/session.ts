import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api, setCsrf } from './client.ts';
import type { paths } from './schema.generated.ts';

type Session = paths['/api/v1/session']['get']['responses'][200]['content']['application/json'];
export type Permission = Session['permissions'][number];

/** Who is signed in and what they may; refused with 401 for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await answered(api.GET('/api/v1/session'));
    setCsrf(session.csrf ?? '');
    return session;
  },
  retry: false,
  staleTime: 60_000,
});

/** Whether who is signed in holds a permission, on some site at least. */
export function useMay(permission: Permission): boolean {
  const { data } = useQuery(sessionQuery);
  return data?.permissions.includes(permission) === true;
}

export function useSignIn() {
  const queries = useQueryClient();
  return async (name: string, password: string) => {
    const { csrf } = await answered(api.POST('/api/v1/session', { body: { name, password } }));
    setCsrf(csrf);
    // What was asked while signed out is asked again; an open form keeps what was typed.
    await queries.invalidateQueries();
  };
}

export function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    await answered(api.DELETE('/api/v1/session'));
    setCsrf('');
    queries.clear();
  };
}
