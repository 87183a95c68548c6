import type { TrustReport } from '@plumbline/shared/wire';

const PATIENCE_MS = 24 * 3_600_000;

/** What is remembered of a device that is behind. */
export interface Staleness {
  connection: string | null;
  behindSince: number;
  staleSince: number | null;
}

/**
 * Whether a device lives on old metadata: it says so itself, or it has been connected for a day and still holds an older
 * timestamp than is in force. Time without a connection is not held against it; what was found stale stays so until it
 * has caught up.
 * @param newest version of the timestamp in force
 * @returns undefined for a device that is up to date, or was never heard from
 */
export function judgeStaleness(
  before: Staleness | undefined,
  device: { connection: string | null; trust: TrustReport | undefined },
  newest: number,
  now: number,
): Staleness | undefined {
  const { connection, trust } = device;
  if (trust === undefined || (!trust.stale && trust.timestamp >= newest)) return undefined;
  const sameConnection = before !== undefined && connection !== null && before.connection === connection;
  const behindSince = sameConnection ? before.behindSince : now;
  const isStale = trust.stale || (connection !== null && now - behindSince > PATIENCE_MS);
  return { connection, behindSince, staleSince: before?.staleSince ?? (isStale ? now : null) };
}
