import type { Chance, Life } from '@plumbline/shared/testing/world';
import { DbError, type Database, type Db } from '../../../fleet-server/src/platform/db/index.ts';

/** What is wrong with the server's database at the moment. */
export interface DatabaseFaults {
  /** Share of transactions that fail, half of them before and half after their work. */
  failing: number;
  /** Share of transactions at which the server's power goes: before the commit, or right after it. */
  crashing: number;
  /** Transactions so far, and those that met a fault. */
  visited: number;
  hit: number;
}

export function createDatabaseFaults(): DatabaseFaults {
  return { failing: 0, crashing: 0, visited: 0, hit: 0 };
}

/** A commit that waits for its fsync this long leaves room for whatever must not happen before it. */
const MAX_COMMIT_MS = 40;

/** The database as one life of the server sees it: commits take time, may fail, and end with the power. */
export function lend(
  database: Database,
  deps: { life: Life; chance: Chance; faults: DatabaseFaults; powerCut: () => void },
): Database {
  const { life, chance, faults, powerCut } = deps;
  return {
    dialect: database.dialect,
    db: database.db,
    async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
      if (!life.isAlive()) return life.never();
      faults.visited += 1;
      const fails = chance.happens(faults.failing);
      const crashes = chance.happens(faults.crashing) ? chance.pick(['before', 'after']) : undefined;
      if (fails || crashes !== undefined) faults.hit += 1;
      try {
        const result = await database.transaction(async (tx) => {
          if (!life.isAlive()) throw gone();
          if (fails && chance.happens(0.5)) throw broken();
          const value = await work(tx);
          await untilOver(life, chance.integer(1, MAX_COMMIT_MS));
          if (crashes === 'before') powerCut();
          if (!life.isAlive()) throw gone();
          if (fails) throw broken();
          return value;
        });
        if (crashes === 'after') powerCut();
        return life.isAlive() ? result : await life.never();
      } catch (error) {
        if (!life.isAlive()) return life.never();
        throw error;
      }
    },
    onCommit: (mark, listener) => database.onCommit(mark, () => life.isAlive() && listener()),
    close: async () => undefined,
  };
}

function broken(): DbError {
  return new DbError('transaction_failed', 'simulated: the disk of the database failed');
}

/** Rolls back in the real database; nobody of the dead server hears of it. */
function gone(): DbError {
  return new DbError('transaction_failed', 'simulated: the server is gone');
}

/** Passes when the time is over, or the life: an open transaction must end either way. */
function untilOver(life: Life, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    life.onEnd(resolve);
    life.clock.after(delayMs, resolve);
  });
}
