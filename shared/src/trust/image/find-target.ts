import { sha256Hex, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import type { DelegatedRole, TargetFile, TargetsMetadata } from './documents.ts';
import { matchesPattern } from './paths.ts';
import { refreshDelegated, type Accepted, type MetadataLimits, type MetadataSource } from './refresh.ts';
import { heldTargets, isInForce, type ImageTrust } from './trusted-images.ts';

const MAX_DELEGATIONS = 32;

/**
 * Looks for a target file: in the top-level targets, then through the delegations in their order, depth first
 * (section 5.6.7). A terminating delegation that matches is the last one asked.
 * @throws TrustError `not_in_release` when nobody speaks of the path
 */
export async function findTarget(
  start: ImageTrust,
  source: MetadataSource,
  path: string,
  now: number,
  accepted: Accepted,
  limits?: MetadataLimits,
): Promise<{ trust: ImageTrust; target: TargetFile; role: string }> {
  let trust = start;
  if (!isInForce(trust, 'targets', now)) throw new TrustError('stale', 'targets: not in force', 'targets', 'a refresh');
  let waiting = [{ role: 'targets', delegator: 'root' }];
  const visited = new Set<string>();
  while (waiting.length > 0 && visited.size <= MAX_DELEGATIONS) {
    const [next, ...rest] = waiting;
    if (next === undefined) break;
    waiting = rest;
    if (visited.has(next.role)) continue;
    visited.add(next.role);
    if (next.role !== 'targets') trust = await refreshDelegated(trust, source, now, next, accepted, limits);
    const signed = heldTargets(trust, next.role)?.signed;
    if (signed === undefined) break;
    const target = Object.hasOwn(signed.targets, path) ? signed.targets[path] : undefined;
    if (target !== undefined) return { trust, target, role: next.role };
    const { roles, ends } = delegationsFor(signed, path);
    waiting = [...roles.map((role) => ({ role, delegator: next.role })), ...(ends ? [] : waiting)];
  }
  throw new TrustError('not_in_release', `${path}: no targets metadata speak of it`, 'path');
}

function delegationsFor({ delegations }: TargetsMetadata, path: string): { roles: string[]; ends: boolean } {
  const roles: string[] = [];
  for (const role of delegations?.roles ?? []) {
    if (!speaksFor(role, path)) continue;
    roles.push(role.name);
    if (role.terminating) return { roles, ends: true };
  }
  return { roles, ends: false };
}

function speaksFor({ paths, path_hash_prefixes: prefixes }: DelegatedRole, path: string): boolean {
  if (prefixes !== undefined) {
    const hash = sha256Hex(utf8(path));
    return prefixes.some((prefix) => hash.startsWith(prefix));
  }
  return (paths ?? []).some((pattern) => matchesPattern(pattern, path));
}
