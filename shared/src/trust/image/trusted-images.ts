import { sha256Hex } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import type { TufKey } from '../signing/keys.ts';
import type { MetaFile, RootMetadata, SnapshotMetadata, TargetsMetadata, TimestampMetadata } from './documents.ts';
import { matchesHashes } from './hashes.ts';
import { readMetadata, validKeys, type Metadata } from './metadata.ts';

/** A document that was verified, with its exact bytes. */
export interface Held<T> {
  bytes: Uint8Array;
  signed: T;
}

/**
 * What a client believes of an image repository: a value, and every step makes a new one (The Update Framework 1.0,
 * section 5.3). A held snapshot or targets document may be overtaken; `isInForce` tells.
 */
export interface ImageTrust {
  root: RootMetadata;
  rootBytes: Uint8Array;
  timestamp?: Held<TimestampMetadata>;
  snapshot?: Held<SnapshotMetadata>;
  targets?: Held<TargetsMetadata>;
  delegated: Record<string, Held<TargetsMetadata>>;
}

/**
 * Begins with a root that is trusted already, because it was installed with the device or pinned by hash.
 * @throws TrustError `wrong_root` when it is not the pinned one; `below_threshold` when it does not sign itself
 */
export function startTrust(rootBytes: Uint8Array, pinnedSha256?: string): ImageTrust {
  if (pinnedSha256 !== undefined && sha256Hex(rootBytes) !== pinnedSha256) {
    throw new TrustError('wrong_root', 'root: not the one that was pinned', 'root', pinnedSha256);
  }
  const metadata = readMetadata(rootBytes, 'root');
  requireThreshold('root', metadata, metadata.signed.keys, metadata.signed.roles.root);
  return { root: metadata.signed, rootBytes, delegated: {} };
}

/**
 * One step of the chain of roots: signed by the threshold of the root before *and* by its own, version exactly one
 * higher. When it changes the keys of timestamp or snapshot, what those had signed is forgotten: a stolen key may have
 * set versions beyond reach.
 */
export function updateRoot(trust: ImageTrust, bytes: Uint8Array): ImageTrust {
  const metadata = readMetadata(bytes, 'root');
  const { signed } = metadata;
  requireThreshold('root', metadata, trust.root.keys, trust.root.roles.root);
  if (signed.version !== trust.root.version + 1) {
    const code = signed.version <= trust.root.version ? 'rollback' : 'fast_forward';
    throw wrong(code, 'root', `version ${signed.version} after ${trust.root.version}`, 'version');
  }
  requireThreshold('root', metadata, signed.keys, signed.roles.root);
  const { timestamp, snapshot, ...rest } = { ...trust, root: signed, rootBytes: bytes };
  const changed = (['timestamp', 'snapshot'] as const).some(
    (role) => keysOf(trust.root, role) !== keysOf(signed, role),
  );
  if (changed) return rest;
  return { ...rest, ...(timestamp && { timestamp }), ...(snapshot && { snapshot }) };
}

/** @throws TrustError `stale` naming root or timestamp, `rollback`, `below_threshold` … */
export function updateTimestamp(trust: ImageTrust, bytes: Uint8Array, now: number): ImageTrust {
  requireFresh('root', trust.root, now);
  const metadata = readMetadata(bytes, 'timestamp');
  requireThreshold('timestamp', metadata, trust.root.keys, trust.root.roles.timestamp);
  const { signed } = metadata;
  const held = trust.timestamp?.signed;
  if (held !== undefined && signed.version < held.version) {
    throw wrong('rollback', 'timestamp', `version ${signed.version} after ${held.version}`, 'version');
  }
  const snapshotVersion = signed.meta['snapshot.json'].version;
  const knownSnapshot = held?.meta['snapshot.json'].version ?? 0;
  if (snapshotVersion < knownSnapshot) {
    throw wrong(
      'rollback',
      'timestamp',
      `snapshot version ${snapshotVersion} after ${knownSnapshot}`,
      'meta.snapshot.json',
    );
  }
  requireFresh('timestamp', signed, now);
  if (held !== undefined && signed.version === held.version) return trust;
  return { ...trust, timestamp: { bytes, signed } };
}

/** @throws TrustError `bad_hash`, `bad_length`, `mix_and_match`, `role_missing`, `rollback`, `stale` … */
export function updateSnapshot(trust: ImageTrust, bytes: Uint8Array, now: number): ImageTrust {
  const meta = requireTimestamp(trust, now).meta['snapshot.json'];
  requireBytes('snapshot', bytes, meta);
  const metadata = readMetadata(bytes, 'snapshot');
  requireThreshold('snapshot', metadata, trust.root.keys, trust.root.roles.snapshot);
  const { signed } = metadata;
  requireVersion('snapshot', signed.version, meta.version);
  for (const [file, { version }] of Object.entries(trust.snapshot?.signed.meta ?? {})) {
    const next = Object.hasOwn(signed.meta, file) ? signed.meta[file] : undefined;
    if (next === undefined) throw wrong('role_missing', 'snapshot', `${file} is not in it any more`, `meta.${file}`);
    if (next.version < version) {
      throw wrong('rollback', 'snapshot', `${file} version ${next.version} after ${version}`, `meta.${file}`);
    }
  }
  requireFresh('snapshot', signed, now);
  return { ...trust, snapshot: { bytes, signed } };
}

/**
 * Takes in targets, or the metadata of a delegated role as its delegator wants it signed.
 * @param delegator role whose held document delegates to `role`
 */
