import { createRequire } from 'node:module';
import type * as orm from 'drizzle-orm';
import type * as overSqlite from 'drizzle-orm/better-sqlite3';
import type * as overPostgres from 'drizzle-orm/node-postgres';
import type * as sqlite from 'drizzle-orm/sqlite-core';
import type * as overProxy from 'drizzle-orm/sqlite-proxy';

interface Parts {
  'drizzle-orm': typeof orm;
  'drizzle-orm/sqlite-core': typeof sqlite;
  'drizzle-orm/better-sqlite3': typeof overSqlite;
  'drizzle-orm/sqlite-proxy': typeof overProxy;
  'drizzle-orm/node-postgres': typeof overPostgres;
}

const require = createRequire(import.meta.url);

/**
 * The only door to drizzle-orm, which is loaded as CommonJS: its package.json lists 180 kB of exports, and Node parses
 * it anew for each ES module of the package. That was 0.9 s of every start, and is 0.1 s this way.
 */
export function drizzlePart<P extends keyof Parts>(part: P): Parts[P] {
  return require(part) as Parts[P];
}

export const {
  Column,
  DrizzleQueryError,
  and,
  asc,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  like,
  lt,
  lte,
  max,
  min,
  ne,
  notInArray,
  or,
  sql,
} = drizzlePart('drizzle-orm');
export type Column = orm.Column;
export type { InferInsertModel, SQL } from 'drizzle-orm';

export const { SQLiteInteger, blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } =
  drizzlePart('drizzle-orm/sqlite-core');
export type { AnySQLiteColumn, BaseSQLiteDatabase, SQLiteTable } from 'drizzle-orm/sqlite-core';
