import type { ReadDb } from '../../../platform/db/index.ts';
import { getAlert, listAlerts, type Alert } from '../alert.ts';
import { severityOf, type Severity } from '../severity.ts';
import { muteOf, standingMutes, type Mute } from './mute.ts';

/** An alert as people see it: muted is not hidden. */
export interface ShownAlert extends Alert {
  severity: Severity;
  muted: Pick<Mute, 'id' | 'until' | 'reason' | 'by'> | undefined;
}

/** As `listAlerts`, at this moment. */
export async function showAlerts(
  db: ReadDb,
  now: number,
  query: Parameters<typeof listAlerts>[1] = {},
): Promise<ShownAlert[]> {
  const mutes = await standingMutes(db, now);
  return (await listAlerts(db, query)).map((alert) => showAt(alert, mutes));
}

/** @throws AlertError `alert_unknown` */
export async function showAlert(db: ReadDb, now: number, id: string): Promise<ShownAlert> {
  return showAt(await getAlert(db, id), await standingMutes(db, now));
}

export function showAt(alert: Alert, mutes: readonly Mute[]): ShownAlert {
  const found = alert.clearedAt === undefined ? muteOf(mutes, alert) : undefined;
  const muted = found && { id: found.id, until: found.until, reason: found.reason, by: found.by };
  return { ...alert, severity: severityOf(alert.kind), muted };
}
