import type { StreamClass } from '@plumbline/shared/wire';
import type { Change, Store } from '../../ports/index.ts';
import { stored } from '../../store/json.ts';
import { rowKey, seqOfRowKey } from '../../store/keys.ts';
import { putHead, type StreamHead } from './head.ts';
import { readWaiting } from './read-waiting.ts';

const PAGE = 1000;

/** The changes that give everything up to and including `upTo` out of our hands. */
export async function acknowledgeUpTo(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  upTo: number,
  now: number,
): Promise<{ changes: Change[]; head: StreamHead }> {
  const isAll = upTo === head.nextSeq - 1;
  const gone = isAll ? { entries: head.waiting, sizeBytes: head.sizeBytes } : await measure(store, of, head, upTo);
  const next = {
    ...head,
    acked: upTo,
    waiting: Math.max(0, head.waiting - gone.entries),
    sizeBytes: Math.max(0, head.sizeBytes - gone.sizeBytes),
  };
  const changes: Change[] = [{ removeFrom: rowKey(of, head.acked + 1), to: rowKey(of, upTo + 1) }];
  // Read as if it were acknowledged: a gap that began before comes shortened.
  const [first] = isAll ? [] : await readWaiting(store, of, next, now, () => true);
  if (first?.row.kind === 'gap' && first.isDamaged === undefined) {
    const value = stored(first.row);
    changes.push({ put: rowKey(of, first.seq), value });
    next.sizeBytes = Math.max(0, next.sizeBytes + value.length - first.sizeBytes);
  }
  return { changes: [...changes, putHead(of, next)], head: next };
}

/** What leaves the store with the rows up to `upTo`, readable or not. */
async function measure(store: Store, of: StreamClass, head: StreamHead, upTo: number) {
  let entries = 0;
  let sizeBytes = 0;
  for (let from = head.acked + 1; from <= upTo;) {
    const page = await store.scan({ from: rowKey(of, from), to: rowKey(of, upTo + 1), limit: PAGE });
    entries += page.length;
    for (const [, value] of page) sizeBytes += value.length;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    from = seqOfRowKey(last[0]) + 1;
  }
  return { entries, sizeBytes };
}
