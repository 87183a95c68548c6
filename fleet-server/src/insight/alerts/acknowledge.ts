import { record } from '../../platform/audit/index.ts';
import { alerts, eq, type Database } from '../../platform/db/index.ts';
import { getAlert, type Alert } from './alert.ts';
import { AlertError } from './errors.ts';
import { clearAlert } from './settle.ts';

/**
 * A person has seen it. What can end by itself stays open until it does; what has happened for good is over with that.
 * @throws AlertError `alert_unknown`, `alert_over`, `alert_acknowledged`
 */
export async function acknowledgeAlert(
  deps: { database: Database; now: () => number },
  actor: string,
  { alert: id, note }: { alert: string; note: string },
): Promise<Alert> {
  await deps.database.transaction(async (tx) => {
    const alert = await getAlert(tx, id);
    if (alert.clearedAt !== undefined) {
      throw new AlertError('alert_over', `alert ${id} is over: ${alert.clearedReason}`, {
        kind: 'conflict',
        field: 'alert',
      });
    }
    if (alert.acknowledged !== undefined) {
      throw new AlertError('alert_acknowledged', `alert ${id} was acknowledged by ${alert.acknowledged.by}`, {
        kind: 'conflict',
        field: 'alert',
      });
    }
    await tx.update(alerts).set({ acknowledgedAt: deps.now(), acknowledgedBy: actor, note }).where(eq(alerts.id, id));
    const details = { kind: alert.kind, subject: alert.subject, note };
    await record(tx, { actor, action: 'alerts.acknowledge', subject: `alert:${id}`, details });
    if (hasHappened(alert)) await clearAlert(tx, alert, 'a person has seen to it', deps.now());
  });
  return getAlert(deps.database.db, id);
}

/** As the conditions of these kinds say: nothing will end them but a person. */
function hasHappened({ kind, details }: Alert): boolean {
  return kind === 'drift' || (kind === 'rollout_failed' && details['status'] === 'reverted');
}
