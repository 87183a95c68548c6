import type { PredictionRow } from '@plumbline/shared/wire';
import {
  and,
  cursorOf,
  desc,
  eq,
  gte,
  inArray,
  lt,
  olderThan,
  pageOfRows,
  sql,
  streams,
  telemetry,
  type ReadDb,
} from '../../platform/db/index.ts';

/** What is left out excludes nothing; a line or a device has to be named, which is what the rows lie by. */
export type PredictionFilter = (
  | { line: string; device?: string | undefined }
  | { line?: undefined; device: string }
) & {
  /** All of them, or those of these sites. */
  sites?: 'all' | readonly string[] | undefined;
  site?: string | undefined;
  version?: string | undefined;
  /** Made in [from, to), ms, by the clock of whoever made them. */
  from?: number | undefined;
  to?: number | undefined;
};

export interface ListedPrediction {
  /** By which it can be audited. */
  id: string;
  site: string;
  device: string;
  receivedAt: number;
  prediction: PredictionRow;
}

const RANK = sql`${telemetry.stream} || ':' || ${telemetry.seq}`;

/** A page of predictions, the newest first. @throws CursorError `cursor_malformed` */
export async function predictionPage(
  db: ReadDb,
  { line, device, sites = 'all', site, version, from, to }: PredictionFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ predictions: ListedPrediction[]; next: string | null }> {
  const ofDevice =
    device === undefined
      ? eq(telemetry.kind, 'prediction')
      : and(
          inArray(telemetry.stream, db.select({ id: streams.id }).from(streams).where(eq(streams.device, device))),
          // So that its own streams are read, and not the rows of all devices.
          sql`coalesce(${telemetry.kind}, '') = 'prediction'`,
        );
  const rows = await db
    .select()
    .from(telemetry)
    .where(
      and(
        ofDevice,
        line === undefined ? undefined : eq(telemetry.line, line),
        sites === 'all' ? undefined : inArray(telemetry.site, [...sites]),
        site === undefined ? undefined : eq(telemetry.site, site),
        version === undefined ? undefined : eq(telemetry.version, version),
        from === undefined ? undefined : gte(telemetry.at, from),
        to === undefined ? undefined : lt(telemetry.at, to),
        olderThan({ at: telemetry.at, id: RANK }, cursor),
      ),
    )
    .orderBy(desc(telemetry.at), desc(RANK))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.at, `${last.stream}:${last.seq}`));
  return {
    predictions: page.map((row) => ({
      id: `${row.stream}:${row.seq}`,
      site: row.site,
      device: row.device,
      receivedAt: row.receivedAt,
      prediction: JSON.parse(row.body) as PredictionRow,
    })),
    next,
  };
}
