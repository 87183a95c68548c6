import { and, asc, count, driftFindings, eq, min, type ReadDb } from '../../../platform/db/index.ts';

/** Versions with alarms that last, by line: how many, and since when the oldest of them does; ms. */
export async function standingAlarms(
  db: ReadDb,
): Promise<{ line: string; version: string; findings: number; since: number }[]> {
  const { line, version, begunAt } = driftFindings;
  const rows = await db
    .select({ line, version, findings: count(), since: min(begunAt) })
    .from(driftFindings)
    .where(and(eq(driftFindings.standing, 1), eq(driftFindings.alarm, 1)))
    .groupBy(line, version)
    .orderBy(asc(line), asc(version));
  return rows.map((row) => ({ ...row, since: row.since ?? 0 }));
}
