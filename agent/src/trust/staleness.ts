import type { ImageTrust } from '@plumbline/shared/trust';
import { instantOf } from '../calendar.ts';

export type Lifetime = {
  role: string;
  version: number;
  /** As signed, `2026-01-31T00:00:00Z`. */
  expires: string;
};

/** How long each document lives that an install needs, the one nearest to the root first. */
export function lifetimesOf({ root, timestamp, snapshot, targets, delegated }: ImageTrust): Lifetime[] {
  const all: Record<string, { signed: { version: number; expires: string } } | undefined> = {
    root: { signed: root },
    timestamp,
    snapshot,
    targets,
    ...delegated,
  };
  return Object.entries(all).flatMap(([role, held]) =>
    held === undefined ? [] : [{ role, version: held.signed.version, expires: held.signed.expires }],
  );
}

/** The first role whose document is expired; undefined while installs may go on. */
export function staleRoleOf(image: ImageTrust, now: number): Lifetime | undefined {
  return lifetimesOf(image).find(({ expires }) => !(instantOf(expires) > now));
}

/** When the first of the documents that every install needs expires, ms; those of other lines are not asked. */
export function expiryOf(image: ImageTrust, lineRole: string): number {
  const needed = new Set(['root', 'timestamp', 'snapshot', 'targets', lineRole]);
  const times = lifetimesOf(image).flatMap(({ role, expires }) => (needed.has(role) ? [instantOf(expires)] : []));
  return Math.min(...times);
}
