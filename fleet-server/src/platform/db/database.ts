import type { BaseSQLiteDatabase } from './drizzle.ts';

export type Dialect = 'sqlite' | 'postgres';

type AnyDatabase = BaseSQLiteDatabase<'async', unknown, Record<string, never>>;

/**
 * Drizzle over either dialect, inside a transaction. Await every builder; its `run`, `all` and `get` exist on SQLite
 * only. The result of a write without `returning` differs by dialect: a guarded update asks for `returning({ id })`.
 * On PostgreSQL a failed statement ends its transaction, so let the error leave `transaction`.
 */
export type Db = Pick<AnyDatabase, 'select' | 'selectDistinct' | '$with' | 'with' | 'insert' | 'update' | 'delete'>;

/** Reading only. A transaction is one too, so a reading verb takes a `ReadDb` and serves both. */
export type ReadDb = Pick<Db, 'select' | 'selectDistinct' | '$with'>;

export interface Database {
  readonly dialect: Dialect;
  /** Sees committed data only. Inside a transaction read through its `tx`; a memory database shows the same on both. */
  readonly db: ReadDb;
  /**
   * Runs `work` in a transaction: one writer at a time on both dialects, so a verb that reads and then writes needs
   * no locks. An error rolls back and passes through. Calling it inside `work` is refused (`transaction_nested`).
   */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
  /** Calls `listener` after each commit of a transaction that was marked so; returns the way to take it back. */
  onCommit(mark: string, listener: () => void): () => void;
  /** Waits for the running transaction, then closes. */
  close(): Promise<void>;
}
