import type { TargetsMetadata } from './documents.ts';
import { readMetadata, type MetadataOf } from './metadata.ts';
import { requireThreshold, startTrust, type Held, type ImageTrust } from './trusted-images.ts';

/** What a client kept: bytes by role, the role of a line among them. */
export interface KeptMetadata {
  root: Uint8Array;
  timestamp?: Uint8Array | undefined;
  snapshot?: Uint8Array | undefined;
  targets?: Uint8Array | undefined;
  delegated?: Record<string, Uint8Array>;
}

/**
 * Takes up a trust where it was left. What is kept may have expired: it still says which versions were seen. What the
 * kept root does not vouch for is left out, as after a root that changed its keys; targets and delegated roles are
 * judged anew whenever they are asked.
 * @throws TrustError when the root does not sign itself: the others can be fetched again, it cannot
 */
export function restoreTrust(kept: KeptMetadata): ImageTrust {
  const trust = startTrust(kept.root);
  const timestamp = vouched(trust, 'timestamp', kept.timestamp);
  const snapshot = timestamp && vouched(trust, 'snapshot', kept.snapshot);
  const targets = readable('targets', kept.targets);
  const delegated: ImageTrust['delegated'] = Object.create(null);
  for (const [role, bytes] of Object.entries(kept.delegated ?? {})) {
    const held = readable(role, bytes);
    if (held !== undefined) delegated[role] = held;
  }
  return {
    ...trust,
    ...(timestamp && { timestamp }),
    ...(snapshot && { snapshot }),
    ...(targets && { targets }),
    delegated,
  };
}

function vouched<R extends 'timestamp' | 'snapshot'>(
  { root }: ImageTrust,
  role: R,
  bytes: Uint8Array | undefined,
): Held<MetadataOf[R]> | undefined {
  if (bytes === undefined) return undefined;
  try {
    const metadata = readMetadata(bytes, role);
    requireThreshold(role, metadata, root.keys, root.roles[role]);
    return { bytes, signed: metadata.signed as MetadataOf[R] };
  } catch {
    return undefined;
  }
}

function readable(role: string, bytes: Uint8Array | undefined): Held<TargetsMetadata> | undefined {
  if (bytes === undefined) return undefined;
  try {
    return { bytes, signed: readMetadata(bytes, role).signed as TargetsMetadata };
  } catch {
    return undefined;
  }
}
