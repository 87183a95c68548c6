import { and, count, eq, gte, inArray, sql, telemetry, type ReadDb } from '../../platform/db/index.ts';

/**
 * How many predictions that were made from `from` on have arrived, by the clock of whoever made them. Line by line: of
 * each line only the newest part of the index is read.
 * @param from ms
 * @param sites all of them, or those made on these
 */
export async function countPredictionsSince(
  db: ReadDb,
  from: number,
  sites: 'all' | readonly string[] = 'all',
): Promise<number> {
  const ours = sites === 'all' ? undefined : inArray(telemetry.site, [...sites]);
  let sum = 0;
  for (const line of await linesOfPredictions(db)) {
    const [row] = await db
      .select({ number: count() })
      .from(telemetry)
      .where(and(eq(telemetry.kind, 'prediction'), eq(telemetry.line, line), gte(telemetry.at, from), ours));
    sum += row?.number ?? 0;
  }
  return sum;
}

/** From one line to the next by the index, instead of every row of all of them. */
async function linesOfPredictions(db: ReadDb): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const last = lines.at(-1);
    const [row] = await db
      .select({ line: sql<string | null>`min(${telemetry.line})` })
      .from(telemetry)
      .where(and(eq(telemetry.kind, 'prediction'), last === undefined ? undefined : sql`${telemetry.line} > ${last}`));
    if (row === undefined || row.line === null) return lines;
    lines.push(row.line);
  }
}
