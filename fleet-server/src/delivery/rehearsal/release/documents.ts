import {
  canonicalBytes,
  FLEET_PATH,
  linePath,
  linePattern,
  lineRole,
  sha256Hex,
  signMetadata,
  tufKeyOf,
  type FleetDocument,
} from '@plumbline/shared/trust';
import { tufDate } from '../../../supply/repository/index.ts';
import type { RehearsalKeys } from './desk.ts';
import type { StandInBundle } from './bundle.ts';

const LIFETIME_MS = 400 * 86_400_000;
const SPEC_VERSION = '1.0.31';

/** What a ceremony with offline keys would have made: the root, and who speaks for the line. */
export interface OfflineDocuments {
  root: Uint8Array;
  targets: Uint8Array;
  fleet: Uint8Array;
}

export async function signOffline(keys: RehearsalKeys, line: string, now: number): Promise<OfflineDocuments> {
  const { root, targets, approver, desk } = keys;
  const head = { spec_version: SPEC_VERSION, version: 1, expires: tufDate(now + LIFETIME_MS) };
  const roles = { root, targets, timestamp: desk.timestamp, snapshot: desk.snapshot };
  const fleetDocument: FleetDocument = {
    type: 'fleet',
    v: 1,
    version: 1,
    directors: [desk.director.publicKey],
    enrolmentCas: [desk.caPem],
    floors: {},
  };
  const fleet = canonicalBytes(fleetDocument);
  const signedRoot = {
    ...head,
    _type: 'root',
    consistent_snapshot: true,
    keys: Object.fromEntries(Object.values(roles).map((one) => [one.keyId, tufKeyOf(one.publicKey)])),
    roles: Object.fromEntries(
      Object.entries(roles).map(([role, one]) => [role, { keyids: [one.keyId], threshold: 1 }]),
    ),
  };
  const signedTargets = {
    ...head,
    _type: 'targets',
    targets: { [FLEET_PATH]: { length: fleet.length, hashes: { sha256: sha256Hex(fleet) } } },
    delegations: {
      keys: Object.fromEntries([desk.builder, approver].map((one) => [one.keyId, tufKeyOf(one.publicKey)])),
      roles: [
        {
          name: lineRole(line),
          keyids: [desk.builder.keyId, approver.keyId],
          threshold: 2,
          terminating: true,
          paths: [linePattern(line)],
          'x-plumbline': { builders: [desk.builder.keyId], approvers: [approver.keyId] },
        },
      ],
    },
  };
  return {
    root: await signMetadata(signedRoot, [root]),
    targets: await signMetadata(signedTargets, [targets]),
    fleet,
  };
}

/** Releases of the line under their counters, signed by builder and approver as a real one is. */
export async function signLine(
  keys: RehearsalKeys,
  releases: readonly { counter: number; bundles: readonly StandInBundle[] }[],
  { version, now }: { version: number; now: number },
): Promise<Uint8Array> {
  const targets = releases.flatMap(({ counter, bundles }) =>
    bundles.map(({ manifest: { line, version: of, variant }, archive, sha256, profiles }) => [
      linePath(line, counter, variant),
      { length: archive.length, hashes: { sha256 }, custom: { counter, version: of, variant, profiles } },
    ]),
  );
  const signed = {
    _type: 'targets',
    spec_version: SPEC_VERSION,
    version,
    expires: tufDate(now + LIFETIME_MS),
    targets: Object.fromEntries(targets) as Record<string, unknown>,
  };
  return signMetadata(signed, [keys.desk.builder, keys.approver]);
}
