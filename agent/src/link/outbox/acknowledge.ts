import type { StreamClass } from '@plumbline/shared/wire';
import type { Change, Store } from '../../ports/index.ts';
import { stored } from '../../store/json.ts';
import { rowKey } from '../../store/keys.ts';
import { gapAfter } from './gap.ts';
import { putHead, type StreamHead } from './head.ts';
import { readWaiting } from './shrink.ts';

/** The changes that give everything up to and including `upTo` out of our hands. */
export async function acknowledgeUpTo(
  store: Store,
  of: StreamClass,
  head: StreamHead,
  upTo: number,
): Promise<{ changes: Change[]; head: StreamHead }> {
  const rows = await readWaiting(store, of, head, (sofar) => (sofar.at(-1)?.seq ?? 0) > upTo);
  const gone = rows.filter(({ seq }) => seq <= upTo);
  const next = {
    ...head,
    acked: upTo,
    waiting: head.waiting - gone.length,
    sizeBytes: Math.max(0, head.sizeBytes - gone.reduce((total, one) => total + one.sizeBytes, 0)),
  };
  const changes: Change[] = [{ removeFrom: rowKey(of, head.acked + 1), to: rowKey(of, upTo + 1) }];
  const first = rows.find(({ seq }) => seq > upTo);
  if (first?.row.kind === 'gap' && first.row.from <= upTo) {
    const value = stored(gapAfter(first.row, upTo));
    changes.push({ put: rowKey(of, first.seq), value });
    next.sizeBytes += value.length - first.sizeBytes;
  }
  return { changes: [...changes, putHead(of, next)], head: next };
}
