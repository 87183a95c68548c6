import { and, asc, eq, gte, sql, telemetry, type ReadDb } from '../../platform/db/index.ts';

export type KeptRow = typeof telemetry.$inferSelect;

/** A row by where it stands; `{stream: '', seq: 0}` stands before all. */
export interface RowCursor {
  stream: string;
  seq: number;
}

/** Which rows; what is left out excludes nothing. */
export interface RowFilter {
  /** The reference that a caller of a device gave: how somebody outside finds his own row again. */
  ref?: string | undefined;
  site?: string | undefined;
  device?: string | undefined;
  kind?: string | undefined;
  /** Received by this server then or later, ms: a device's own clock may be wrong. */
  since?: number | undefined;
}

/**
 * Rows of a page after the cursor, in order of stream and number: rows that arrive meanwhile move nothing, because within
 * a stream they come behind what is there.
 */
export function exportPage(db: ReadDb, after: RowCursor, limit: number, filter: RowFilter = {}) {
  const { ref, site, device, kind, since } = filter;
  return db
    .select()
    .from(telemetry)
    .where(
      and(
        sql`(${telemetry.stream}, ${telemetry.seq}) > (${after.stream}, ${after.seq})`,
        ref === undefined ? undefined : eq(telemetry.ref, ref),
        site === undefined ? undefined : eq(telemetry.site, site),
        device === undefined ? undefined : eq(telemetry.device, device),
        kind === undefined ? undefined : eq(telemetry.kind, kind),
        since === undefined ? undefined : gte(telemetry.receivedAt, since),
      ),
    )
    .orderBy(asc(telemetry.stream), asc(telemetry.seq))
    .limit(limit);
}

/** Page after page to the end, one in memory at a time. */
export async function* exportPages(
  db: ReadDb,
  after: RowCursor,
  pageRows: number,
  filter: RowFilter = {},
): AsyncGenerator<KeptRow[], void, undefined> {
  for (let cursor = after; ;) {
    const page = await exportPage(db, cursor, pageRows, filter);
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    cursor = last;
  }
}
