import type { PoolClient } from 'pg';
import { quoted, type InsertPlan } from './insert-plan.ts';

/** Keeps one statement's text to a few MB. */
const ROWS_A_STATEMENT = 2_000;
const ARRAYS: Record<string, string> = {
  integer: 'bigint[]',
  real: 'double precision[]',
  text: 'text[]',
  blob: 'bytea[]',
};

/** One array a column: the statement is the same for any number of rows, so the server plans it once. */
export async function insertIntoPostgres(
  client: PoolClient,
  plan: InsertPlan,
  rows: readonly Record<string, unknown>[],
): Promise<number> {
  const text = sqlOf(plan);
  let inserted = 0;
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const part = rows.slice(from, from + ROWS_A_STATEMENT);
    const values = plan.columns.map((column) => part.map((row) => column.valueOf(row)));
    const { rowCount } = await client.query(text, values);
    inserted += rowCount ?? 0;
  }
  return inserted;
}

function sqlOf({ table, columns, ignoreConflicts }: InsertPlan): string {
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${ARRAYS[type] ?? 'text[]'}`).join(', ');
  const tail = ignoreConflicts ? ' on conflict do nothing' : '';
  return `insert into ${quoted(table)} (${names}) select * from unnest(${arrays})${tail}`;
}
