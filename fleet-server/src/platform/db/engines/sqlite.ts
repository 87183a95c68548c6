import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Clock } from '@plumbline/shared/ports';
import type { Database, Db, ReadDb } from '../database.ts';
import { drizzlePart } from '../drizzle.ts';
import { DbError, unavailable } from '../errors.ts';
import { endedTransaction, keepScope } from './scope.ts';
import { insertIntoSqlite } from './sqlite-rows.ts';
import { cacheStatements, type CachedStatement } from './statement-cache.ts';
import { createTransactions, type Begun, type Transactions } from './transactions.ts';

const { drizzle } = drizzlePart('drizzle-orm/better-sqlite3');
const { drizzle: drizzleProxy } = drizzlePart('drizzle-orm/sqlite-proxy');

type Connection = InstanceType<typeof Sqlite>;
type Prepare = (sql: string) => CachedStatement;

/**
 * SQLite in a file (WAL, synchronous FULL: a commit survives a power cut) or in memory. Transactions are begun and
 * committed by hand, because better-sqlite3's own cannot await; readers of a file have a connection of their own.
 */
export function openSqlite(path: string, clock: Clock): Database {
  const writer = openWriter(path);
  const prepare = cacheStatements(writer);
  const unguarded = typed(drizzle({ client: writer }));
  const transactions = createTransactions(path, () => Promise.resolve(begin(writer, prepare, unguarded, clock)));
  const reader = path === ':memory:' ? undefined : new Sqlite(path, { readonly: true });

  return {
    dialect: 'sqlite',
    db: reader === undefined ? memoryReader(prepare, transactions) : guarded(cacheStatements(reader), refuseWrite),
    transaction: transactions.transaction,
    onCommit: transactions.onCommit,
    close: () =>
      transactions.between(async () => {
        reader?.close();
        writer.close();
      }),
  };
}

function openWriter(path: string): Connection {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    const writer = new Sqlite(path);
    writer.pragma('journal_mode = WAL');
    writer.pragma('synchronous = FULL');
    writer.pragma('foreign_keys = ON');
    // Asks for the write lock at once, so that a read-only file is refused at the start and not at the first row.
    writer.exec('begin immediate; rollback');
    return writer;
  } catch (error) {
    throw unavailable(path, error);
  }
}

function begin(writer: Connection, prepare: Prepare, unguarded: Db, clock: Clock): Begun {
  writer.exec('begin immediate');
  let open = true;
  const tx = guarded(prepare, () => {
    if (!open) throw endedTransaction();
  });
  keepScope(tx, {
    dialect: 'sqlite',
    clock,
    connection: writer,
    unguarded,
    marks: new Set(),
    insertRows: async (plan, rows) => insertIntoSqlite(writer, plan, rows),
    exec: async (sql) => void writer.exec(sql),
    isOpen: () => open,
  });
  return {
    tx,
    commit: async () => void writer.exec('commit'),
    rollback: async () => void (writer.inTransaction && writer.exec('rollback')),
    end: () => {
      open = false;
    },
  };
}

/** Drizzle asks its client for nothing but `prepare`, just before a statement runs. */
function guarded(prepare: Prepare, check: (readonly: boolean) => void): Db {
  const client = {
    prepare(sql: string) {
      const statement = prepare(sql);
      check(statement.readonly);
      return statement;
    },
  };
  return typed(drizzle({ client: client as unknown as Connection }));
}

function refuseWrite(readonly: boolean): void {
  if (!readonly) throw new DbError('transaction_needed', 'This write belongs inside database.transaction().');
}

/** A memory database has one connection, so its readers wait until no transaction is open. */
function memoryReader(prepare: Prepare, transactions: Transactions): ReadDb {
  return drizzleProxy((sql, params) =>
    transactions.between(async () => {
      const statement = prepare(sql);
      refuseWrite(statement.readonly);
      return { rows: statement.raw().all(...params) };
    }),
  ) as unknown as ReadDb;
}

/** better-sqlite3 answers at once; awaited, its builders read like the asynchronous ones `Db` is made of. */
function typed(db: ReturnType<typeof drizzle>): Db {
  return db as unknown as Db;
}
