import {
  FLEET_PATH,
  readFleet,
  readMetadata,
  type FleetDocument,
  type RootMetadata,
  type SnapshotMetadata,
  type TargetsMetadata,
  type TimestampMetadata,
} from '@plumbline/shared/trust';
import type { ReadDb } from '../../platform/db/index.ts';
import { RepositoryError } from './errors.ts';
import { metadataBySha256, newestMetadata, type StoredMetadata } from './metadata.ts';
import { remember } from './remember.ts';

export type InForce<T> = StoredMetadata & { signed: T };

interface Bodies {
  root: RootMetadata;
  targets: TargetsMetadata;
  snapshot: SnapshotMetadata;
  timestamp: TimestampMetadata;
}

/**
 * The document of a role in force. It was verified when it was written down, so it is only read here.
 * @throws RepositoryError `repository_empty`
 */
export async function metadataInForce<Role extends keyof Bodies>(
  db: ReadDb,
  role: Role,
): Promise<InForce<Bodies[Role]>> {
  const stored = await newestMetadata(db, role);
  if (stored !== undefined) {
    const read = () => readMetadata<string>(stored.bytes, role).signed as unknown as Bodies[Role];
    return { ...stored, signed: remember(`${role} ${stored.sha256}`, read) };
  }
  throw new RepositoryError('repository_empty', `the repository has no ${role} metadata`, {
    kind: 'unavailable',
    field: role,
    expected: 'documents made by `plumbline keys init`, imported from the keys folder or posted',
  });
}

/** Director keys, enrolment CAs and floors in force. @throws RepositoryError `repository_empty`, `fleet_missing` */
export async function fleetInForce(db: ReadDb): Promise<InForce<FleetDocument>> {
  const { signed } = await metadataInForce(db, 'targets');
  const sha256 = signed.targets[FLEET_PATH]?.hashes.sha256;
  const stored = sha256 === undefined ? undefined : await metadataBySha256(db, sha256);
  if (stored === undefined) throw fleetMissing();
  return { ...stored, signed: remember(`fleet ${stored.sha256}`, () => readFleet(stored.bytes)) };
}

export function fleetMissing(): RepositoryError {
  return new RepositoryError('fleet_missing', `${FLEET_PATH}: not the bytes that targets metadata names`, {
    kind: 'refused',
    field: FLEET_PATH,
    expected: 'the file with the hash that targets metadata names, brought with it',
  });
}

/** What people and devices are told of the root of trust. */
export async function describeRoot(
  db: ReadDb,
): Promise<{ version: number; sha256: string; bytes: Uint8Array; development: boolean; expires: string }> {
  const { version, sha256, bytes, signed } = await metadataInForce(db, 'root');
  return { version, sha256, bytes, expires: signed.expires, development: signed['x-plumbline-development'] === true };
}
