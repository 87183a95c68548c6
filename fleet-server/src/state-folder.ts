import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';
// Not by the door of the room: the tables behind it would cost every command a second.
import { makeAuditKey } from './platform/audit/head.ts';
import { toBase64Url } from '@plumbline/shared/trust';

export class StateError extends CodedError<'state_unwritable' | 'server_not_running'> {
  override readonly name = 'StateError';
}

/** Where a running server can be reached; written beside its database for the command line. */
const address = z.object({
  url: z.url(),
  mqttUrl: z.string(),
  pid: z.number(),
  /** Authority of its certificate; absent where it speaks plain text. */
  caPem: z.string().optional(),
});
export type ServerAddress = z.infer<typeof address>;

/** @throws StateError `state_unwritable`, naming the folder */
export async function prepareStateFolder(folder: string): Promise<{ operatorToken: string; auditKey: string }> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const operatorToken = await keptSecret(join(folder, 'operator.token'), () => toBase64Url(randomBytes(24)));
    return { operatorToken, auditKey: await keptSecret(join(folder, 'audit.key'), makeAuditKey) };
  } catch (cause) {
    throw new StateError('state_unwritable', `${folder}: ${String(cause)}`, {
      kind: 'unavailable',
      field: 'state',
      expected: 'a folder this user may write to',
      cause,
    });
  }
}

/** Made at the first start. */
async function keptSecret(path: string, make: () => string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  const secret = make();
  await writeFile(path, `${secret.trim()}\n`, { mode: 0o600 });
  return secret.trim();
}

export async function writeAddress(folder: string, at: ServerAddress): Promise<void> {
  await writeFile(join(folder, 'server.json'), JSON.stringify(at));
}

export async function removeAddress(folder: string): Promise<void> {
  await rm(join(folder, 'server.json'), { force: true });
}

/**
 * How the command line finds the server of a state folder.
 * @param token of whoever acts, where that is not the folder's own operator
 * @throws StateError `server_not_running`
 */
export async function readAddress(folder: string, token?: string): Promise<ServerAddress & { operatorToken: string }> {
  try {
    const at = address.parse(JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')));
    return { ...at, operatorToken: token ?? (await readFile(join(folder, 'operator.token'), 'utf8')).trim() };
  } catch (cause) {
    throw new StateError('server_not_running', `no server is running on ${folder}`, {
      kind: 'unavailable',
      field: 'state',
      expected: 'the --state folder of a running `plumbline server`',
      cause,
    });
  }
}
