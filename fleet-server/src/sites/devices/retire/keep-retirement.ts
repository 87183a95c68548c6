import type { DeviceReport } from '@plumbline/shared/wire';
import { record } from '../../../platform/audit/index.ts';
import { eq, retirements, type Db, type devices } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { bar } from '../standing/bar.ts';
import { retirementOf } from './retirement.ts';

/**
 * Keeps how far a device that was ordered to leave says that it has come. One that wipes itself is put out in the same
 * transaction: its key has no owner any more. What was not ordered, or taken back meanwhile, is not believed.
 */
export async function keepRetirement(
  tx: Db,
  known: typeof devices.$inferSelect,
  report: Pick<DeviceReport, 'retired' | 'outbox' | 'assignmentSeq'>,
  now: number,
): Promise<void> {
  const { id: device, site } = known;
  const { retired } = report;
  const ordered = await retirementOf(tx, device);
  if (retired === undefined || ordered === undefined || ordered.state === 'wiped') return;
  if (report.assignmentSeq < ordered.seq) return;
  const waiting = Object.values(report.outbox).reduce((sum, stream) => sum + stream.waiting, 0);
  await tx.update(retirements).set({ state: retired, stateAt: now, waiting }).where(eq(retirements.device, device));
  if (retired !== 'wiped') return;
  const actor = `device:${device}`;
  await record(tx, { actor, action: 'devices.retired', subject: actor, details: { site, cause: ordered.cause } });
  await bar(tx, 'revoked', { site, device, reason: `left: ${ordered.cause}`, actor: 'system', at: now });
  await emit(tx, { type: 'device.retired', site, device });
}
