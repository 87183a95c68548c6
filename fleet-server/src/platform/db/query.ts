/**
 * The words of queries, for every room. Nobody else names the library: its list of exports is 180 kB, which Node parses
 * anew for each file that asks for it.
 */
export {
  Column,
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
} from 'drizzle-orm';
export type { SQL } from 'drizzle-orm';
export type { AnySQLiteColumn } from 'drizzle-orm/sqlite-core';
