import type { Clock } from '@plumbline/shared/ports';
import type { Db, Dialect } from '../database.ts';
import { DbError } from '../errors.ts';
import type { InsertPlan } from './insert-plan.ts';

/** What the platform knows about an open transaction, kept beside Drizzle's object. */
export interface Scope {
  readonly dialect: Dialect;
  readonly clock: Clock;
  /** The connection itself, outliving the transaction: prepared statements are kept for as long as it lives. */
  readonly connection: object;
  /** Drizzle on that connection without the guard that refuses an ended transaction. */
  readonly unguarded: Db;
  readonly marks: Set<string>;
  /** Inserts many rows and answers how many are new. */
  insertRows(plan: InsertPlan, rows: readonly Record<string, unknown>[]): Promise<number>;
  exec(sql: string): Promise<void>;
  isOpen(): boolean;
}

const scopes = new WeakMap<object, Scope>();

export function keepScope(tx: Db, scope: Scope): void {
  scopes.set(tx, scope);
}

/** Whether this is a transaction, open or ended, and no reader. */
export function isTransaction(db: object): boolean {
  return scopes.has(db);
}

/** The scope of an open transaction; refuses a database outside one, or one that has ended. */
export function scopeOf(tx: Db): Scope {
  const scope = scopes.get(tx);
  if (scope === undefined) throw new DbError('transaction_needed', 'This write belongs inside database.transaction().');
  if (!scope.isOpen()) throw endedTransaction();
  return scope;
}

/** Time of the clock the database was opened with, ms. */
export function timeOf(tx: Db): number {
  return scopeOf(tx).clock.now();
}

/** Marks the transaction, so that `onCommit` listeners of this mark hear of its commit. */
export function mark(tx: Db, name: string): void {
  scopeOf(tx).marks.add(name);
}

export function endedTransaction(): DbError {
  return new DbError('transaction_ended', 'This transaction has ended; a statement in it was not awaited.');
}
