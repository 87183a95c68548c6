import type { GapRow, StreamClass } from '@plumbline/shared/wire';
import type { Change, Store } from '../../ports/index.ts';
import { stored } from '../../store/json.ts';
import { rowKey } from '../../store/keys.ts';
import { gapsOver, type WaitingRow } from './gap.ts';
import { putHead, type StreamHead } from './head.ts';
import { readWaiting } from './read-waiting.ts';

/** So many rows are dropped by one commit at most: memory stays bounded whatever waits. */
const MAX_DROP = 5000;

export interface Drop {
  changes: Change[];
  head: StreamHead;
  /** Rows that were given up by this. */
  dropped: number;
}

/**
 * Drops the oldest rows of a stream and puts gaps in their place; undefined when there is none to drop.
 * @param enough asked after each row that was no gap, with all rows so far
 */
export async function dropOldest(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  what: { reason: GapRow['reason']; now: number; enough: (rows: readonly WaitingRow[]) => boolean },
): Promise<Drop | undefined> {
  let dropped = 0;
  const rows = await readWaiting(store, of, head, what.now, (sofar) => {
    if (sofar.at(-1)?.row.kind === 'gap') return false;
    dropped += 1;
    return dropped >= MAX_DROP || what.enough(sofar);
  });
  const last = rows.at(-1);
  if (last === undefined || dropped === 0) return undefined;
  const gaps = gapsOver(rows, what.reason, what.now).map((gap) => ({ gap, value: stored(gap) }));
  const next = {
    ...head,
    waiting: Math.max(0, head.waiting - sum(rows, ({ entries }) => entries) + gaps.length),
    sizeBytes: Math.max(
      0,
      head.sizeBytes - sum(rows, ({ sizeBytes }) => sizeBytes) + sum(gaps, ({ value }) => value.length),
    ),
  };
  const changes: Change[] = [
    { removeFrom: rowKey(of, head.acked + 1), to: rowKey(of, last.seq + 1) },
    ...gaps.map(({ gap, value }) => ({ put: rowKey(of, gap.to), value })),
    putHead(of, next),
  ];
  return { changes, head: next, dropped };
}

function sum<T>(of: readonly T[], sizeOf: (one: T) => number): number {
  return of.reduce((total, one) => total + sizeOf(one), 0);
}
