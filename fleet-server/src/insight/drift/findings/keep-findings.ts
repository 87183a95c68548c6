import type { Finding } from '@plumbline/shared/drift';
import { record } from '../../../platform/audit/index.ts';
import { and, desc, driftFindings, eq, lt, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { subjectOf } from './make-finding.ts';

/** One look: what it was about, and everything it could have found there. */
export interface Look {
  line: string;
  version: string;
  /** Whether this period was looked at before: then an alarm may be taken back, and none is raised. */
  isAgain: boolean;
}

/**
 * Keeps what a look found, once each, within its transaction. A change that was found in the look before lasts: it goes
 * by the time it was first found, and nobody is told again. A period that is looked at again, because windows came late,
 * has no second chance to alarm: its budget is spent.
 * @returns findings that are alarms now, and of those the ones that are news
 */
export async function keepFindings(
  tx: Db,
  look: Look,
  findings: readonly Finding[],
  now: number,
): Promise<{ alarms: Finding[]; fresh: Finding[] }> {
  const [alarms, fresh]: [Finding[], Finding[]] = [[], []];
  for (const one of findings) {
    const [known] = await tx.select().from(driftFindings).where(eq(driftFindings.id, one.id));
    // What was not found the first time is not told the second time either, however it looks now.
    const finding = look.isAgain && known?.alarm !== 1 ? { ...one, alarm: false } : one;
    if (known !== undefined) await sayAgain(tx, known, finding, now);
    else if (await add(tx, finding, look.isAgain, now)) fresh.push(finding);
    if (finding.alarm) alarms.push(finding);
  }
  return { alarms, fresh };
}

type Kept = typeof driftFindings.$inferSelect;

async function sayAgain(tx: Db, known: Kept, finding: Finding, now: number): Promise<void> {
  const alarm = finding.alarm ? 1 : 0;
  await tx
    .update(driftFindings)
    .set({ alarm, standing: alarm === 1 ? known.standing : 0, body: JSON.stringify(finding), judgedAt: now })
    .where(eq(driftFindings.id, known.id));
}

/** @returns whether it is news: an alarm of what did not last already */
async function add(tx: Db, finding: Finding, isAgain: boolean, now: number): Promise<boolean> {
  const { id, kind, line, version, scope, from, to } = finding;
  const subject = subjectOf(finding);
  const [before] = await tx
    .select()
    .from(driftFindings)
    .where(and(eq(driftFindings.subject, subject), eq(driftFindings.standing, 1), lt(driftFindings.fromAt, to)))
    .orderBy(desc(driftFindings.fromAt))
    .limit(1);
  if (!isAgain) await tx.update(driftFindings).set({ standing: 0 }).where(eq(driftFindings.subject, subject));
  await tx.insert(driftFindings).values({
    id,
    subject,
    kind,
    line,
    version,
    scope: scope.of,
    scopeId: scope.id,
    fromAt: from,
    toAt: to,
    alarm: finding.alarm ? 1 : 0,
    standing: finding.alarm && !isAgain ? 1 : 0,
    begunAt: finding.alarm ? (before?.begunAt ?? now) : now,
    body: JSON.stringify(finding),
    judgedAt: now,
  });
  if (!finding.alarm || before !== undefined) return false;
  const { sentence } = finding;
  await emit(tx, { type: 'drift.finding', finding: id, kind, model: line, version, subject, sentence });
  const details = { finding: id, subject, from, to, sentence };
  await record(tx, { actor: 'system', action: 'drift.finding', subject: `model:${line}@${version}`, details });
  return true;
}

/**
 * Ends changes of these kinds that a look did not find again: what it looked at and found quiet has no row of its own
 * where only alarms are kept.
 */
export async function endOthers(
  tx: Db,
  { line, version }: Pick<Look, 'line' | 'version'>,
  kinds: readonly Finding['kind'][],
  found: readonly Finding[],
): Promise<void> {
  const standing = await tx
    .select({ id: driftFindings.id, kind: driftFindings.kind })
    .from(driftFindings)
    .where(and(eq(driftFindings.line, line), eq(driftFindings.version, version), eq(driftFindings.standing, 1)));
  const still = new Set(found.map(({ id }) => id));
  for (const { id, kind } of standing) {
    if (still.has(id) || !kinds.some((one) => one === kind)) continue;
    await tx.update(driftFindings).set({ standing: 0 }).where(eq(driftFindings.id, id));
  }
}
