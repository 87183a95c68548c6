import { record } from '../../../platform/audit/index.ts';
import { devices, deviceSessions, eq, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { DeviceError, unknownDevice } from '../errors.ts';
import { readStanding } from './standing.ts';

export interface BarDeps {
  database: Database;
  now: () => number;
}

/**
 * Takes a device out of the fleet for good: its session ends, nothing is renewed. The event after the commit closes the
 * connection.
 * @throws DeviceError `device_unknown`, `device_revoked` when it is already
 */
export async function revokeDevice(
  deps: BarDeps,
  actor: string,
  input: { device: string; reason: string },
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const { site, now } = await rowOf(tx, input.device);
    if (now.standing === 'revoked') throw already('device_revoked', input.device, 'revoked');
    await bar(tx, 'revoked', { ...input, site, actor, at: deps.now() });
  });
}

/**
 * Shuts a device out until a person has looked.
 * @throws DeviceError `device_unknown`, `device_revoked`, `device_quarantined`
 */
export async function quarantineDevice(
  deps: BarDeps,
  actor: string,
  input: { device: string; reason: string },
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const { site, now } = await rowOf(tx, input.device);
    if (now.standing !== 'active') throw already(`device_${now.standing}`, input.device, now.standing);
    await bar(tx, 'quarantined', { ...input, site, actor, at: deps.now() });
  });
}

/**
 * Lets a quarantined device speak again. Its session numbers start over with whatever comes next: if a second holder of
 * the key is still there, the alarm rings again.
 * @throws DeviceError `device_unknown`, `device_revoked`, `device_active`
 */
export async function releaseDevice(
  deps: BarDeps,
  actor: string,
  input: { device: string; reason: string },
): Promise<void> {
  const { device, reason } = input;
  await deps.database.transaction(async (tx) => {
    const { site, now } = await rowOf(tx, device);
    if (now.standing === 'revoked') throw already('device_revoked', device, 'revoked, which is for good');
    if (now.standing === 'active') throw already('device_active', device, 'in good standing');
    const cleared = { standing: null, standingReason: null, standingAt: null, highestSession: null };
    await tx.update(devices).set(cleared).where(eq(devices.id, device));
    await tx.delete(deviceSessions).where(eq(deviceSessions.device, device));
    await record(tx, { actor, action: 'devices.release', subject: `device:${device}`, details: { site, reason } });
  });
}

interface Barred {
  site: string;
  device: string;
  reason: string;
  actor: string;
  at: number;
}

/** Within the transaction of whoever found the reason. */
export async function bar(tx: Db, standing: 'quarantined' | 'revoked', by: Barred): Promise<void> {
  const { site, device, reason, actor, at } = by;
  await tx
    .update(devices)
    .set({ standing, standingReason: reason, standingAt: at, connection: null })
    .where(eq(devices.id, device));
  const action = standing === 'revoked' ? 'devices.revoke' : 'devices.quarantine';
  await record(tx, { actor, action, subject: `device:${device}`, details: { site, reason } });
  await emit(tx, { type: `device.${standing}`, site, device, reason });
}

async function rowOf(tx: Db, device: string) {
  const [row] = await tx.select().from(devices).where(eq(devices.id, device));
  if (row === undefined) throw unknownDevice(device);
  return { site: row.site, now: readStanding(row) };
}

function already(
  code: 'device_revoked' | 'device_quarantined' | 'device_active',
  device: string,
  what: string,
): DeviceError {
  return new DeviceError(code, `device ${device} is ${what}`, { kind: 'conflict', field: 'device' });
}
