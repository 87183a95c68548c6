import type { DeviceReport } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import {
  devices,
  deviceSessions,
  and,
  eq,
  preparedWrite,
  sql,
  type Database,
  type Db,
} from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { deviceRow, type DeviceRow } from './device-row.ts';
import { DeviceError, unknownDevice } from './errors.ts';
import { keepLines } from './lines/keep-lines.ts';
import { markSeen } from './presence/mark-seen.ts';
import { keepRetirement } from './retire/keep-retirement.ts';
import { readStanding, refuseBarred } from './standing/standing.ts';

interface Said extends Record<string, unknown> {
  device: string;
  report: string;
  nonce: string;
  counter: number;
  agent: string;
  now: number;
}

const writeReport = preparedWrite<Said>((db) =>
  db
    .update(devices)
    .set({
      report: sql`${sql.placeholder('report')}`,
      reportNonce: sql`${sql.placeholder('nonce')}`,
      reportCounter: sql`${sql.placeholder('counter')}`,
      agent: sql`${sql.placeholder('agent')}`,
      lastSeenAt: sql`${sql.placeholder('now')}`,
    })
    .where(eq(devices.id, sql.placeholder('device'))),
);

/**
 * Keeps what a device says it really runs. It must belong to the live connection, or to the last one while there is
 * none, and its counter must rise.
 * @throws DeviceError `report_replayed`, audited, when an old report comes again or one of another connection;
 * `device_revoked`, `device_quarantined`, `device_unknown`
 */
export async function recordReport(
  deps: { database: Database; now: () => number },
  device: string,
  report: DeviceReport,
): Promise<void> {
  const replayed = await deps.database.transaction(async (tx) => {
    const known = await deviceRow(tx, device);
    if (known === undefined) throw unknownDevice(device);
    refuseBarred(device, readStanding(known));
    const isOld = known.reportNonce === report.nonce && report.counter <= known.reportCounter;
    const connection = known.connection ?? (await lastNonce(tx, known));
    if (isOld || (connection !== undefined && connection !== report.nonce)) {
      await record(tx, {
        actor: `device:${device}`,
        action: 'devices.report-replayed',
        subject: `device:${device}`,
        details: { nonce: report.nonce, counter: report.counter },
      });
      return true;
    }
    const now = deps.now();
    const { nonce, counter, agent } = report;
    await writeReport(tx, [{ device, report: JSON.stringify(report), nonce, counter, agent, now }]);
    if (report.retired !== undefined) await keepRetirement(tx, known, report, now);
    await keepLines(tx, device, report.models, now);
    await markSeen(tx, device, now);
    await emit(tx, { type: 'device.reported', site: known.site, device });
    return false;
  });
  if (replayed) {
    throw new DeviceError('report_replayed', `device ${device}: report ${report.counter} again`, {
      kind: 'refused',
      field: 'counter',
    });
  }
}

async function lastNonce(tx: Db, known: DeviceRow): Promise<string | undefined> {
  if (known.highestSession === null) return undefined;
  const [last] = await tx
    .select({ nonce: deviceSessions.nonce })
    .from(deviceSessions)
    .where(and(eq(deviceSessions.device, known.id), eq(deviceSessions.session, known.highestSession)));
  return last?.nonce;
}
