import {
  deviceSettings,
  fromBase64,
  readFleet,
  readMetadata,
  toBase64,
  utf8,
  type DeviceSettings,
  type DirectorMemory,
  type FleetDocument,
  type Held,
  type ImageTrust,
} from '@plumbline/shared/trust';
import { z } from 'zod';
import { target, type Target } from '../update/index.ts';

/** All that this device believes, as one value: it is written whole, before anything acts on it. */
export interface Belief {
  /** Hash of the root that enrolment pinned: the beliefs of another fleet are nothing to this one. */
  pinnedSha256: string;
  /** What the offline and online keys of the fleet have said, as exact bytes. */
  image: ImageTrust;
  /** Who may assign, on which floors; named by the targets of the image repository. */
  fleet: Held<FleetDocument> | undefined;
  /** What each director key has been obeyed in, by key id. */
  directors: Record<string, DirectorMemory>;
  /** The message that was obeyed last, by the hashes of its two documents. */
  obeyed: { seq: number; assignmentSha256: string; timestampSha256: string } | undefined;
  targets: readonly Target[];
  /** Settings of the assignment within the bounds of the profile. */
  settings: DeviceSettings;
  /** It is not earlier than this, ms: signed time, as far as it is believed. */
  timeFloor: number;
}

const count = z.number().int().nonnegative();
const document = z.base64();

const storedBelief = z.strictObject({
  pinnedSha256: z.string(),
  root: document,
  timestamp: document.optional(),
  snapshot: document.optional(),
  targets: document.optional(),
  delegated: z.record(z.string(), document),
  fleet: document.optional(),
  directors: z.record(
    z.string(),
    z.strictObject({ seq: count, timeFloor: z.number().int(), floors: z.record(z.string(), count) }),
  ),
  obeyed: z.strictObject({ seq: count, assignmentSha256: z.string(), timestampSha256: z.string() }).optional(),
  wanted: z.array(target),
  settings: deviceSettings,
  timeFloor: z.number().int(),
});

export function beginningWith(image: ImageTrust, pinnedSha256: string, timeFloor: number): Belief {
  return {
    pinnedSha256,
    image,
    fleet: undefined,
    directors: {},
    obeyed: undefined,
    targets: [],
    settings: {},
    timeFloor,
  };
}

export function encodeBelief({ image, fleet, targets, ...rest }: Belief): Uint8Array {
  const delegated = Object.fromEntries(
    Object.entries(image.delegated).map(([role, { bytes }]) => [role, toBase64(bytes)]),
  );
  return utf8(
    JSON.stringify({
      ...rest,
      root: toBase64(image.rootBytes),
      timestamp: image.timestamp && toBase64(image.timestamp.bytes),
      snapshot: image.snapshot && toBase64(image.snapshot.bytes),
      targets: image.targets && toBase64(image.targets.bytes),
      delegated,
      fleet: fleet && toBase64(fleet.bytes),
      wanted: targets,
    }),
  );
}

/**
 * Reads what `encodeBelief` wrote. Signatures were checked before it was written, and its hash before it was read.
 * @throws for anything that this agent never wrote
 */
export function decodeBelief(bytes: Uint8Array): Belief {
  const kept = storedBelief.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  const { root, timestamp, snapshot, targets, delegated, fleet, wanted, obeyed, ...rest } = kept;
  const rootBytes = fromBase64(root);
  const fleetBytes = fleet === undefined ? undefined : fromBase64(fleet);
  const image: ImageTrust = {
    root: readMetadata(rootBytes, 'root').signed,
    rootBytes,
    delegated: Object.fromEntries(
      Object.entries(delegated).map(([role, text]) => {
        const line = fromBase64(text);
        return [role, { bytes: line, signed: readMetadata(line, role).signed }];
      }),
    ),
    ...(timestamp !== undefined && { timestamp: heldAs('timestamp', timestamp) }),
    ...(snapshot !== undefined && { snapshot: heldAs('snapshot', snapshot) }),
    ...(targets !== undefined && { targets: heldAs('targets', targets) }),
  };
  return {
    ...rest,
    image,
    obeyed,
    fleet: fleetBytes && { bytes: fleetBytes, signed: readFleet(fleetBytes) },
    targets: wanted,
  };
}

function heldAs<Role extends 'timestamp' | 'snapshot' | 'targets'>(role: Role, text: string) {
  const bytes = fromBase64(text);
  return { bytes, signed: readMetadata(bytes, role).signed };
}
