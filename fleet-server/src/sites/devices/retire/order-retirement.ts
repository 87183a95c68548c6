import { record } from '../../../platform/audit/index.ts';
import { devices, eq, retirements, timeOf, type Db } from '../../../platform/db/index.ts';
import { signDesired, standingAssignment, type AssignDeps } from '../assign.ts';
import { DeviceError, unknownDevice } from '../errors.ts';
import { readStanding, refuseBarred } from '../standing/standing.ts';
import { retirementOf } from './retirement.ts';

const ABOUT_NOTHING = { line: '', version: '', counter: 0, sha256: '' };

/**
 * Orders a device to leave: it installs nothing any more, hands over what it holds, wipes itself and says so. Given
 * again it is the same order.
 * @returns number of the assignment that says so
 * @throws DeviceError `device_unknown`, `device_revoked`, `device_quarantined`: nobody would hear it
 */
export async function orderRetirement(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  { device, cause, reason }: { device: string; cause: 'close' | 'move' | 'retire'; reason?: string | undefined },
): Promise<{ seq: number }> {
  const [known] = await tx.select().from(devices).where(eq(devices.id, device));
  if (known === undefined) throw unknownDevice(device);
  refuseBarred(device, readStanding(known));
  const ordered = await retirementOf(tx, device);
  if (ordered !== undefined) return { seq: ordered.seq };
  const standing = await standingAssignment(tx, device);
  const { seq } = await signDesired(tx, deps, actor, {
    device,
    models: standing?.models ?? [],
    settings: { ...standing?.settings, retire: 1 },
    about: ABOUT_NOTHING,
    cause: 'retire',
    details: { retire: 1 },
  });
  const orderedAt = timeOf(tx);
  await tx.insert(retirements).values({ device, site: known.site, cause, actor, seq, orderedAt, state: 'ordered' });
  await record(tx, {
    actor,
    action: 'devices.retire',
    subject: `device:${device}`,
    details: { seq, cause, ...(reason !== undefined && { reason }) },
  });
  return { seq };
}

/**
 * Takes the order back from a device that has not handed over yet.
 * @throws DeviceError `device_stays`, `device_wiped`, `device_unknown`
 */
export async function takeBackRetirement(
  tx: Db,
  deps: AssignDeps,
  actor: string,
  device: string,
  reason?: string,
): Promise<void> {
  const ordered = await retirementOf(tx, device);
  if (ordered === undefined || ordered.state === 'wiped') {
    const [code, what] =
      ordered === undefined
        ? (['device_stays', 'was not ordered to leave'] as const)
        : (['device_wiped', 'has left and holds nothing any more'] as const);
    throw new DeviceError(code, `device ${device} ${what}`, { kind: 'conflict', field: 'device' });
  }
  const standing = await standingAssignment(tx, device);
  const { retire: _, ...settings } = standing?.settings ?? {};
  const { seq } = await signDesired(tx, deps, actor, {
    device,
    models: standing?.models ?? [],
    settings,
    about: ABOUT_NOTHING,
    cause: 'retire',
    details: { retire: 0 },
  });
  await tx.delete(retirements).where(eq(retirements.device, device));
  await record(tx, {
    actor,
    action: 'devices.stay',
    subject: `device:${device}`,
    details: { seq, ...(reason !== undefined && { reason }) },
  });
}
