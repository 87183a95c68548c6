import { and, asc, desc, eq, gt, lt, rolloutDecisions, type ReadDb } from '../../platform/db/index.ts';

export type Decision = Awaited<ReturnType<typeof listDecisions>>[number];

/** Why it stands where it stands: every decision with its numbers, oldest first. @param after those with a higher id */
export async function listDecisions(db: ReadDb, rollout: string, after = 0) {
  const rows = await db
    .select()
    .from(rolloutDecisions)
    .where(and(eq(rolloutDecisions.rollout, rollout), gt(rolloutDecisions.id, after)))
    .orderBy(asc(rolloutDecisions.id));
  return rows.map(readDecision);
}

export interface DecisionPage {
  /** Oldest first. */
  decisions: Decision[];
  /** Others follow in the direction that was asked for. */
  more: boolean;
}

/** Those next after one of them, or with `before` those next before it. Ids only rise. */
export async function decisionPage(
  db: ReadDb,
  rollout: string,
  { after = 0, before, limit }: { after?: number; before?: number | undefined; limit: number },
): Promise<DecisionPage> {
  const { id } = rolloutDecisions;
  const rows = await db
    .select()
    .from(rolloutDecisions)
    .where(and(eq(rolloutDecisions.rollout, rollout), gt(id, after), before === undefined ? undefined : lt(id, before)))
    .orderBy(before === undefined ? asc(id) : desc(id))
    .limit(limit + 1);
  const page = rows.slice(0, limit).map(readDecision);
  return { decisions: before === undefined ? page : page.toReversed(), more: rows.length > limit };
}

const SHOWN = 200;

/** The first, which says what was found when it was written down, and the newest; `leftOut`: those between them. */
export async function newestDecisions(
  db: ReadDb,
  rollout: string,
): Promise<{ decisions: Decision[]; decisionsLeftOut: boolean }> {
  const newest = await decisionPage(db, rollout, { before: Number.MAX_SAFE_INTEGER, limit: SHOWN });
  if (!newest.more) return { decisions: newest.decisions, decisionsLeftOut: false };
  const { decisions: first } = await decisionPage(db, rollout, { limit: 1 });
  return { decisions: [...first, ...newest.decisions], decisionsLeftOut: true };
}

function readDecision(row: typeof rolloutDecisions.$inferSelect) {
  return { ...row, numbers: JSON.parse(row.numbers) as Record<string, unknown> };
}
