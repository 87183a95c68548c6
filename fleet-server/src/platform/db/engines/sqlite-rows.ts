import type Sqlite from 'better-sqlite3';
import { quoted, type InsertPlan } from './insert-plan.ts';

type Statement = Pick<Sqlite.Statement<unknown[]>, 'run'>;

const prepared = new WeakMap<object, Map<InsertPlan, Statement>>();

/** One prepared statement a connection, run row by row: SQLite gains nothing from many rows a statement. */
export function insertIntoSqlite(
  connection: Sqlite.Database,
  plan: InsertPlan,
  rows: readonly Record<string, unknown>[],
): number {
  const statement = statementOf(connection, plan);
  const { columns } = plan;
  // Filled anew for each row instead of made anew: a million short arrays are a tenth of the time.
  const values: unknown[] = Array.from({ length: columns.length });
  let inserted = 0;
  for (const row of rows) {
    for (const [index, column] of columns.entries()) values[index] = column.valueOf(row);
    inserted += statement.run(values).changes;
  }
  return inserted;
}

function statementOf(connection: Sqlite.Database, plan: InsertPlan): Statement {
  const statements = prepared.get(connection) ?? new Map<InsertPlan, Statement>();
  prepared.set(connection, statements);
  const statement = statements.get(plan) ?? connection.prepare<unknown[]>(sqlOf(plan));
  statements.set(plan, statement);
  return statement;
}

function sqlOf({ table, columns, ignoreConflicts }: InsertPlan): string {
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  const marks = columns.map(() => '?').join(', ');
  return `insert into ${quoted(table)} (${names}) values (${marks})${ignoreConflicts ? ' on conflict do nothing' : ''}`;
}
