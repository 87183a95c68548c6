import { resolveProfile, type Profile } from '@plumbline/firmware-profiles';
import { z } from 'zod';
import { enrol, type Identity } from '../../index.ts';
import { readFrom } from '../storage/database.ts';
import { LEFT, PROFILE } from '../view/page-shelf.ts';
import type { BrowserPorts } from './browser-ports.ts';

export interface EnrolTablet {
  code: string;
  profile: string;
  agentVersion: string;
  onPending: (fingerprint: string) => void;
}

/**
 * Trades the one-time code for a name. The server is judged by the browser: a page cannot pin the authority of the code,
 * but the first root of trust is, and nothing is installed without it.
 * @throws AgentError, TrustError, ProfileError, StoreError
 */
export async function enrolTablet(opened: BrowserPorts, { profile, ...asked }: EnrolTablet): Promise<Identity> {
  const { id } = resolveProfile(profile);
  // Before the identity: a tablet that is enrolled always knows its class.
  await opened.database.write('page', (page) => {
    page.put(id, PROFILE);
    page.delete(LEFT);
  });
  return enrol(opened.ports, { ...asked, profile: id, fetch: pageFetch });
}

/** A browser lets `fetch` be called as its own alone, never as a member of something else. */
export const pageFetch: typeof fetch = (input, init) => fetch(input, init);

/** The class this tablet was enrolled as. @param otherwise where an older app kept none */
export async function profileOf(database: IDBDatabase, otherwise: string): Promise<Profile> {
  const kept = z.string().safeParse(await readFrom(database, 'page', PROFILE));
  return resolveProfile(kept.success ? kept.data : otherwise);
}
