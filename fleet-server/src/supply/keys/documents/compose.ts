import {
  canonicalBytes,
  FLEET_PATH,
  keyId,
  linePattern,
  lineRole,
  readFleet,
  sha256Hex,
  tufKeyOf,
  type FleetDocument,
  type PublicKey,
  type RootMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { DEVELOPMENT_FIELD, MARKS_FIELD, type Authorities, type LineKeys } from './authorities.ts';

const SPEC_VERSION = '1.0.31';
const DAY_MS = 24 * 3_600_000;
/** Development keys must outlive replays of many years; they protect nothing. */
const LIFETIME_MS = { real: 365 * DAY_MS, development: 10 * 365 * DAY_MS };

interface Stamp {
  version: number;
  nowMs: number;
}

/** TUF root metadata, unsigned. */
export function composeRoot(authorities: Authorities, stamp: Stamp): RootMetadata {
  const { root, targets, timestamp, snapshot, development } = authorities;
  return {
    _type: 'root',
    spec_version: SPEC_VERSION,
    consistent_snapshot: true,
    version: stamp.version,
    expires: expiry(stamp, development),
    keys: tufKeys([...root.keys, ...targets.keys, ...timestamp, ...snapshot]),
    roles: {
      root: { keyids: root.keys.map(keyId), threshold: root.threshold },
      targets: { keyids: targets.keys.map(keyId), threshold: targets.threshold },
      snapshot: { keyids: snapshot.map(keyId), threshold: 1 },
      timestamp: { keyids: timestamp.map(keyId), threshold: 1 },
    },
    ...(development ? { [DEVELOPMENT_FIELD]: true } : {}),
  };
}

/** Top-level targets, unsigned: the fleet document by hash, and one delegation a line. */
export function composeTargets(authorities: Authorities, fleet: Uint8Array, stamp: Stamp): TargetsMetadata {
  const { lines, newLines, development } = authorities;
  const every = [newLines, ...Object.values(lines)].flatMap((one) => [...one.builders, ...one.approvers]);
  return {
    _type: 'targets',
    spec_version: SPEC_VERSION,
    version: stamp.version,
    expires: expiry(stamp, development),
    targets: { [FLEET_PATH]: { length: fleet.length, hashes: { sha256: sha256Hex(fleet) } } },
    delegations: {
      keys: tufKeys(every),
      roles: Object.entries(lines).map(([line, keys]) => ({
        name: lineRole(line),
        keyids: [...new Set([...keys.builders, ...keys.approvers].map(keyId))],
        // What stock clients check; ours wants one of each kind.
        threshold: 2,
        terminating: true,
        paths: [linePattern(line)],
        [MARKS_FIELD]: marksOf(keys),
      })),
    },
    // Ours alone: the keys that the next line gets, when perhaps none of their files is at hand.
    [MARKS_FIELD]: marksOf(newLines),
  };
}

/** Directors, enrolment CAs and floors, as canonical JSON. */
export function composeFleet({ directors, enrolmentCas, floors }: Authorities, version: number): Uint8Array {
  const document: FleetDocument = { type: 'fleet', v: 1, version, directors, enrolmentCas, floors };
  const bytes = canonicalBytes(document);
  // Its own limits, as of CAs at a time, are those of whoever reads it.
  readFleet(bytes);
  return bytes;
}

function marksOf({ builders, approvers }: LineKeys) {
  return { builders: builders.map(keyId), approvers: approvers.map(keyId) };
}

function tufKeys(keys: PublicKey[]) {
  return Object.fromEntries(keys.map((key) => [keyId(key), tufKeyOf(key)]));
}

function expiry({ nowMs }: Stamp, development: boolean): string {
  const at = nowMs + (development ? LIFETIME_MS.development : LIFETIME_MS.real);
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
