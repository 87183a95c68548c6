import type { InferInsertModel } from './drizzle.ts';
import type { SQLiteTable } from './drizzle.ts';
import type { Db, ReadDb } from './database.ts';
import { planInsert } from './engines/insert-plan.ts';
import { isTransaction, scopeOf, type Scope } from './engines/scope.ts';

interface PreparedSqlite {
  run(values: Record<string, unknown>): { changes: number };
}
interface PreparedPostgres {
  execute(values: Record<string, unknown>): Promise<{ rowCount: number | null }>;
}
/** What a write without `returning` gives; Drizzle's two dialects spell its `prepare` differently. */
interface Preparable {
  prepare(): unknown;
}

/** Runs one statement for each row and answers how many rows of the table changed. */
export type RowsWriter<Row> = (tx: Db, rows: readonly Row[]) => Promise<number>;

let named = 0;

/** A prepared question. Only `execute` names columns as the tables do on both dialects: `all` of PostgreSQL does not. */
interface PreparedRead<Row> {
  execute(values: Record<string, unknown>): PromiseLike<Row[]>;
}

/** Asks one question with these values. */
export type RowsReader<Values, Row> = (db: ReadDb, values: Values) => Promise<Row[]>;

/**
 * A hot question with `sql.placeholder(…)`s: Drizzle writes its text once per connection. Without it the text is
 * written anew for every question, which takes longer than SQLite takes to answer one by its key. A question whose text
 * depends on its values (`inArray`, an optional condition) is no candidate.
 *
 * @example
 * const byId = preparedRead((db) => db.select().from(devices).where(eq(devices.id, sql.placeholder('id'))));
 * const [device] = await byId(tx, { id });
 */
export function preparedRead<Values extends Record<string, unknown>, Row>(
  build: (db: ReadDb) => PromiseLike<Row[]>,
): RowsReader<Values, Row> {
  const name = `plumbline_${(named += 1)}`;
  const kept = new WeakMap<object, PreparedRead<Row>>();
  const prepareOn = (db: ReadDb) => (build(db) as unknown as PreparableByName<Row>).prepare(name);
  const keptFor = (connection: object, db: ReadDb): PreparedRead<Row> => {
    const known = kept.get(connection) ?? prepareOn(db);
    kept.set(connection, known);
    return known;
  };

  const statementOn = (db: ReadDb): PreparedRead<Row> => {
    if (!isTransaction(db)) return keptFor(db, db);
    const scope = scopeOf(db as Db);
    // A statement of PostgreSQL holds the transaction it was made in; the server keeps the plan under the name.
    return scope.dialect === 'sqlite' ? keptFor(scope.connection, scope.unguarded) : prepareOn(db);
  };
  return async (db, values) => statementOn(db).execute(values);
}

/** SQLite needs no name, and passes over it. */
interface PreparableByName<Row> {
  prepare(name: string): PreparedRead<Row>;
}

/**
 * A hot write with `sql.placeholder(…)`s, prepared once per connection.
 *
 * @example
 * const touch = preparedWrite<{ id: string; at: number }>((db) =>
 *   db.update(devices).set({ seenAt: sql`${sql.placeholder('at')}` }).where(eq(devices.id, sql.placeholder('id'))));
 * await database.transaction((tx) => touch(tx, seen));
 */
export function preparedWrite<Row extends Record<string, unknown>>(build: (db: Db) => Preparable): RowsWriter<Row> {
  const name = `plumbline_${(named += 1)}`;
  const kept = new WeakMap<object, PreparedSqlite>();

  const onSqlite = (scope: Scope): PreparedSqlite => {
    const known = kept.get(scope.connection) ?? (build(scope.unguarded).prepare() as PreparedSqlite);
    kept.set(scope.connection, known);
    return known;
  };

  return async (tx, rows) => {
    const scope = scopeOf(tx);
    let changed = 0;
    if (scope.dialect === 'sqlite') {
      const statement = onSqlite(scope);
      for (const row of rows) changed += statement.run(row).changes;
      return changed;
    }
    // The server keeps the plan under this name for as long as the connection lives.
    const builder = build(tx) as unknown as { prepare(name: string): PreparedPostgres };
    const statement = builder.prepare(name);
    for (const row of rows) changed += (await statement.execute(row)).rowCount ?? 0;
    return changed;
  };
}

/**
 * Inserts thousands of rows a transaction, at the driver's own speed on both dialects. Missing values become null,
 * Drizzle's `$default` functions are not asked, an autoincrement id is the database's to give.
 * `onConflict: 'ignore'` passes over rows whose key is there already and does not count them.
 */
export function rowsInserter<Table extends SQLiteTable>(
  table: Table,
  options: { onConflict?: 'fail' | 'ignore' } = {},
): RowsWriter<InferInsertModel<Table>> {
  const plan = planInsert(table, options.onConflict === 'ignore');
  return async (tx, rows) => scopeOf(tx).insertRows(plan, rows);
}
