import type { PredictionRow, WindowRow } from '@plumbline/shared/wire';
import { and, asc, count, eq, gte, lt, sql, streams, telemetry, type ReadDb } from '../../platform/db/index.ts';

export interface TelemetryCounts {
  rows: number;
  byKind: Record<string, number>;
  rejected: number;
  gapped: number;
  streams: number;
}

/** How many rows are kept, by kind. */
export async function countTelemetry(db: ReadDb): Promise<TelemetryCounts> {
  const kinds = await db.select({ kind: telemetry.kind, rows: count() }).from(telemetry).groupBy(telemetry.kind);
  const [sums] = await db
    .select({
      streams: count(),
      rejected: sql<number>`coalesce(sum(${streams.rejected}), 0)`.mapWith(Number),
      gapped: sql<number>`coalesce(sum(${streams.gapped}), 0)`.mapWith(Number),
    })
    .from(streams);
  return {
    rows: kinds.reduce((total, one) => total + one.rows, 0),
    byKind: Object.fromEntries(kinds.map((one) => [one.kind, one.rows])),
    rejected: sums?.rejected ?? 0,
    gapped: sums?.gapped ?? 0,
    streams: sums?.streams ?? 0,
  };
}

/** State of each stream of a device, or of all. */
export async function listStreams(db: ReadDb, device?: string) {
  return db
    .select()
    .from(streams)
    .where(device === undefined ? undefined : eq(streams.device, device))
    .orderBy(asc(streams.id));
}

/** Predictions of a line whose `asOf` lies in [from, to), oldest first. */
export async function listPredictions(
  db: ReadDb,
  line: string,
  range: { from: number; to: number },
): Promise<(PredictionRow & { site: string; device: string })[]> {
  const rows = await db
    .select({ site: telemetry.site, device: telemetry.device, body: telemetry.body })
    .from(telemetry)
    .where(
      and(
        eq(telemetry.kind, 'prediction'),
        eq(telemetry.line, line),
        gte(telemetry.asOf, range.from),
        lt(telemetry.asOf, range.to),
      ),
    )
    .orderBy(asc(telemetry.asOf));
  return rows.map(({ site, device, body }) => ({ ...(JSON.parse(body) as PredictionRow), site, device }));
}

/** Drift windows of one archive that begin in [from, to). */
export async function listWindows(
  db: ReadDb,
  sha256: string,
  range: { from: number; to: number },
): Promise<WindowRow['window'][]> {
  const rows = await db
    .select({ body: telemetry.body })
    .from(telemetry)
    .where(
      and(
        // Spelt out, so that the index over windows serves it.
        sql`${telemetry.kind} = 'window'`,
        eq(telemetry.sha256, sha256),
        gte(telemetry.asOf, range.from),
        lt(telemetry.asOf, range.to),
      ),
    );
  return rows.map(({ body }) => (JSON.parse(body) as WindowRow).window);
}
