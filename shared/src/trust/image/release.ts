import { z } from 'zod';
import { TrustError } from '../errors.ts';
import { publicKeyOf, type PublicKey } from '../signing/keys.ts';
import type { DelegatedRole, TargetsMetadata } from './documents.ts';
import { readMetadata, validKeys } from './metadata.ts';
import { heldTargets, type ImageTrust } from './trusted-images.ts';

export const MAX_LINE_BYTES = 16_384;

/** The role that speaks for a model line. */
export function lineRole(line: string): string {
  return `line-${line}`;
}

/** Pattern of all that a line may list; `*` does not cross a `/`. */
export function linePattern(line: string): string {
  return `models/${line}/*/*`;
}

/** `models/<line>/<counter>/<variant>.plb` */
export function linePath(line: string, counter: number, variant: string): string {
  return `models/${line}/${counter}/${variant}.plb`;
}

const name = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'expected 1–64 of a–z, 0–9, dot, dash');

/**
 * What a bundle asks of a device, said beside its hash: a device that cannot run it is spared the download. What is not
 * said here is asked of the manifest afterwards.
 */
export const releaseNeeds = z.object({
  /** Length of `model.onnx`, decoded. */
  modelBytes: z.number().int().positive(),
  memoryMb: z.number().positive().optional(),
  opsets: z.record(z.string().max(64), z.number().int().positive()),
  /** Derived features of the inputs as `id@version`. */
  derivations: z.array(z.string().max(128)),
});

export type ReleaseNeeds = z.infer<typeof releaseNeeds>;

/** What a line says of each of its bundles. */
const releaseTarget = z.looseObject({
  length: z.number().int().positive(),
  hashes: z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  custom: z.looseObject({
    counter: z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
    version: z.string(),
    variant: name,
    /** Profiles this variant may run on; empty means every profile that fits. */
    profiles: z.array(name),
    needs: releaseNeeds.optional(),
  }),
});

export type ReleaseTarget = z.infer<typeof releaseTarget>;
/** What speaks for a line: the targets metadata of its role, with every bundle's own words typed. */
export interface LineMetadata {
  version: number;
  expires: string;
  targets: Record<string, ReleaseTarget>;
}

/**
 * The releases of a line that a client holds.
 * @throws TrustError `role_missing` when it holds none; as `verifyRelease`
 */
export function releaseOf(trust: ImageTrust, line: string): LineMetadata {
  const held = heldTargets(trust, lineRole(line));
  if (held === undefined || trust.targets === undefined) {
    throw new TrustError('role_missing', `line ${line}: no metadata of it are known`, lineRole(line));
  }
  return readRelease(held.bytes, trust.targets.signed, line);
}

/**
 * The second opinion stock clients do not ask for: not any two keys of the line, but one that stands for a builder
 * *and* another that stands for an approver.
 * @param knownVersion newest version seen of this line
 * @throws TrustError `bad_length`, `line_not_delegated`, `below_threshold`, `rollback`, `stale`, `document_malformed`
 */
export function verifyRelease(
  bytes: Uint8Array,
  targets: TargetsMetadata,
  line: string,
  { knownVersion, now }: { knownVersion: number; now: number },
): LineMetadata {
  const role = lineRole(line);
  if (bytes.length > MAX_LINE_BYTES) {
    throw new TrustError('bad_length', `${role}: ${bytes.length} bytes`, role, `≤ ${MAX_LINE_BYTES} bytes`);
  }
  const release = readRelease(bytes, targets, line);
  if (release.version < knownVersion) {
    throw new TrustError('rollback', `${role}: version ${release.version} after ${knownVersion}`, `${role}.version`);
  }
  if (!(Date.parse(release.expires) > now)) {
    throw new TrustError('stale', `${role}: expired ${release.expires}`, `${role}.expires`);
  }
  return release;
}

/** Reads what a line lists, without asking who signed it: for drafts. @throws TrustError `document_malformed` */
export function readLine(bytes: Uint8Array, line: string): LineMetadata {
  return typed(readMetadata(bytes, lineRole(line)).signed, line);
}

/** The delegation of a line. @throws TrustError `line_not_delegated` */
export function delegationOf(targets: TargetsMetadata, line: string): DelegatedRole {
  const role = lineRole(line);
  const found = targets.delegations?.roles.find((one) => one.name === role);
  if (found !== undefined) return found;
  throw new TrustError(
    'line_not_delegated',
    `line ${line}: the offline keys have not delegated it`,
    role,
    'plumbline keys add-line',
  );
}

/** Public keys that stand for builder or approver of a line; a kind we cannot verify is left out. */
export function lineKeys(targets: TargetsMetadata, line: string, kind: 'builders' | 'approvers'): PublicKey[] {
  const ids = delegationOf(targets, line)['x-plumbline']?.[kind] ?? [];
  return ids.flatMap((id) => {
    const keys = targets.delegations?.keys ?? {};
    const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
    return (key && publicKeyOf(key)) ?? [];
  });
}

function readRelease(bytes: Uint8Array, targets: TargetsMetadata, line: string): LineMetadata {
  const role = lineRole(line);
  const metadata = readMetadata(bytes, role);
  const delegation = delegationOf(targets, line);
  const keys = targets.delegations?.keys ?? {};
  const marks = delegation['x-plumbline'] ?? { builders: [], approvers: [] };
  const mayClaim = new Set(delegation.keyids);
  const of = (ids: readonly string[]) =>
    validKeys(
      metadata,
      keys,
      ids.filter((id) => mayClaim.has(id)),
    );
  const builders = of(marks.builders);
  const approvers = of(marks.approvers);
  const all = new Set([...builders, ...approvers]);
  if (builders.size === 0 || approvers.size === 0 || all.size < Math.max(2, delegation.threshold)) {
    const signed = `${builders.size} builders, ${approvers.size} approvers`;
    throw new TrustError(
      'below_threshold',
      `${role}: signed by ${signed}`,
      `${role}.signatures`,
      'a builder and another key as approver',
    );
  }
  return typed(metadata.signed, line);
}

function typed(signed: TargetsMetadata, line: string): LineMetadata {
  const role = lineRole(line);
  const targets: Record<string, ReleaseTarget> = {};
  for (const [path, target] of Object.entries(signed.targets)) {
    const parsed = releaseTarget.safeParse(target);
    const field = `${role}.targets.${path}`;
    if (!parsed.success)
      throw new TrustError('document_malformed', `${field}: ${parsed.error.issues[0]?.message}`, field);
    const { counter, variant } = parsed.data.custom;
    if (path !== linePath(line, counter, variant)) {
      throw new TrustError(
        'bad_path',
        `${field}: not the path of its counter and variant`,
        field,
        linePath(line, counter, variant),
      );
    }
    targets[path] = parsed.data;
  }
  return { version: signed.version, expires: signed.expires, targets };
}
