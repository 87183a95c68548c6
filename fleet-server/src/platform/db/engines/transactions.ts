import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, Db } from '../database.ts';
import { DbError, readableDbError } from '../errors.ts';
import { scopeOf } from './scope.ts';
import { createTurns } from './turns.ts';

/** One begun transaction of a dialect. `end` always runs last, and makes `tx` refuse further statements. */
export interface Begun {
  tx: Db;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  end(): void;
}

export interface Transactions extends Pick<Database, 'transaction' | 'onCommit'> {
  /** Runs between two transactions; inside one, at once. */
  between<T>(task: () => Promise<T>): Promise<T>;
}

/** The order of work both dialects share: one writer at a time, roll back on error, tell listeners after the commit. */
export function createTransactions(place: string, begin: () => Promise<Begun>): Transactions {
  const turns = createTurns();
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  const isInside = () => inside.getStore()?.open === true;
  const listeners = new Map<string, Set<() => void>>();

  async function run<T>(work: (tx: Db) => Promise<T>): Promise<{ value: T; marks: Set<string> }> {
    const begun = await begin();
    const here = { open: true };
    try {
      const { marks } = scopeOf(begun.tx);
      const value = await inside.run(here, () => work(begun.tx));
      await begun.commit();
      return { value, marks };
    } catch (error) {
      // The first error is the one to tell; a rollback that fails as well means the connection is gone.
      await begun.rollback().catch(() => undefined);
      throw error;
    } finally {
      here.open = false;
      begun.end();
    }
  }

  return {
    async transaction(work) {
      if (isInside()) {
        throw new DbError(
          'transaction_nested',
          'A transaction is open here; pass its tx on instead of starting another.',
        );
      }
      const { value, marks } = await turns
        .take(() => run(work))
        .catch((error: unknown) => {
          throw readableDbError(error, place);
        });
      for (const name of marks) for (const listener of listeners.get(name) ?? []) listener();
      return value;
    },
    onCommit(name, listener) {
      const heard = listeners.get(name) ?? new Set();
      listeners.set(name, heard.add(listener));
      return () => heard.delete(listener);
    },
    between: (task) => (isInside() ? task() : turns.take(task)),
  };
}
