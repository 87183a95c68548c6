import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
// Not by the door of the room: the tables behind it would cost every command a second.
import { TOKEN_PREFIX } from '../../platform/access/operator.ts';
import { readAddress } from '../../state-folder.ts';
import { createClient, type Client } from '../approver/client.ts';

export interface Global {
  state: string;
  json: boolean;
  /** Token of whoever acts, or a file with it; the state folder's own operator without. */
  as?: string;
}

export class TokenError extends CodedError<'token_unreadable'> {
  override readonly name = 'TokenError';
}

/**
 * A client for the server that runs on this state folder.
 * @throws StateError `server_not_running`; TokenError `token_unreadable`
 */
export async function connect(options: Global): Promise<Client> {
  const token = options.as === undefined ? undefined : await readToken(options.as);
  return createClient(await readAddress(resolve(options.state), token));
}

async function readToken(given: string): Promise<string> {
  const token = given.startsWith(TOKEN_PREFIX) ? given : await readFile(given, 'utf8').catch(() => '');
  if (/^[\w-]+$/.test(token.trim())) return token.trim();
  throw new TokenError('token_unreadable', 'there is no token', {
    field: 'as',
    expected: 'a token of `plumbline operators add`, or a file with it',
  });
}
