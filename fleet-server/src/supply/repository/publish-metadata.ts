import { signMetadata, type TimestampMetadata } from '@plumbline/shared/trust';
import type { Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import type { Desk } from '../keys/index.ts';
import { checkDelegated } from './check-delegated.ts';
import { metadataInForce } from './in-force.ts';
import { insertMetadata, listRoles, newestMetadata, type StoredMetadata } from './metadata.ts';
import { DAY_MS, tufDate } from './tuf-date.ts';

export interface PublishingDeps {
  desk: Pick<Desk, 'snapshot' | 'timestamp'>;
  now: () => number;
}

const SPEC_VERSION = '1.0.31';
const SNAPSHOT_LIFETIME_MS = 30 * DAY_MS;
const TIMESTAMP_LIFETIME_MS = 3 * DAY_MS;
const LISTED = /^(targets|line-.+)$/;

/**
 * New snapshot and timestamp over what the repository holds now. Part of the transaction that changed it, so that no
 * reader ever sees a document that no snapshot lists, or a snapshot whose documents are not there.
 * @throws RepositoryError `repository_empty`, `desk_not_delegated`
 */
export async function publishMetadata(
  tx: Db,
  deps: PublishingDeps,
): Promise<{ snapshot: StoredMetadata; timestamp: StoredMetadata }> {
  await checkDelegated(tx, deps.desk, ['snapshot', 'timestamp']);
  const meta: Record<string, unknown> = {};
  // A line stays listed when its delegation ends: clients take a role that vanished from a snapshot for an attack.
  for (const role of (await listRoles(tx)).filter((one) => LISTED.test(one))) {
    const held = await newestMetadata(tx, role);
    if (held !== undefined) meta[`${role}.json`] = metaOf(held);
  }
  const version = await nextVersion(tx, 'snapshot');
  const signed = {
    _type: 'snapshot',
    spec_version: SPEC_VERSION,
    version,
    expires: tufDate(deps.now() + SNAPSHOT_LIFETIME_MS),
    meta,
  };
  const bytes = await signMetadata(signed, [deps.desk.snapshot]);
  const snapshot = await insertMetadata(tx, { role: 'snapshot', version, bytes });
  return { snapshot, timestamp: await publishTimestamp(tx, deps) };
}

/** A new timestamp over the snapshot in force: the fleet's signed time moves on. */
export async function publishTimestamp(tx: Db, deps: PublishingDeps): Promise<StoredMetadata> {
  await checkDelegated(tx, deps.desk, ['timestamp']);
  const snapshot = await metadataInForce(tx, 'snapshot');
  const version = await nextVersion(tx, 'timestamp');
  const signed = {
    _type: 'timestamp',
    spec_version: SPEC_VERSION,
    version,
    expires: tufDate(deps.now() + TIMESTAMP_LIFETIME_MS),
    meta: { 'snapshot.json': metaOf(snapshot) },
    'x-plumbline-issued': tufDate(Math.max(deps.now(), await issuedBefore(tx))),
  };
  const bytes = await signMetadata(signed, [deps.desk.timestamp]);
  const timestamp = await insertMetadata(tx, { role: 'timestamp', version, bytes });
  await emit(tx, { type: 'metadata.published', timestamp: version });
  return timestamp;
}

/** Signed time never goes back, also when the clock of this machine was set back. */
async function issuedBefore(tx: Db): Promise<number> {
  if ((await newestMetadata(tx, 'timestamp')) === undefined) return 0;
  return issuedAt((await metadataInForce(tx, 'timestamp')).signed);
}

/** When a timestamp was signed, ms; one that does not say is as old as time. */
export function issuedAt(timestamp: TimestampMetadata): number {
  const issued = timestamp['x-plumbline-issued'];
  return issued === undefined ? 0 : Date.parse(issued);
}

async function nextVersion(tx: Db, role: string): Promise<number> {
  return ((await newestMetadata(tx, role))?.version ?? 0) + 1;
}

function metaOf({ version, sha256, bytes }: StoredMetadata) {
  return { version, length: bytes.length, hashes: { sha256 } };
}
