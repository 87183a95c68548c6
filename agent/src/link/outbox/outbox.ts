import { PRIORITY, type GapRow, type StreamClass } from '@plumbline/shared/wire';
import type { Clock, Random, Store } from '../../ports/index.ts';
import type { OnDamaged } from '../../store/json.ts';
import { acknowledgeUpTo } from './acknowledge.ts';
import { openAges } from './ages.ts';
import { bytesToFree, DROP_ORDER, EXPIRING } from './classes.ts';
import { onTheWire, type WaitingRow } from './gap.ts';
import { openHeads } from './head.ts';
import { createJournal, type Journal } from './journal.ts';
import { readWaiting } from './read-waiting.ts';
import { dropOldest } from './shrink.ts';

export interface Batch {
  stream: string;
  class: StreamClass;
  rows: WaitingRow[];
  /** What the rows take in the store; a frame of them is rarely larger. */
  sizeBytes: number;
}

export interface StreamCounts {
  stream: string;
  waiting: number;
  lastSeq: number;
  acked: number;
  /** What waits, in the store. */
  sizeBytes: number;
  /** How long the oldest row has waited at least, by the time this agent ran, ms; absent while that is not known. */
  oldestMs?: number;
}

/** Everything that is on its way to the server: durable, in order per class, given up only on its word. */
export interface Outbox extends Journal {
  /** The first rows nobody has acknowledged: the same ones until somebody does, or until fewer are asked for. */
  nextBatch(of: StreamClass, limits?: { rows?: number; sizeBytes?: number }): Promise<Batch | undefined>;
  /** The server holds everything up to `upTo`. Streams of another store are left alone: false. */
  acknowledge(stream: string, upTo: number): Promise<boolean>;
  /** Puts a gap in the place of the oldest row, which cannot travel. */
  quarantineFirst(of: StreamClass): Promise<void>;
  setBudget(sizeBytes: number): void;
  /** Rows that may be dropped are, once they are older; undefined: only for want of room. */
  setTtl(ttlMs: number | undefined): void;
  /** Time passed, by a timer: rows grow older, and expire. @throws StoreError; what was due stays due */
  pass(elapsedMs: number): Promise<void>;
  /** How long this agent has run since its store was created, ms: time that no clock can move. */
  runningMs(): number;
  counts(): Record<StreamClass, StreamCounts>;
}

export interface OutboxOptions {
  /** Predictions wait this long for company before they are made durable. */
  groupCommitMs?: number;
  /** What all waiting rows may take. */
  sizeBytes?: number;
  ttlMs?: number;
  onRows?: () => void;
  /** Rows were given up; a gap says so to the server. */
  onLost?: (rows: number, reason: GapRow['reason']) => void;
  /** A row that cannot be read, or cannot travel: told once. */
  onQuarantined?: (of: StreamClass, seq: number, rows: number) => void;
  /** A head that cannot be read: its stream goes on under a new name. */
  onDamaged?: OnDamaged;
}

const MAX_BATCH_ROWS = 1000;
const MAX_BATCH_BYTES = 200_000;
const DEFAULT_BUDGET_BYTES = 64 * 2 ** 20;