export function updateTargets(
  trust: ImageTrust,
  bytes: Uint8Array,
  now: number,
  role = 'targets',
  delegator = 'root',
): ImageTrust {
  const meta = requireMeta(trust, role, now);
  requireBytes(role, bytes, meta);
  const metadata = readMetadata(bytes, role);
  const authority = authorityOf(trust, role, delegator);
  requireThreshold(role, metadata, authority.keys, authority);
  requireVersion(role, metadata.signed.version, meta.version);
  requireFresh(role, metadata.signed, now);
  const held = { bytes, signed: metadata.signed };
  return role === 'targets'
    ? { ...trust, targets: held }
    : { ...trust, delegated: { ...trust.delegated, [role]: held } };
}

/** True when the held document of a role is the one the timestamp (snapshot) or the snapshot (targets) speaks of. */
export function isInForce(trust: ImageTrust, role: string, now: number, delegator = 'root'): boolean {
  try {
    if (role === 'snapshot') {
      if (trust.snapshot === undefined) return false;
      updateSnapshot(trust, trust.snapshot.bytes, now);
      return true;
    }
    const held = heldTargets(trust, role);
    if (held === undefined) return false;
    updateTargets(trust, held.bytes, now, role, delegator);
    return true;
  } catch {
    return false;
  }
}

/** What the snapshot says of the metadata file of a role. @throws TrustError `role_missing`, `stale` */
export function requireMeta(trust: ImageTrust, role: string, now: number): MetaFile {
  requireTimestamp(trust, now);
  const { snapshot } = trust;
  if (snapshot === undefined) throw wrong('role_missing', 'snapshot', 'not known yet', 'meta');
  requireFresh('snapshot', snapshot.signed, now);
  const meta = Object.hasOwn(snapshot.signed.meta, `${role}.json`) ? snapshot.signed.meta[`${role}.json`] : undefined;
  if (meta === undefined) throw wrong('role_missing', 'snapshot', `${role}.json is not in it`, `meta.${role}.json`);
  return meta;
}

/** The document held of a role that lists targets. */
export function heldTargets(trust: ImageTrust, role: string): Held<TargetsMetadata> | undefined {
  if (role === 'targets') return trust.targets;
  return Object.hasOwn(trust.delegated, role) ? trust.delegated[role] : undefined;
}

function requireTimestamp(trust: ImageTrust, now: number): TimestampMetadata {
  requireFresh('root', trust.root, now);
  if (trust.timestamp === undefined) throw wrong('role_missing', 'timestamp', 'not known yet', 'timestamp');
  requireFresh('timestamp', trust.timestamp.signed, now);
  return trust.timestamp.signed;
}

function authorityOf(trust: ImageTrust, role: string, delegator: string) {
  if (role === 'targets') return { keys: trust.root.keys, ...trust.root.roles.targets };
  const delegations = heldTargets(trust, delegator)?.signed.delegations;
  const found = delegations?.roles.find((one) => one.name === role);
  if (delegations === undefined || found === undefined) {
    throw wrong('line_not_delegated', delegator, `does not delegate to ${role}`, 'delegations.roles');
  }
  return { keys: delegations.keys, keyids: found.keyids, threshold: found.threshold };
}

/** @throws TrustError `below_threshold`: too few distinct keys of the role have signed */
export function requireThreshold(
  role: string,
  metadata: Metadata<unknown>,
  keys: Record<string, TufKey>,
  { keyids, threshold }: { keyids: readonly string[]; threshold: number },
): void {
  const valid = validKeys(metadata, keys, keyids).size;
  if (valid >= threshold) return;
  throw wrong(
    'below_threshold',
    role,
    `${valid} of ${threshold} signatures hold`,
    'signatures',
    `${threshold} distinct keys`,
  );
}

function requireFresh(role: string, { expires }: { expires: string }, now: number): void {
  if (Date.parse(expires) > now) return;
  throw wrong('stale', role, `expired ${expires}`, 'expires', 'metadata that have not expired');
}

function requireBytes(role: string, bytes: Uint8Array, meta: MetaFile): void {
  if (meta.length !== undefined && bytes.length !== meta.length) {
    throw wrong('bad_length', role, `${bytes.length} bytes`, 'length', String(meta.length));
  }
  if (meta.hashes !== undefined && !matchesHashes(bytes, meta.hashes)) {
    throw wrong('bad_hash', role, 'not the bytes its hash speaks of', 'hashes');
  }
}

function requireVersion(role: string, version: number, expected: number): void {
  if (version === expected) return;
  throw wrong('mix_and_match', role, `version ${version} where ${expected} is in force`, 'version', String(expected));
}

/** By value: another key under an old id is another key. */
function keysOf({ keys, roles }: RootMetadata, role: 'timestamp' | 'snapshot'): string {
  const { keyids, threshold } = roles[role];
  const valueOf = (id: string) => (Object.hasOwn(keys, id) ? keys[id]?.keyval.public : null);
  return JSON.stringify([threshold, ...keyids.toSorted().map((id) => [id, valueOf(id)])]);
}

function wrong(
  code: ConstructorParameters<typeof TrustError>[0],
  role: string,
  why: string,
  field: string,
  expected?: string,
): TrustError {
  // Names of roles and files are the repository's own words, as long as it likes.
  return new TrustError(code, `${role}: ${why}`.slice(0, 512), `${role}.${field}`.slice(0, 256), expected);
}
