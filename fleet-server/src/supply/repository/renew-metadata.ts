import type { TimestampMetadata } from '@plumbline/shared/trust';
import type { Database, Db } from '../../platform/db/index.ts';
import { metadataInForce, type InForce } from './in-force.ts';
import { newestMetadata } from './metadata.ts';
import { issuedAt, publishMetadata, publishTimestamp, type PublishingDeps } from './publish-metadata.ts';
import { DAY_MS } from './tuf-date.ts';

const SNAPSHOT_AHEAD_MS = 7 * DAY_MS;

/**
 * Signs again what is due: the timestamp daily, the snapshot a week before it expires. Harmless at any time, and when
 * nothing was published yet.
 * @returns what was signed
 */
export async function renewMetadata(
  deps: PublishingDeps & { database: Database },
): Promise<'nothing' | 'timestamp' | 'snapshot'> {
  return deps.database.transaction(async (tx) => {
    const [snapshot, timestamp] = [await newestMetadata(tx, 'snapshot'), await newestMetadata(tx, 'timestamp')];
    if (snapshot === undefined || timestamp === undefined) return 'nothing';
    const fresh = await freshTimestamp(tx, deps);
    if (fresh.version === timestamp.version) return 'nothing';
    return (await newestMetadata(tx, 'snapshot'))?.version === snapshot.version ? 'timestamp' : 'snapshot';
  });
}

/**
 * The timestamp in force, signed anew when its time lies a day back: devices believe no assignment that was issued
 * later than a day after the newest signed time they know. The snapshot below it is one that still holds for a week.
 */
export async function freshTimestamp(tx: Db, deps: PublishingDeps): Promise<InForce<TimestampMetadata>> {
  const timestamp = await metadataInForce(tx, 'timestamp');
  if (deps.now() < issuedAt(timestamp.signed) + DAY_MS) return timestamp;
  const { signed: snapshot } = await metadataInForce(tx, 'snapshot');
  if (Date.parse(snapshot.expires) - deps.now() <= SNAPSHOT_AHEAD_MS) await publishMetadata(tx, deps);
  else await publishTimestamp(tx, deps);
  return metadataInForce(tx, 'timestamp');
}
