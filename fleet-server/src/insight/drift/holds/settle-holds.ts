import type { Finding, FindingScope, Hold } from '@plumbline/shared/drift';
import { and, asc, eq, isNull, qualityHolds, type Db, type ReadDb } from '../../../platform/db/index.ts';
import type { Faulty } from '../judge/judge-quality.ts';
import type { Period } from '../judge/period.ts';

/**
 * Values that are not to be believed are held back from training from the period in which a fault was found, until one
 * in which their devices were heard and found right.
 */
export async function settleHolds(
  tx: Db,
  { line, from, devices }: Pick<Period, 'line' | 'from' | 'devices'>,
  findings: readonly Finding[],
  faulty: Faulty,
  now: number,
): Promise<void> {
  const open = await tx
    .select()
    .from(qualityHolds)
    .where(and(eq(qualityHolds.line, line), isNull(qualityHolds.toAt)));
  for (const hold of open) {
    const heard = devices.filter(({ device, site }) => isWithin({ device, site }, scopeOf(hold)));
    const isRight = !heard.some(({ device }) => faulty.get(hold.feature)?.has(device));
    if (heard.length === 0 || !isRight || from <= hold.fromAt) continue;
    await tx.update(qualityHolds).set({ toAt: from }).where(eq(qualityHolds.id, hold.id));
  }
  for (const { id, kind, alarm, subject: feature, scope } of findings) {
    if (kind !== 'quality' || !alarm || feature === undefined) continue;
    const isOpen = open.some((one) => one.feature === feature && one.scope === scope.of && one.scopeId === scope.id);
    if (isOpen) continue;
    const hold = { id, line, feature, scope: scope.of, scopeId: scope.id, fromAt: from, toAt: null, finding: id };
    await tx
      .insert(qualityHolds)
      .values({ ...hold, openedAt: now })
      .onConflictDoNothing();
  }
}

/** Holds of a line, or of all, those that are over too: rows of their time stay held back. */
export async function listHolds(db: ReadDb, line?: string): Promise<Hold[]> {
  const rows = await db
    .select()
    .from(qualityHolds)
    .where(line === undefined ? undefined : eq(qualityHolds.line, line))
    .orderBy(asc(qualityHolds.fromAt), asc(qualityHolds.id));
  return rows.map(({ line: of, feature, scope, scopeId, fromAt, toAt, finding }) => {
    return {
      line: of,
      feature,
      scope: { of: scope as FindingScope['of'], id: scopeId },
      from: fromAt,
      to: toAt,
      finding,
    };
  });
}

function scopeOf({ scope, scopeId }: typeof qualityHolds.$inferSelect): FindingScope {
  return { of: scope as FindingScope['of'], id: scopeId };
}

/** Whether a hold speaks of what this device says; faults are found of devices, sites and the fleet alone. */
export function isWithin({ device, site }: { device: string; site: string }, { of, id }: FindingScope): boolean {
  return of === 'fleet' || (of === 'site' && site === id) || (of === 'device' && device === id);
}
