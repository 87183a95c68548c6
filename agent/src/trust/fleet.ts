import {
  FLEET_PATH,
  MAX_FLEET_BYTES,
  matchesHashes,
  readFleet,
  TrustError,
  type FleetDocument,
  type Held,
  type TargetFile,
  type TargetsMetadata,
} from '@plumbline/shared/trust';

/** Where `trust/fleet.json` lies, as the offline targets keys say. @throws TrustError `role_missing`, `bad_length` */
export function fleetTargetOf({ targets }: TargetsMetadata): TargetFile {
  const named = Object.hasOwn(targets, FLEET_PATH) ? targets[FLEET_PATH] : undefined;
  if (named === undefined) throw new TrustError('role_missing', `targets: no ${FLEET_PATH}`, 'targets.targets');
  if (named.length <= MAX_FLEET_BYTES) return named;
  throw new TrustError('bad_length', `${FLEET_PATH}: ${named.length} bytes`, FLEET_PATH, `≤ ${MAX_FLEET_BYTES} bytes`);
}

/** True when these are the bytes that targets name. */
export function isFleetTarget(bytes: Uint8Array, named: TargetFile): boolean {
  return bytes.length === named.length && matchesHashes(bytes, named.hashes);
}

/** @throws TrustError `bad_hash`, `document_malformed`, `not_canonical` */
export function openFleet(bytes: Uint8Array, named: TargetFile): Held<FleetDocument> {
  if (isFleetTarget(bytes, named)) return { bytes, signed: readFleet(bytes) };
  throw new TrustError('bad_hash', `${FLEET_PATH}: not the one that targets name`, FLEET_PATH);
}
