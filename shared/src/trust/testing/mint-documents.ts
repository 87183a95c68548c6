import { sha256Hex } from '../bytes.ts';
import type { MetaFile } from '../image/documents.ts';
import { linePath, linePattern, lineRole } from '../image/release.ts';
import { tufKeyOf, type TufKey } from '../signing/keys.ts';
import type { Signer } from '../signing/signer.ts';
import { KEYS } from './mint-signers.ts';

/** Unsigned documents of a small repository. Every member can be changed to what an attacker would write. */
export type Draft = Record<string, unknown>;

const FOREVER = '2036-01-01T00:00:00Z';

export function keysOf(...signers: readonly Signer[]): Record<string, TufKey> {
  return Object.fromEntries(signers.map((one) => [one.keyId, tufKeyOf(one.publicKey)]));
}

/** @param signers by role; a role that is not named has its usual key */
export function rootDraft(
  version: number,
  signers: Partial<Record<'root' | 'targets' | 'snapshot' | 'timestamp', readonly Signer[]>> = {},
  changed: Draft = {},
): Draft {
  const all = {
    root: [KEYS.root],
    targets: [KEYS.targets],
    snapshot: [KEYS.snapshot],
    timestamp: [KEYS.timestamp],
    ...signers,
  };
  const roles = Object.entries(all).map(([role, keys]) => [role, { keyids: keys.map((k) => k.keyId), threshold: 1 }]);
  return {
    ...head('root', version),
    consistent_snapshot: true,
    keys: keysOf(...Object.values(all).flat()),
    roles: Object.fromEntries(roles),
    ...changed,
  };
}

export function metaOf(version: number, bytes: Uint8Array): MetaFile {
  return { version, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
}

export function timestampDraft(version: number, snapshot: MetaFile, changed: Draft = {}): Draft {
  return { ...head('timestamp', version), meta: { 'snapshot.json': snapshot }, ...changed };
}

export function snapshotDraft(version: number, meta: Record<string, MetaFile>, changed: Draft = {}): Draft {
  return { ...head('snapshot', version), meta, ...changed };
}

export interface DelegationDraft {
  name: string;
  signers: readonly Signer[];
  [member: string]: unknown;
}

export function delegationsDraft(roles: readonly DelegationDraft[]): Draft {
  return {
    keys: keysOf(...roles.flatMap(({ signers }) => signers)),
    roles: roles.map(({ signers, ...role }) => ({
      keyids: signers.map((one) => one.keyId),
      threshold: 1,
      terminating: false,
      paths: ['*'],
      ...role,
    })),
  };
}

/** A model line as our offline keys delegate it. */
export function lineDelegation(
  line: string,
  builders: readonly Signer[] = [KEYS.builder],
  approvers: readonly Signer[] = [KEYS.approver],
): DelegationDraft {
  return {
    name: lineRole(line),
    signers: [...new Set([...builders, ...approvers])],
    threshold: 2,
    terminating: true,
    paths: [linePattern(line)],
    'x-plumbline': { builders: builders.map((k) => k.keyId), approvers: approvers.map((k) => k.keyId) },
  };
}

export function targetsDraft(version: number, targets: Draft = {}, changed: Draft = {}): Draft {
  return { ...head('targets', version), targets, ...changed };
}

/** What a line lists: a bundle of each of these counters. */
export function lineDraft(line: string, version: number, counters: readonly number[], changed: Draft = {}): Draft {
  const targets = counters.map((counter) => [
    linePath(line, counter, 'tree'),
    {
      length: 1000 + counter,
      hashes: { sha256: sha256Hex(Uint8Array.of(counter)) },
      custom: { counter, version: `1.${counter}.0`, variant: 'tree', profiles: [] },
    },
  ]);
  return targetsDraft(version, Object.fromEntries(targets), changed);
}

function head(type: string, version: number): Draft {
  return { _type: type, spec_version: '1.0.31', version, expires: FOREVER };
}
