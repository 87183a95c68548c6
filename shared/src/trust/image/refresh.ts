import { TrustError } from '../errors.ts';
import {
  isInForce,
  requireMeta,
  updateRoot,
  updateSnapshot,
  updateTargets,
  updateTimestamp,
  type ImageTrust,
} from './trusted-images.ts';

/** Where metadata come from: a web server, blocks over MQTT, a folder. */
export interface MetadataSource {
  /**
   * `version` is absent for the timestamp; `sha256` is there when it is known beforehand.
   * @returns the bytes, at most `maxBytes` and one more, or `undefined` when there is no such document
   */
  fetch(request: {
    role: string;
    version?: number;
    sha256?: string;
    maxBytes: number;
  }): Promise<Uint8Array | undefined>;
}

/** Told after every document that was taken in, so that progress survives what is refused later. */
export type Accepted = (trust: ImageTrust) => void | Promise<void>;

export interface MetadataLimits {
  root: number;
  timestamp: number;
  snapshot: number;
  targets: number;
}

/** For a repository of anybody; devices pass lower ones. */
export const STOCK_LIMITS: MetadataLimits = {
  root: 65_536,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
};
const MAX_ROOTS = 1024;

/**
 * Brings everything a client believes up to date, in the order of section 5.3: roots one by one, timestamp, snapshot,
 * targets. What is held and still in force is not fetched again.
 * @throws TrustError by whichever document is refused; whatever the source throws
 */
export async function refresh(
  start: ImageTrust,
  source: MetadataSource,
  now: number,
  accepted: Accepted,
  limits: MetadataLimits = STOCK_LIMITS,
): Promise<ImageTrust> {
  let trust = await refreshRoot(start, source, accepted, limits);
  const take = async (next: ImageTrust) => {
    if (next !== trust) await accepted(next);
    trust = next;
  };
  await take(updateTimestamp(trust, await need(source, { role: 'timestamp', maxBytes: limits.timestamp }), now));
  if (!isInForce(trust, 'snapshot', now)) {
    const meta = trust.timestamp?.signed.meta['snapshot.json'];
    await take(updateSnapshot(trust, await need(source, requestOf('snapshot', meta, limits.snapshot)), now));
  }
  if (!isInForce(trust, 'targets', now)) {
    const meta = requireMeta(trust, 'targets', now);
    await take(updateTargets(trust, await need(source, requestOf('targets', meta, limits.targets)), now));
  }
  return trust;
}

/** Walks the chain of roots to its end; a device that was away for twenty of them takes twenty steps. */
export async function refreshRoot(
  start: ImageTrust,
  source: MetadataSource,
  accepted: Accepted,
  limits: Pick<MetadataLimits, 'root'> = STOCK_LIMITS,
): Promise<ImageTrust> {
  let trust = start;
  for (let steps = 0; steps < MAX_ROOTS; steps += 1) {
    const request = { role: 'root', version: trust.root.version + 1, maxBytes: limits.root };
    const bytes = await source.fetch(request);
    if (bytes === undefined) break;
    trust = updateRoot(trust, bounded(bytes, request));
    await accepted(trust);
  }
  return trust;
}

/** Brings a delegated role up to date, its delegator being so already. */
export async function refreshDelegated(
  trust: ImageTrust,
  source: MetadataSource,
  now: number,
  { role, delegator }: { role: string; delegator: string },
  accepted: Accepted,
  limits: Pick<MetadataLimits, 'targets'> = STOCK_LIMITS,
): Promise<ImageTrust> {
  if (isInForce(trust, role, now, delegator)) return trust;
  const request = requestOf(role, requireMeta(trust, role, now), limits.targets);
  const next = updateTargets(trust, await need(source, request), now, role, delegator);
  await accepted(next);
  return next;
}

type Request = Parameters<MetadataSource['fetch']>[0];

function requestOf(
  role: string,
  meta: { version: number; length?: number | undefined; hashes?: Record<string, string> | undefined } | undefined,
  limit: number,
): Request {
  const sha256 = meta?.hashes?.['sha256'];
  return {
    role,
    maxBytes: Math.min(limit, meta?.length ?? limit),
    ...(meta !== undefined && { version: meta.version }),
    ...(sha256 !== undefined && { sha256 }),
  };
}

async function need(source: MetadataSource, request: Request): Promise<Uint8Array> {
  const bytes = await source.fetch(request);
  if (bytes !== undefined) return bounded(bytes, request);
  throw new TrustError('role_missing', `${request.role}: the repository does not have it`, request.role);
}

/** Size before parse. */
function bounded(bytes: Uint8Array, { role, maxBytes }: Request): Uint8Array {
  if (bytes.length <= maxBytes) return bytes;
  throw new TrustError('bad_length', `${role}: ${bytes.length} bytes`, `${role}.length`, `≤ ${maxBytes} bytes`);
}
