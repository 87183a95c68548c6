import { CLASS_OF, type GapRow, type Row, type StreamClass } from '@plumbline/shared/wire';
import { StoreError, type Change, type Clock, type Store } from '../../ports/index.ts';
import { changesOf } from './changes-of.ts';
import { DROP_ORDER, limitOf, peoplesBytes } from './classes.ts';
import { putHead, type Heads } from './head.ts';
import { addLoss, joinLosses, type Loss } from './losses.ts';

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
  onLost?: (rows: number, reason: GapRow['reason']) => void;
  afterCommit?: () => Promise<void>;
  /** What all waiting rows may take; what people make beyond their share of it is refused to them. */
  budgetBytes?: () => number;
}

interface Pending extends Write {
  settle?: { resolve: () => void; reject: (error: unknown) => void };
}

const DEFAULT_GROUP_COMMIT_MS = 250;
const RETRY_MS = 5000;
/** From here on a group is written at once: memory stays bounded when predictions come by the thousand. */
const FULL_GROUP = 5000;
/** While the disk refuses, so many wait in memory; then rows are lost, the least important and oldest first, and declared. */
const MAX_PENDING = 20_000;
/** Making room in memory goes so far below, so that not every further row looks through all of them. */
const SHRINK_TO = 0.9;

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
  let losses: Loss[] = [];
  let isRefusing = false;
  /** Of writes whose rows are gone: the counts of a window are few, and stand for them. */
  const latest: NonNullable<Write['latest']> = {};
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
    if (pending.length === 0 && losses.length === 0) return;
    if (isRefusing && !(await takesAnything())) return;
    // All of it: the counts of `latest` stand as they are now, and hold what every write that waits has counted.
    await commit(withoutRefused(pending.splice(0)));
  };

  /** While the disk refuses it is asked with a head that has not moved, however many rows wait. */
  const takesAnything = async (): Promise<boolean> => {
    try {
      await store.commit([putHead('diagnostics', heads.diagnostics)]);
      return true;
    } catch (error) {
      return failed([], error);
    }
  };

  /** @returns false when the disk refused */
  const commit = async (taken: Pending[]): Promise<boolean> => {
    const declared = losses;
    losses = [];
    const { changes, next } = changesOf(taken, { heads, losses: declared, now: clock.now() });
    try {
      if (changes.length > 0) await store.commit(changes);
    } catch (error) {
      losses = joinLosses(declared, losses);
      return failed(taken, error);
    }
    Object.assign(heads, next);
    isRefusing = false;
    for (const { settle } of taken) settle?.resolve();
    // A failure to make room is met again at the next commit; the rows themselves are safe.
    await options.afterCommit?.().catch(() => undefined);
    if (Object.keys(next).length > 0) options.onRows?.();
    return true;
  };

  const failed = async (taken: Pending[], error: unknown): Promise<boolean> => {
    if (error instanceof StoreError && error.field === 'key') {
      // One write that no disk will ever take must not hold up all the others.
      if (taken.length > 1) {
        for (const one of taken) await commit([one]);
        return true;
      }
      for (const { rows = [], settle } of taken) if (settle === undefined) lose(rows, 'quarantined');
      for (const { settle } of taken) settle?.reject(error);
      return true;
    }
    isRefusing = true;
    const all = [...taken, ...pending];
    pending = all.filter((one) => one.settle === undefined);
    makeRoom();
    if (pending.length > 0 || losses.length > 0) schedule(RETRY_MS);
    for (const { settle } of all) settle?.reject(error);
    return false;
  };

  /** What people make beyond what it may take is refused before it is numbered: nothing of such a write is kept. */
  const withoutRefused = (taken: Pending[]): Pending[] => {
    const budgetBytes = options.budgetBytes?.() ?? Infinity;
    const used = new Map<StreamClass, number>();
    return taken.filter(({ rows = [], settle }) => {
      const added = [...peoplesBytes(rows)].map(([of, bytes]) => {
        return { of, bytes: (used.get(of) ?? heads[of].sizeBytes) + bytes, limit: limitOf(of, budgetBytes) };
      });
      const over = settle && added.find(({ bytes, limit }) => bytes > limit);
      if (over === undefined) for (const { of, bytes } of added) used.set(of, bytes);
      else settle?.reject(tooMuch(over));
      return over === undefined;
    });
  };

  const lose = (rows: readonly Row[], reason: GapRow['reason']) => {
    if (rows.length === 0) return;
    losses = addLoss(losses, rows, reason);
    options.onLost?.(rows.length, reason);
  };

  const makeRoom = () => {
    if (pending.length <= MAX_PENDING) return;
    let tooMany = pending.length - MAX_PENDING * SHRINK_TO;
    for (const of of DROP_ORDER) {
      const kept: Pending[] = [];
      for (const one of pending) {
        const isLost = tooMany > 0 && one.settle === undefined && classOf(one) === of;
        if (!isLost) {
          kept.push(one);
          continue;
        }
        tooMany -= 1;
        lose(one.rows ?? [], 'store_full');
        Object.assign(latest, one.latest);
      }
      pending = kept;
    }
    pending.push({ latest: { ...latest } });
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
      if (isRefusing) makeRoom();
      if (pending.length === FULL_GROUP) void flush();
      else schedule(options.groupCommitMs ?? DEFAULT_GROUP_COMMIT_MS);
    },
  };
}

function tooMuch({ of, bytes, limit }: { of: StreamClass; bytes: number; limit: number }): StoreError {
  const expected = `≤ ${limit} bytes of ${of} that the server does not have yet`;
  const detail = { kind: 'unavailable', field: 'outboxBytes', expected } as const;
  return new StoreError('store_full', `outbox: ${of} take ${bytes} bytes`, detail);
}

/** Writes without rows go with predictions: what they change is derived again. */
function classOf({ rows }: Write) {
  const first = rows?.[0];
  return first === undefined ? 'predictions' : CLASS_OF[first.kind];
}
