import { eq } from 'drizzle-orm';
import type { DeviceReport } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import { devices, type Database } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { DeviceError, unknownDevice } from './errors.ts';

/**
 * Keeps what a device says it really runs. It must belong to the live connection, and its counter must rise.
 * @throws DeviceError `report_replayed`, audited, when an old report comes again.
 */
export async function recordReport(
  deps: { database: Database; now: () => number },
  device: string,
  report: DeviceReport,
): Promise<void> {
  const replayed = await deps.database.transaction(async (tx) => {
    const [known] = await tx.select().from(devices).where(eq(devices.id, device));
    if (known === undefined) throw unknownDevice(device);
    const isOld = known.reportNonce === report.nonce && report.counter <= known.reportCounter;
    const isOfAnotherConnection = known.connection !== null && known.connection !== report.nonce;
    if (isOld || isOfAnotherConnection) {
      await record(tx, {
        actor: `device:${device}`,
        action: 'devices.report-replayed',
        subject: `device:${device}`,
        details: { nonce: report.nonce, counter: report.counter },
      });
      return true;
    }
    await tx
      .update(devices)
      .set({
        report: JSON.stringify(report),
        reportNonce: report.nonce,
        reportCounter: report.counter,
        agent: report.agent,
        lastSeenAt: deps.now(),
      })
      .where(eq(devices.id, device));
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
