import {
  and,
  driftDays,
  driftFindings,
  driftJudged,
  driftRefusals,
  driftVerdicts,
  driftWindows,
  eq,
  hardExamples,
  isNull,
  lt,
  max,
  notInArray,
  qualityHolds,
  type Db,
} from '../../platform/db/index.ts';

/**
 * Removes counts, verdicts, findings, refusals and examples of before a time. What is still needed stays: changes that
 * last, findings that a hold or somebody else speaks of, holds (rows of their time are never trained on), and how far each
 * version has been judged.
 * @param before ms; later than any look goes back, and than windows are taken (`OLDEST_MS`)
 * @param needed ids of findings
 * @returns rows
 */
export async function removeOldDrift(tx: Db, before: number, needed: readonly string[]): Promise<number> {
  const held = await tx.select({ id: qualityHolds.finding }).from(qualityHolds).where(isNull(qualityHolds.toAt));
  const kept = [...new Set([...needed, ...held.map(({ id }) => id)])];
  const isOver = and(lt(driftFindings.toAt, before), eq(driftFindings.standing, 0));
  const removed = [
    await tx.delete(driftDays).where(lt(driftDays.toAt, before)).returning({ at: driftDays.fromAt }),
    await tx.delete(driftWindows).where(lt(driftWindows.fromAt, before)).returning({ at: driftWindows.fromAt }),
    await tx.delete(driftVerdicts).where(lt(driftVerdicts.toAt, before)).returning({ at: driftVerdicts.fromAt }),
    await tx.delete(driftRefusals).where(lt(driftRefusals.refusedAt, before)).returning({ at: driftRefusals.fromAt }),
    await tx.delete(hardExamples).where(lt(hardExamples.takenAt, before)).returning({ at: hardExamples.asOf }),
    await tx
      .delete(driftFindings)
      .where(kept.length === 0 ? isOver : and(isOver, notInArray(driftFindings.id, kept)))
      .returning({ at: driftFindings.fromAt }),
  ];
  let rows = removed.reduce((all, { length }) => all + length, 0);
  const { line, version, family } = driftJudged;
  const newest = await tx
    .select({ line, version, family, fromAt: max(driftJudged.fromAt) })
    .from(driftJudged)
    .groupBy(line, version, family);
  for (const of of newest) {
    const isOf = and(eq(line, of.line), eq(version, of.version), eq(family, of.family));
    const isOld = and(lt(driftJudged.toAt, before), lt(driftJudged.fromAt, Number(of.fromAt)));
    rows += (await tx.delete(driftJudged).where(and(isOf, isOld)).returning({ at: driftJudged.fromAt })).length;
  }
  return rows;
}
