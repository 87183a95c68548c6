import { and, asc, driftVerdicts, eq, type ReadDb } from '../../platform/db/index.ts';

/** Every verdict on a line, oldest first. */
export async function listVerdicts(db: ReadDb, line: string, version?: string) {
  const rows = await db
    .select()
    .from(driftVerdicts)
    .where(
      version === undefined
        ? eq(driftVerdicts.line, line)
        : and(eq(driftVerdicts.line, line), eq(driftVerdicts.version, version)),
    )
    .orderBy(asc(driftVerdicts.fromAt));
  return rows.map((row) => ({ ...row, alarm: row.alarm === 1, details: JSON.parse(row.details) as unknown }));
}
