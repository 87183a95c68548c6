import {
  equalBytes,
  FLEET_PATH,
  readFleet,
  readMetadata,
  sha256Hex,
  TrustError,
  validKeys,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import type { Db } from '../../../platform/db/index.ts';
import { fleetMissing, metadataInForce } from '../in-force.ts';
import { insertMetadata, metadataByVersion, newestMetadata } from '../metadata.ts';
import { metadataDiffers } from './take-roots.ts';

/**
 * Takes the newest of these targets documents as the one in force, with the `trust/fleet.json` it names.
 * @returns its version when it is new
 * @throws RepositoryError `metadata_differs`, `fleet_missing`; TrustError `rollback`, `below_threshold`, `stale` …
 */
export async function takeTargets(
  tx: Db,
  now: number,
  brought: { targets: Uint8Array[]; fleets: Uint8Array[] },
): Promise<number | undefined> {
  const [newest] = brought.targets
    .map((bytes) => ({ bytes, signed: readMetadata(bytes, 'targets').signed }))
    .toSorted((a, b) => b.signed.version - a.signed.version);
  if (newest === undefined) return undefined;
  const { bytes, signed } = newest;
  const held = await newestMetadata(tx, 'targets');
  if (held?.version === signed.version) {
    if (!equalBytes(held.bytes, bytes)) throw metadataDiffers('targets', signed.version);
    return undefined;
  }
  if (held !== undefined && signed.version < held.version) {
    throw new TrustError(
      'rollback',
      `targets: version ${signed.version} after ${held.version}`,
      'targets.version',
      `> ${held.version}`,
    );
  }
  if (Date.parse(signed.expires) <= now) {
    throw new TrustError('stale', `targets: expired ${signed.expires}`, 'targets.expires', 'a date to come');
  }
  await checkSigned(tx, bytes);
  await takeFleet(tx, signed, brought.fleets);
  await insertMetadata(tx, { role: 'targets', version: signed.version, bytes });
  return signed.version;
}

/** Enough distinct targets keys of the root in force. */
async function checkSigned(tx: Db, bytes: Uint8Array): Promise<void> {
  const { signed: root } = await metadataInForce(tx, 'root');
  const { keyids, threshold } = root.roles.targets;
  const valid = validKeys(readMetadata(bytes, 'targets'), root.keys, keyids).size;
  if (valid >= threshold) return;
  throw new TrustError(
    'below_threshold',
    `targets: ${valid} of ${threshold} signatures hold`,
    'targets.signatures',
    `${threshold} valid signatures by targets keys of root ${root.version}`,
  );
}

async function takeFleet(tx: Db, targets: TargetsMetadata, fleets: Uint8Array[]): Promise<void> {
  const named = targets.targets[FLEET_PATH];
  if (named === undefined) throw fleetMissing();
  const wanted = named.hashes.sha256;
  const held = await newestMetadata(tx, 'fleet');
  if (held?.sha256 === wanted) return;
  const bytes = fleets.find((one) => one.length === named.length && sha256Hex(one) === wanted);
  if (bytes === undefined) throw fleetMissing();
  const { version } = readFleet(bytes);
  if ((await metadataByVersion(tx, 'fleet', version)) !== undefined) throw metadataDiffers('fleet', version);
  if (held !== undefined && version < held.version) {
    throw new TrustError(
      'rollback',
      `fleet: version ${version} after ${held.version}`,
      'fleet.version',
      `> ${held.version}`,
    );
  }
  await insertMetadata(tx, { role: 'fleet', version, bytes });
}
