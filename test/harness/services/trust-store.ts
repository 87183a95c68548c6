import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { firstExecutable, runToEnd, type Found } from './child.ts';

/** A home folder whose certificate store has one authority more: a browser started with it believes that authority. */
export interface TrustStore {
  home: string;
  remove(): Promise<void>;
}

/** Where the tool is that writes the store, or why it is not. */
export function findCertutil(): Found<string> {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const service = firstExecutable(folders.map((folder) => join(folder, 'certutil')));
  return service === undefined ? { service: null, reason: 'certutil (libnss3-tools) is not installed' } : { service };
}

/** What an administrator does with a tablet before it is handed out: the fleet's authority goes into its own store. */
export async function makeTrustStore(caPem: string): Promise<Found<TrustStore>> {
  const found = findCertutil();
  if (found.service === null) return found;
  const home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
  const store = join(home, '.pki/nssdb');
  const authority = join(home, 'authority.pem');
  await mkdir(store, { recursive: true });
  await writeFile(authority, caPem);
  const run = (...args: string[]) => runToEnd(found.service, ['-d', `sql:${store}`, ...args], { cwd: home });
  await run('-N', '--empty-password');
  await run('-A', '-n', 'fleet', '-t', 'C,,', '-i', authority);
  return { service: { home, remove: () => rm(home, { recursive: true, force: true, maxRetries: 3 }) } };
}
