import type { GapRow, StreamClass } from '@plumbline/shared/wire';
import { row } from '@plumbline/shared/wire';
import type { Change, Store } from '../../ports/index.ts';
import { readStored, stored } from '../../store/json.ts';
import { rowKey, seqOfRowKey } from '../../store/keys.ts';
import { gapOver, type WaitingRow } from './gap.ts';
import { putHead, type StreamHead } from './head.ts';

const PAGE = 1000;

/** Rows of a stream that wait, from the oldest, until `enough` of them were seen. */
export async function readWaiting(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  enough: (rows: WaitingRow[]) => boolean,
): Promise<WaitingRow[]> {
  const rows: WaitingRow[] = [];
  for (let from = head.acked + 1; from < head.nextSeq;) {
    const page = await store.scan({ from: rowKey(of, from), to: rowKey(of, head.nextSeq), limit: PAGE });
    for (const [key, bytes] of page) {
      rows.push({ seq: seqOfRowKey(key), row: readStored(key, bytes, row), sizeBytes: bytes.length });
      if (enough(rows)) return rows;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return rows;
    from = seqOfRowKey(last[0]) + 1;
  }
  return rows;
}

/** Drops the oldest rows of a stream and puts one gap in their place; undefined when that would free nothing. */
export async function dropOldest(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  what: { freeBytes: number; reason: GapRow['reason']; now: number },
): Promise<{ changes: Change[]; head: StreamHead; dropped: number } | undefined> {
  let sizeBytes = 0;
  const rows = await readWaiting(store, of, head, (sofar) => {
    sizeBytes += sofar.at(-1)?.sizeBytes ?? 0;
    return sizeBytes >= what.freeBytes;
  });
  const gap = gapOver(rows, what.reason, what.now);
  const dropped = rows.filter((one) => one.row.kind !== 'gap').length;
  if (gap === undefined || dropped === 0) return undefined;
  const value = stored(gap);
  const next = {
    ...head,
    waiting: head.waiting - rows.length + 1,
    sizeBytes: Math.max(0, head.sizeBytes - sizeBytes + value.length),
  };
  const changes: Change[] = [
    { removeFrom: rowKey(of, head.acked + 1), to: rowKey(of, gap.to) },
    { put: rowKey(of, gap.to), value },
    putHead(of, next),
  ];
  return { changes, head: next, dropped };
}
