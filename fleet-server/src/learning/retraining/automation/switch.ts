import { record } from '../../../platform/audit/index.ts';
import { automationStops, desc, isNull, timeOf, type Database, type ReadDb } from '../../../platform/db/index.ts';
import { isFrozen } from '../../../sites/devices/index.ts';
import { RetrainingError } from '../errors.ts';

/** Nothing begins by itself while this holds. */
export interface AutomationStop {
  /** `freeze`: the brake over the whole fleet implies it, and lifting the brake lifts it. */
  by: 'switch' | 'freeze';
  reason: string;
  actor: string;
  /** ms. */
  at: number;
}

/** Why nothing may begin by itself now: turns of retraining, pipelines on drift or alerts. Looks at drift go on. */
export async function automationStop(db: ReadDb): Promise<AutomationStop | undefined> {
  const [row] = await db
    .select()
    .from(automationStops)
    .where(isNull(automationStops.liftedAt))
    .orderBy(desc(automationStops.id))
    .limit(1);
  if (row !== undefined) return { by: 'switch', reason: row.reason, actor: row.actor, at: row.at };
  const freeze = await isFrozen(db);
  return freeze && { by: 'freeze', ...freeze };
}

/** One switch for everything automatic; what it stopped does not begin anew by itself. @throws RetrainingError `automation_stopped` */
export async function stopAutomation(
  deps: { database: Database },
  actor: string,
  reason: string,
): Promise<AutomationStop> {
  return deps.database.transaction(async (tx) => {
    const known = await automationStop(tx);
    if (known?.by === 'switch') {
      throw new RetrainingError('automation_stopped', `stopped by ${known.actor} already: ${known.reason}`, {
        kind: 'conflict',
        field: 'automation',
      });
    }
    const at = timeOf(tx);
    await tx.insert(automationStops).values({ reason, actor, at });
    await record(tx, { actor, action: 'automation.stop', subject: 'fleet', details: { reason } });
    return { by: 'switch', reason, actor, at };
  });
}

/** @throws RetrainingError `automation_running` */
export async function resumeAutomation(deps: { database: Database }, actor: string, reason: string): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const lifted = await tx
      .update(automationStops)
      .set({ liftedAt: timeOf(tx), liftedBy: actor })
      .where(isNull(automationStops.liftedAt))
      .returning({ id: automationStops.id });
    if (lifted.length === 0) {
      throw new RetrainingError('automation_running', 'nothing is stopped', {
        kind: 'conflict',
        field: 'automation',
        expected: 'a switch that is on; a freeze is lifted by `plumbline unfreeze`',
      });
    }
    await record(tx, { actor, action: 'automation.resume', subject: 'fleet', details: { reason } });
  });
}
