import { keyId, refresh, startTrust } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import type { Database, Db } from '../../../platform/db/index.ts';
import type { Desk } from '../../keys/index.ts';
import { notDelegated } from '../check-delegated.ts';
import { fleetInForce } from '../in-force.ts';
import { oldestMetadata } from '../metadata.ts';
import { publishMetadata } from '../publish-metadata.ts';
import { repositorySource } from '../source.ts';
import { takeRoots } from './take-roots.ts';
import { takeTargets } from './take-targets.ts';

export interface ImportDeps {
  database: Database;
  desk: Pick<Desk, 'snapshot' | 'timestamp' | 'director'>;
  now: () => number;
}

/** What the offline keys have signed, as it came from their folder or by POST. */
export interface OfflineDocuments {
  roots: Uint8Array[];
  targets: Uint8Array[];
  /** `trust/fleet.json` in the versions that the targets documents name. */
  fleets: Uint8Array[];
}

export interface ImportedDocuments {
  roots: number[];
  targets: number | undefined;
}

/**
 * Takes offline documents in and publishes a snapshot and timestamp over them, all or nothing: the result is looked at
 * by the client that devices use, and what it refuses leaves everything as it was. What is known already is passed over.
 * @throws RepositoryError; TrustError naming role and field
 */
export async function importDocuments(
  deps: ImportDeps,
  actor: string,
  documents: OfflineDocuments,
): Promise<ImportedDocuments> {
  return deps.database.transaction(async (tx) => {
    const roots = await takeRoots(tx, documents.roots);
    const targets = await takeTargets(tx, deps.now(), documents);
    if (roots.length === 0 && targets === undefined) return { roots, targets };
    await checkDirector(tx, deps.desk.director.keyId);
    const { snapshot } = await publishMetadata(tx, deps);
    await checkAsClient(tx, deps.now());
    await record(tx, {
      actor,
      action: 'repository.import',
      subject: 'repository',
      details: { roots, targets: targets ?? null, snapshot: snapshot.version },
    });
    return { roots, targets };
  });
}

/** A server whose director is not named would sign assignments that every device refuses. */
async function checkDirector(tx: Db, director: string): Promise<void> {
  const { signed } = await fleetInForce(tx);
  const named = signed.directors.map(keyId);
  if (!named.includes(director)) throw notDelegated('director', director, `trust/fleet.json names ${named.join(', ')}`);
}

/** What a device does that was enrolled with the first root of this chain. */
async function checkAsClient(tx: Db, now: number): Promise<void> {
  const first = await oldestMetadata(tx, 'root');
  if (first === undefined) return;
  await refresh(startTrust(first.bytes), repositorySource(tx), now, () => undefined);
}
