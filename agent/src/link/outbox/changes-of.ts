import { CLASS_OF } from '@plumbline/shared/wire';
import type { Change } from '../../ports/index.ts';
import { stored } from '../../store/json.ts';
import { rowKey } from '../../store/keys.ts';
import { putHead, type Heads } from './head.ts';
import type { Write } from './journal.ts';
import { gapOfLoss, type Loss } from './losses.ts';

/** One commit: what was lost before is declared first, then every row gets its number, the heads follow. */
export function changesOf(
  writes: readonly Write[],
  { heads, losses, now }: { heads: Heads; losses: readonly Loss[]; now: number },
): { changes: Change[]; next: Partial<Heads> } {
  const changes: Change[] = [];
  const next: Partial<Heads> = {};
  const latest = new Map<string, () => Uint8Array | undefined>();
  for (const loss of losses) {
    const head = (next[loss.of] ??= { ...heads[loss.of] });
    const gap = gapOfLoss(loss, head.nextSeq, now);
    const value = stored(gap);
    changes.push({ put: rowKey(loss.of, gap.to), value });
    head.nextSeq = gap.to + 1;
    head.waiting += 1;
    head.sizeBytes += value.length;
  }
  for (const write of writes) {
    for (const row of write.rows ?? []) {
      const of = CLASS_OF[row.kind];
      const head = (next[of] ??= { ...heads[of] });
      const value = stored(row);
      changes.push({ put: rowKey(of, head.nextSeq), value });
      head.nextSeq += 1;
      head.waiting += 1;
      head.sizeBytes += value.length;
    }
    changes.push(...(write.changes ?? []));
    for (const [key, value] of Object.entries(write.latest ?? {})) latest.set(key, value);
  }
  for (const [put, valueOf] of latest) {
    const value = valueOf();
    if (value !== undefined) changes.push({ put, value });
  }
  for (const of of Object.keys(next) as (keyof Heads)[]) changes.push(putHead(of, next[of] ?? heads[of]));
  return { changes, next };
}
