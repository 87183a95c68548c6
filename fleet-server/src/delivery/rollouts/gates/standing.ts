import type { RefusalReason } from '@plumbline/shared/update';
import type { GateCounts } from './gates.ts';
import type { DeviceEvidence } from './gate-input.ts';

/**
 * Where a device stands in a rollout. `waiting`: not yet assigned. `no chance`: not heard from since it was. `not begun`: it
 * holds back for a reason that goes by, or its report does not name the assignment yet. `unproven`: it runs the release,
 * and nothing was asked of it.
 */
export type Standing =
  | 'waiting'
  | 'no chance'
  | 'not begun'
  | 'under way'
  | 'proven'
  | 'unproven'
  | 'failed'
  | 'acknowledged';

export type Judged = DeviceEvidence & { standing: Standing };

/** They speak of the day, the network or the papers, never of the release. */
const PASSING: ReadonlySet<RefusalReason> = new Set([
  'stale_metadata',
  'outside_window',
  'link_budget',
  'power_low',
  'deferred_on_site',
]);

/**
 * Judges one device by what it said of this very assignment: an older report says nothing, and it is proven only while it
 * reports to run the very bytes it was assigned.
 */
export function standingOf({ assigned, lastSeenAt, model, isAcknowledged }: DeviceEvidence): Standing {
  if (assigned === undefined) return 'waiting';
  const speaks = (model?.targetSeq ?? -1) >= assigned.seq;
  // A report that names the assignment is a sign of life, whatever a clock that was set back says.
  if (!speaks && (lastSeenAt === null || lastSeenAt < assigned.at)) return 'no chance';
  const isOther = model?.targetSha256 !== undefined && model.targetSha256 !== assigned.sha256;
  if (model === undefined || !speaks || isOther || model.state === 'deferred') return 'not begun';
  if (model.state === 'refused' || model.state === 'rolled-back') {
    if (model.reason !== undefined && PASSING.has(model.reason)) return 'not begun';
    return isAcknowledged ? 'acknowledged' : 'failed';
  }
  if (model.state !== 'committed' || model.runningSha256 !== assigned.sha256) return 'under way';
  return model.proof === 'proven' ? 'proven' : 'unproven';
}

/** Devices that have begun, whatever came of it: what failures are counted against. */
export function hasBegun({ standing }: Pick<Judged, 'standing'>): boolean {
  return standing === 'proven' || standing === 'unproven' || standing === 'failed' || standing === 'under way';
}

/** Acknowledged failures stand aside: they are neither failures nor members that are still to decide. */
export function countStandings(judged: readonly Judged[]): GateCounts {
  const number = { waiting: 0, proven: 0, unproven: 0, failed: 0, acknowledged: 0 };
  let [noChance, notBegun, begun] = [0, 0, 0];
  for (const { standing } of judged) {
    if (standing === 'no chance') noChance++;
    else if (standing === 'not begun') notBegun++;
    else if (standing === 'under way') begun++;
    else number[standing]++;
  }
  const devices = judged.length;
  const hadChance = devices - noChance - number.waiting - number.acknowledged;
  return { devices, hadChance, ...number, underWay: begun + notBegun, notBegun };
}

/** Devices of a stage that must have been heard from, and measured, before it passes. */
export function quorum(
  { devices, acknowledged }: Pick<GateCounts, 'devices' | 'acknowledged'>,
  minimum: number,
): number {
  return Math.max(1, Math.min(minimum, Math.ceil((devices - acknowledged) / 2)));
}
