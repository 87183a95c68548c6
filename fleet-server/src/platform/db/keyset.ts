import { CodedError } from '@plumbline/shared/errors';
import { and, eq, lt, or, sql, type AnySQLiteColumn, type SQL } from './query.ts';

export class CursorError extends CodedError<'cursor_malformed'> {
  override readonly name = 'CursorError';
}

/** Where the page after this row begins, in a list by time and id, the newest first. */
export function cursorOf(at: number, id: string | number): string {
  return `${at}~${id}`;
}

/** The rows after a cursor, in the same order. @throws CursorError `cursor_malformed` */
export function olderThan(
  columns: { at: AnySQLiteColumn; id: AnySQLiteColumn | SQL },
  cursor: string | undefined,
): SQL | undefined {
  if (cursor === undefined) return undefined;
  const { at, id } = readCursor(cursor);
  return or(lt(columns.at, at), and(eq(columns.at, at), sql`${columns.id} < ${id}`));
}

/** The row a cursor was made of. @throws CursorError `cursor_malformed` */
export function readCursor(cursor: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15})~(.{1,256})$/s.exec(cursor) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw new CursorError('cursor_malformed', 'the cursor is not one that this list gave out', {
    field: 'cursor',
    expected: 'the `next` of a page',
  });
}

/** One row more than a page was asked for: whether another page follows, and where. */
export function pageOfRows<T>(
  rows: readonly T[],
  limit: number,
  cursor: (last: T) => string,
): { page: T[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rows.length > limit && last !== undefined ? cursor(last) : null };
}
