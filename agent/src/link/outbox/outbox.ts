import { PRIORITY, type StreamClass } from '@plumbline/shared/wire';
import type { Clock, Random, Store } from '../../ports/index.ts';
import { acknowledgeUpTo } from './acknowledge.ts';
import type { WaitingRow } from './gap.ts';
import { openHeads } from './head.ts';
import { createJournal, type Journal } from './journal.ts';
import { dropOldest, readWaiting } from './shrink.ts';

export interface Batch {
  stream: string;
  class: StreamClass;
  rows: WaitingRow[];
}

export interface StreamCounts {
  stream: string;
  waiting: number;
  lastSeq: number;
  acked: number;
}

/** Everything that is on its way to the server: durable, in order per class, given up only on its word. */
export interface Outbox extends Journal {
  /** The first rows nobody has acknowledged: the same ones until somebody does. */
  nextBatch(of: StreamClass): Promise<Batch | undefined>;
  /** The server holds everything up to `upTo`. Streams of another store are left alone: false. */
  acknowledge(stream: string, upTo: number): Promise<boolean>;
  /** Puts a gap in the place of the oldest row, which cannot travel. */
  quarantineFirst(of: StreamClass): Promise<void>;
  setBudget(sizeBytes: number): void;
  counts(): Record<StreamClass, StreamCounts>;
}

export interface OutboxOptions {
  /** Predictions wait this long for company before they are made durable. */
  groupCommitMs?: number;
  /** What all waiting rows may take. */
  sizeBytes?: number;
  onRows?: () => void;
  onLost?: (rows: number, reason: 'over_budget' | 'store_full') => void;
}

const MAX_BATCH_ROWS = 1000;
const MAX_BATCH_BYTES = 200_000;
const DEFAULT_BUDGET_BYTES = 64 * 2 ** 20;
/** Dropping goes below the budget, so that not every further row drops one more. */
const SHRINK_TO = 0.9;
/** What people wrote, reports and diagnostics are never dropped; predictions are many and their counts live on in the evidence. */
const DROPPABLE: readonly StreamClass[] = ['predictions', 'evidence'];

export async function createOutbox(
  ports: { store: Store; clock: Clock; random: Random },
  options: OutboxOptions = {},
): Promise<Outbox> {
  const { store, clock } = ports;
  const heads = await openHeads(store, ports.random);
  let budgetBytes = options.sizeBytes ?? DEFAULT_BUDGET_BYTES;
  const usedBytes = () => PRIORITY.reduce((total, of) => total + heads[of].sizeBytes, 0);

  const shrink = async () => {
    for (const of of DROPPABLE) {
      const over = usedBytes() - budgetBytes;
      if (over <= 0) return;
      const freeBytes = over + budgetBytes * (1 - SHRINK_TO);
      const drop = await dropOldest(store, of, heads[of], { freeBytes, reason: 'over_budget', now: clock.now() });
      if (drop === undefined) continue;
      await store.commit(drop.changes);
      heads[of] = drop.head;
      options.onLost?.(drop.dropped, 'over_budget');
    }
  };
  const journal = createJournal(ports, heads, { ...options, afterCommit: shrink });

  return {
    ...journal,
    async nextBatch(of) {
      let sizeBytes = 0;
      const rows = await readWaiting(store, of, heads[of], (sofar) => {
        sizeBytes += sofar.at(-1)?.sizeBytes ?? 0;
        return sofar.length >= MAX_BATCH_ROWS || sizeBytes >= MAX_BATCH_BYTES;
      });
      // The row that broke the limit waits for the next batch, unless it is alone.
      if (sizeBytes > MAX_BATCH_BYTES && rows.length > 1) rows.pop();
      return rows.length === 0 ? undefined : { stream: heads[of].stream, class: of, rows };
    },
    acknowledge: (stream, upTo) =>
      journal.inTurn(async () => {
        const of = PRIORITY.find((one) => heads[one].stream === stream);
        if (of === undefined) return false;
        const bounded = Math.min(upTo, heads[of].nextSeq - 1);
        if (bounded <= heads[of].acked) return true;
        const { changes, head } = await acknowledgeUpTo(store, of, heads[of], bounded);
        await store.commit(changes);
        heads[of] = head;
        return true;
      }),
    quarantineFirst: (of) =>
      journal.inTurn(async () => {
        const what = { freeBytes: 1, reason: 'quarantined', now: clock.now() } as const;
        const drop = await dropOldest(store, of, heads[of], what);
        if (drop === undefined) return;
        await store.commit(drop.changes);
        heads[of] = drop.head;
      }),
    setBudget: (sizeBytes) => {
      budgetBytes = sizeBytes;
    },
    counts: () =>
      Object.fromEntries(
        PRIORITY.map((of) => {
          const { stream, waiting, nextSeq, acked } = heads[of];
          return [of, { stream, waiting, lastSeq: nextSeq - 1, acked }];
        }),
      ) as Record<StreamClass, StreamCounts>,
  };
}
