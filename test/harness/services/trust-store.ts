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
export async function makeTrustStore(...authorities: string[]): Promise<Found<TrustStore>> {
  const found = findCertutil();
  if (found.service === null) return found;
  const home = await mkdtemp(join(tmpdir(), 'plumbline-home-'));
  const store = join(home, '.pki/nssdb');
  await mkdir(store, { recursive: true });
  await addAuthority(found.service, store, ...authorities);
  return { service: { home, remove: () => rm(home, { recursive: true, force: true, maxRetries: 3 }) } };
}

/** Makes the certificate store of this folder, as Chromium and Firefox have it, with these authorities in it. */
export async function addAuthority(certutil: string, store: string, ...authorities: string[]): Promise<void> {
  const run = (...args: string[]) => runToEnd(certutil, ['-d', `sql:${store}`, ...args], { cwd: store });
  await run('-N', '--empty-password');
  for (const [at, pem] of authorities.entries()) {
    const authority = join(store, `authority-${at}.pem`);
    await writeFile(authority, pem);
    await run('-A', '-n', `authority ${at}`, '-t', 'C,,', '-i', authority);
  }
}