export async function createOutbox(
  ports: { store: Store; clock: Clock; random: Random },
  options: OutboxOptions = {},
): Promise<Outbox> {
  const { store, clock } = ports;
  const heads = await openHeads(store, ports.random, options.onDamaged ?? (() => undefined));
  const ages = await openAges(store, heads);
  let budgetBytes = options.sizeBytes ?? DEFAULT_BUDGET_BYTES;
  let { ttlMs } = options;
  const toldDamaged = new Set<string>();

  /** @returns false when there was nothing to drop */
  const drop = async (of: StreamClass, reason: GapRow['reason'], enough: (rows: readonly WaitingRow[]) => boolean) => {
    const what = await dropOldest(store, of, heads[of], { reason, now: clock.now(), enough });
    if (what === undefined) return false;
    await store.commit(what.changes);
    heads[of] = what.head;
    options.onLost?.(what.dropped, reason);
    return true;
  };

  const shrink = async () => {
    for (const of of DROP_ORDER) {
      for (;;) {
        const wantedBytes = bytesToFree(heads, of, budgetBytes);
        if (wantedBytes === 0) break;
        let freedBytes = 0;
        const enough = (rows: readonly WaitingRow[]) => (freedBytes += rows.at(-1)?.sizeBytes ?? 0) >= wantedBytes;
        if (!(await drop(of, 'over_budget', enough))) break;
      }
    }
  };

  const expire = async () => {
    for (const of of ttlMs === undefined ? [] : EXPIRING) {
      const upTo = ages.olderThan(of, ttlMs ?? Infinity);
      if (upTo === undefined) continue;
      while (await hasRowUpTo(of, upTo)) await drop(of, 'expired', (rows) => (rows.at(-1)?.seq ?? 0) >= upTo);
    }
  };
  /** Gaps of rows that expired before stay where they are. */
  const hasRowUpTo = async (of: StreamClass, upTo: number) => {
    if (heads[of].acked >= upTo) return false;
    const rows = await readWaiting(store, of, heads[of], clock.now(), (sofar) => sofar.at(-1)?.row.kind !== 'gap');
    const last = rows.at(-1);
    return last !== undefined && last.row.kind !== 'gap' && last.seq <= upTo;
  };

  const journal = createJournal(ports, heads, { ...options, afterCommit: shrink, budgetBytes: () => budgetBytes });

  const tellDamaged = (of: StreamClass, rows: readonly WaitingRow[]) => {
    for (const { seq, row, isDamaged } of rows) {
      if (!isDamaged || row.kind !== 'gap' || toldDamaged.has(`${of} ${row.from}`)) continue;
      toldDamaged.add(`${of} ${row.from}`);
      options.onLost?.(row.count, 'quarantined');
      options.onQuarantined?.(of, seq, row.count);
    }
  };

  return {
    ...journal,
    async nextBatch(of, { rows: maxRows = MAX_BATCH_ROWS, sizeBytes: maxBytes = MAX_BATCH_BYTES } = {}) {
      let sizeBytes = 0;
      const rows = await readWaiting(store, of, heads[of], clock.now(), (sofar) => {
        sizeBytes += sofar.at(-1)?.sizeBytes ?? 0;
        return sofar.length >= maxRows || sizeBytes >= maxBytes;
      });
      // The row that broke the limit waits for the next batch, unless it is alone.
      if (sizeBytes > maxBytes && rows.length > 1) sizeBytes -= rows.pop()?.sizeBytes ?? 0;
      tellDamaged(of, rows);
      const { stream, base } = heads[of];
      return rows.length === 0
        ? undefined
        : { stream, class: of, rows: rows.map((one) => onTheWire(one, base)), sizeBytes };
    },
    acknowledge: (stream, upTo) =>
      journal.inTurn(async () => {
        const of = PRIORITY.find((one) => heads[one].stream === stream);
        if (of === undefined) return false;
        const bounded = Math.min(upTo + heads[of].base, heads[of].nextSeq - 1);
        if (bounded <= heads[of].acked) return true;
        const { changes, head } = await acknowledgeUpTo(store, of, heads[of], bounded, clock.now());
        await store.commit(changes);
        heads[of] = head;
        return true;
      }),
    quarantineFirst: (of) =>
      journal.inTurn(async () => {
        if (await drop(of, 'quarantined', () => true)) options.onQuarantined?.(of, heads[of].acked + 1, 1);
      }),
    setBudget: (sizeBytes) => {
      budgetBytes = sizeBytes;
    },
    setTtl: (ms) => {
      ttlMs = ms;
    },
    pass: (elapsedMs) =>
      journal.inTurn(async () => {
        ages.pass(elapsedMs);
        const due = ages.due(ttlMs);
        if (due !== undefined) await store.commit(due.changes);
        due?.done();
        await shrink();
        await expire();
      }),
    runningMs: ages.runningMs,
    counts: () =>
      Object.fromEntries(
        PRIORITY.map((of) => {
          const { stream, base, waiting, nextSeq, acked, sizeBytes } = heads[of];
          const oldestMs = waiting === 0 ? undefined : ages.oldestMs(of, acked);
          const counts = { stream, waiting, lastSeq: nextSeq - 1 - base, acked: acked - base, sizeBytes };
          return [of, oldestMs === undefined ? counts : { ...counts, oldestMs }];
        }),
      ) as Record<StreamClass, StreamCounts>,
  };
}
