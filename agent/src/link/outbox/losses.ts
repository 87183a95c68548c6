import { CLASS_OF, type GapRow, type Row, type StreamClass } from '@plumbline/shared/wire';
import { gapOf } from './gap.ts';

/** Rows that never got a number, by class and reason: the next commit that succeeds declares them. */
export interface Loss {
  of: StreamClass;
  reason: GapRow['reason'];
  count: number;
  firstAt: number;
  lastAt: number;
}

/** Adds rows, in the order in which they were made, to what is lost already. */
export function addLoss(losses: Loss[], rows: readonly Row[], reason: GapRow['reason']): Loss[] {
  const all = losses.map((one) => ({ ...one }));
  for (const row of rows) {
    const of = CLASS_OF[row.kind];
    const known = all.find((one) => one.of === of && one.reason === reason);
    if (known === undefined) all.push({ of, reason, count: 1, firstAt: row.at, lastAt: row.at });
    else Object.assign(known, { count: known.count + 1, lastAt: row.at });
  }
  return all;
}

/** Losses whose declaration failed too, in front of those that came meanwhile. */
export function joinLosses(before: readonly Loss[], after: readonly Loss[]): Loss[] {
  const joined = before.map((one) => ({ ...one }));
  for (const loss of after) {
    const known = joined.find((one) => one.of === loss.of && one.reason === loss.reason);
    if (known === undefined) joined.push(loss);
    else Object.assign(known, { count: known.count + loss.count, lastAt: loss.lastAt });
  }
  return joined;
}

/** The gap that takes the next `count` numbers of its stream, and stands at the last of them. */
export function gapOfLoss({ count, reason, firstAt, lastAt }: Loss, nextSeq: number, now: number): GapRow {
  return { ...gapOf(nextSeq, nextSeq + count - 1, { at: now, reason, rowAt: firstAt }), lastAt };
}
