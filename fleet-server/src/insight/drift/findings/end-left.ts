import {
  and,
  driftDays,
  driftFindings,
  eq,
  gt,
  max,
  ne,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';

/** A line that has lived so long with another version has left this one. */
const LEFT_MS = 35 * 86_400_000;

/**
 * Ends what stands of versions that nobody asks any more, while another one of their line is asked: no look will find it
 * again, and what a model that is gone could not follow is nobody's concern. A line that is silent altogether keeps what
 * was found last.
 */
export async function endLeft({ database }: { database: Database }): Promise<void> {
  await database.transaction(async (tx) => {
    const { line, version, standing } = driftFindings;
    for (const of of await tx.selectDistinct({ line, version }).from(driftFindings).where(eq(standing, 1))) {
      if (!(await isLeft(tx, of))) continue;
      await tx
        .update(driftFindings)
        .set({ standing: 0 })
        .where(and(eq(line, of.line), eq(version, of.version), eq(standing, 1)));
    }
  });
}

async function isLeft(db: ReadDb, of: { line: string; version: string }): Promise<boolean> {
  const { line, version, count, toAt } = driftDays;
  const newest = async (which: typeof eq) => {
    const asked = and(eq(line, of.line), which(version, of.version), gt(count, 0));
    const [row] = await db
      .select({ at: max(toAt) })
      .from(driftDays)
      .where(asked);
    return row?.at ?? 0;
  };
  return (await newest(ne)) - (await newest(eq)) > LEFT_MS;
}
