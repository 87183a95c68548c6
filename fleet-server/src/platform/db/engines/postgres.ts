import { Pool, types, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import type { Clock } from '@plumbline/shared/ports';
import type { Database, Db } from '../database.ts';
import { drizzlePart } from '../drizzle.ts';
import { DbError, unavailable } from '../errors.ts';
import { insertIntoPostgres } from './postgres-rows.ts';
import { endedTransaction, keepScope } from './scope.ts';
import { createTransactions, type Begun } from './transactions.ts';

const { drizzle } = drizzlePart('drizzle-orm/node-postgres');

/** Any number, the same in every process of one fleet: whoever holds it is the one writer, as on SQLite. */
const WRITER_LOCK = 7_305_001;
const READERS = 4;
/** OIDs of pg_type: bigint, and the numeric that `sum` and `avg` answer with. */
const INT8 = 20;
const NUMERIC = 1700;

interface Queryable {
  query(config: QueryConfig, values?: unknown[]): Promise<QueryResult>;
}

/** PostgreSQL with one writing connection and a few reading ones, which the server itself keeps from writing. */
export async function openPostgres(url: string, clock: Clock): Promise<Database> {
  const place = withoutPassword(url);
  const writer = new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 });
  const readers = new Pool({ connectionString: url, max: READERS, options: '-c default_transaction_read_only=on' });
  // An idle connection that breaks is replaced by the pool at its next use; without a listener it ends the process.
  for (const pool of [writer, readers]) pool.on('error', () => undefined);
  await writer.query('select 1').catch(async (error: unknown) => {
    await Promise.all([writer.end(), readers.end()]);
    throw unavailable(place, error);
  });
  const transactions = createTransactions(place, async () => begin(await writer.connect(), clock));

  return {
    dialect: 'postgres',
    db: typed(readers, () => undefined),
    transaction: transactions.transaction,
    onCommit: transactions.onCommit,
    async close() {
      await transactions.between(() => Promise.all([writer.end(), readers.end()]));
    },
  };
}

async function begin(client: PoolClient, clock: Clock): Promise<Begun> {
  let open = true;
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  const end = () => {
    open = false;
    client.off('error', onError);
    client.release(broken);
  };
  try {
    await client.query(`begin; select pg_advisory_xact_lock(${WRITER_LOCK})`);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    end();
    throw error;
  }
  const tx = typed(client, () => {
    if (!open) throw endedTransaction();
  });
  keepScope(tx, {
    dialect: 'postgres',
    clock,
    connection: client,
    unguarded: tx,
    marks: new Set(),
    insertRows: (plan, rows) => insertIntoPostgres(client, plan, rows),
    exec: async (sql) => void (await client.query(sql)),
    isOpen: () => open,
  });
  return { tx, commit: () => commit(client), rollback: async () => void (await client.query('rollback')), end };
}

async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  // After a failed statement PostgreSQL answers a commit with a rollback, and calls that a success.
  if (command !== 'COMMIT') {
    throw new DbError('transaction_failed', 'A statement failed and its error was swallowed; nothing was committed.');
  }
}

function typed(connection: Queryable, check: () => void): Db {
  const client = {
    async query(config: QueryConfig, values?: unknown[]) {
      check();
      return connection.query({ ...config, types: { getTypeParser: parserOf } }, values);
    },
  };
  return drizzle({ client: client as unknown as Pool }) as unknown as Db;
}

// The parsers of every other type are pg's own.
function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === INT8) return safeInteger;
  return oid === NUMERIC ? Number : types.getTypeParser(oid, format);
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new DbError('integer_unsafe', `The database holds ${text}, which is beyond ±(2^53 − 1).`);
}

function withoutPassword(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
