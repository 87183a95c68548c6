import { describeRoot } from '../supply/repository/index.ts';
import type { TokenDeps } from '../sites/devices/index.ts';
import type { Fleet } from './fleet.ts';

/** What an enrolment code pins: this server's authority, and the root of trust of the moment. */
export async function tokenDeps(fleet: Fleet): Promise<TokenDeps> {
  const { database, now, publicUrl, desk } = fleet;
  const { version, sha256 } = await describeRoot(database.db);
  return { database, now, publicUrl, caPem: desk.caPem, root: { version, sha256 } };
}
