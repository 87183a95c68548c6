import { CLASS_OF, type Row } from '@plumbline/shared/wire';
import type { Change, Clock, Store } from '../../ports/index.ts';
import { stored } from '../../store/json.ts';
import { rowKey } from '../../store/keys.ts';
import { putHead, type Heads } from './head.ts';

/** What becomes durable together, or not at all. */
export interface Write {
  rows?: Row[];
  changes?: Change[];
  /** Values by key that are taken down once per commit, as they stand then: counters that move with every row. Undefined: gone meanwhile. */
  latest?: Record<string, () => Uint8Array | undefined>;
}

export interface Journal {
  /** Resolves when it survives a power cut. @throws StoreError and then nothing of it was kept */
  write(write: Write): Promise<void>;
  /** Durable within the group commit; kept and tried again while the disk refuses. */
  writeSoon(write: Write): void;
  /** Resolves when everything given before has been written, or was refused by the disk once more. */
  flush(): Promise<void>;
  /** Runs work that moves the heads of the streams between two commits. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

export interface JournalOptions {
  groupCommitMs?: number;
  onRows?: () => void;
  onLost?: (rows: number, reason: 'store_full') => void;
  afterCommit?: () => Promise<void>;
}

interface Pending extends Write {
  settle?: { resolve: () => void; reject: (error: unknown) => void };
}

const DEFAULT_GROUP_COMMIT_MS = 250;
const RETRY_MS = 5000;
/** From here on a group is written at once: memory stays bounded when predictions come by the thousand. */
const FULL_GROUP = 5000;
/** While the disk refuses, so many wait in memory; older ones are lost, and counted. */
const MAX_PENDING = 20_000;

/**
 * The one writer of rows: numbers are given in the commit that stores them, and all commits stand in one queue.
 * @param heads moved in place after each commit that succeeded
 */
export function createJournal(
  ports: { store: Store; clock: Clock },
  heads: Heads,
  options: JournalOptions = {},
): Journal {
  const { store, clock } = ports;
  let pending: Pending[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let takeBackTimer: (() => void) | undefined;

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  const schedule = (delayMs: number) => {
    takeBackTimer ??= clock.after(delayMs, () => {
      takeBackTimer = undefined;
      void flush();
    });
  };

  const commitPending = async () => {
    takeBackTimer?.();
    takeBackTimer = undefined;
    const taken = pending;
    pending = [];
    if (taken.length === 0) return;
    const { changes, next } = changesOf(taken, heads);
    try {
      await store.commit(changes);
    } catch (error) {
      const kept = taken.filter((one) => one.settle === undefined);
      pending = [...kept, ...pending];
      loseTooOld();
      if (pending.length > 0) schedule(RETRY_MS);
      for (const { settle } of taken) settle?.reject(error);
      return;
    }
    Object.assign(heads, next);
    for (const { settle } of taken) settle?.resolve();
    // A failure to make room is met again at the next commit; the rows themselves are safe.
    await options.afterCommit?.().catch(() => undefined);
    if (taken.some((one) => (one.rows?.length ?? 0) > 0)) options.onRows?.();
  };

  const loseTooOld = () => {
    const lost = pending.splice(0, Math.max(0, pending.length - MAX_PENDING));
    const rows = lost.reduce((total, one) => total + (one.rows?.length ?? 0), 0);
    if (rows > 0) options.onLost?.(rows, 'store_full');
  };

  const flush = () => inTurn(commitPending);

  return {
    inTurn,
    flush,
    write: (write) =>
      new Promise((resolve, reject) => {
        pending.push({ ...write, settle: { resolve, reject } });
        void flush();
      }),
    writeSoon(write) {
      pending.push(write);
      if (pending.length === FULL_GROUP) void flush();
      else schedule(options.groupCommitMs ?? DEFAULT_GROUP_COMMIT_MS);
    },
  };
}

function changesOf(writes: readonly Write[], heads: Heads): { changes: Change[]; next: Partial<Heads> } {
  const changes: Change[] = [];
  const next: Partial<Heads> = {};
  const latest = new Map<string, () => Uint8Array | undefined>();
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
