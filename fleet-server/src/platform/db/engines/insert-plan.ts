import { Column, getTableColumns, getTableName, SQLiteInteger, type SQLiteTable } from '../drizzle.ts';

/** A hot insert, worked out once per table. */
export interface InsertPlan {
  table: string;
  columns: readonly PlannedColumn[];
  /** Pass over rows whose key is there already. */
  ignoreConflicts: boolean;
}

export interface PlannedColumn {
  name: string;
  /** `integer`, `real`, `text` or `blob`. */
  type: string;
  /** The row's value as the driver takes it; what is missing is null. */
  valueOf(row: Record<string, unknown>): unknown;
}

/** Leaves out an autoincrement id, which the database gives. */
export function planInsert(table: SQLiteTable, ignoreConflicts: boolean): InsertPlan {
  const columns = Object.entries(getTableColumns(table))
    .filter(([, column]) => !(column instanceof SQLiteInteger && column.autoIncrement))
    .map(([key, column]) => ({ name: column.name, type: column.getSQLType(), valueOf: readerOf(key, column) }));
  return { table: getTableName(table), columns, ignoreConflicts };
}

function readerOf(key: string, column: Column): PlannedColumn['valueOf'] {
  // Most columns have no mapping of their own, and asking each of them for each row is what costs.
  if (column.mapToDriverValue === Column.prototype.mapToDriverValue) return (row) => row[key] ?? null;
  return (row) => {
    const value = row[key] ?? null;
    return value === null ? null : column.mapToDriverValue(value);
  };
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
