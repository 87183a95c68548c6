import { createClient, type Client, type ServerAccess } from './client.ts';

/**
 * A client that acts by a session of a user instead of a token.
 * @throws ClientError `sign_in_refused`, `rate_limited`, `server_unreachable`
 */
export async function signedIn(at: ServerAccess, name: string, password: string): Promise<Client> {
  const { origin } = new URL(at.url);
  let cookie = '';
  const opening = createClient(at, {
    headers: {},
    onAnswer: (response) => {
      cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    },
  });
  const { csrf } = await opening.post<{ csrf: string }>('/api/v1/session', { name, password });
  return createClient(at, { headers: { cookie, origin, 'x-plumbline-csrf': csrf } });
}
