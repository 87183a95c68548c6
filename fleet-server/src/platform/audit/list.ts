import { and, audit, desc, eq, gte, lt, sql, type ReadDb } from '../db/index.ts';
import { readRow, type AuditRow } from './entry.ts';
import { AuditError } from './errors.ts';

export interface AuditQuery {
  subject?: string | undefined;
  actor?: string | undefined;
  /** One verb, `rollouts.pause`, or all of a room, `rollouts.`. */
  action?: string | undefined;
  /** Rows from [from, to), ms. */
  from?: number | undefined;
  to?: number | undefined;
  /** `next` of the page before. */
  cursor?: string | undefined;
  /** Rows a page, 1 to 500; 100 when not given. */
  limit?: number | undefined;
}

export interface AuditPage {
  rows: AuditRow[];
  /** Present when older rows follow. */
  next?: string;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 500;

/**
 * A page of the audit, newest first.
 *
 * @throws AuditError `audit_cursor_invalid`.
 */
export async function list(db: ReadDb, query: AuditQuery = {}): Promise<AuditPage> {
  const limit = Math.min(Math.max(1, query.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
  const found = await db
    .select()
    .from(audit)
    .where(
      and(
        query.subject === undefined ? undefined : eq(audit.subject, query.subject),
        query.actor === undefined ? undefined : eq(audit.actor, query.actor),
        query.action === undefined
          ? undefined
          : query.action.endsWith('.')
            ? sql`substr(${audit.action}, 1, ${query.action.length}) = ${query.action}`
            : eq(audit.action, query.action),
        query.from === undefined ? undefined : gte(audit.at, query.from),
        query.to === undefined ? undefined : lt(audit.at, query.to),
        query.cursor === undefined ? undefined : lt(audit.id, readCursor(query.cursor)),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit + 1);
  const rows = found.slice(0, limit).map(readRow);
  const last = rows.at(-1);
  return found.length > limit && last !== undefined ? { rows, next: String(last.id) } : { rows };
}

function readCursor(cursor: string): number {
  const id = Number(cursor);
  if (/^\d+$/.test(cursor) && Number.isSafeInteger(id)) return id;
  throw new AuditError('audit_cursor_invalid', 'The cursor is not one this list gave out.', {
    field: 'cursor',
    expected: 'the `next` of a page',
  });
}
