import type { DeviceStatus } from '@plumbline/shared/wire';
import { record } from '../../../platform/audit/index.ts';
import { and, desc, devices, deviceSessions, eq, lte, type Database, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { deviceRow, type DeviceRow } from '../device-row.ts';
import { DeviceError } from '../errors.ts';
import { markSeen } from '../presence/mark-seen.ts';
import { bar } from './bar.ts';
import { readStanding, refuseBarred } from './standing.ts';

/** A retained birth may come again long after; so many of them are known by their nonce. */
const REMEMBERED_SESSIONS = 32;

type Birth = Extract<DeviceStatus, { status: 'birth' }>;

/**
 * Birth opens a connection; a death counts only for the connection it belongs to, so a late will changes nothing.
 * The broker tells a death, long after the fact: nobody was seen then.
 *
 * The session number of a birth is durable on the device and rises with every connect. A birth that nobody has seen
 * with a number that is not new says that two devices hold one key, or one was put back from a copy: it is shut out
 * until a person has looked. A server put back from a backup has seen less, never more, so it rings no alarm.
 * @throws DeviceError `device_cloned`, audited; `device_revoked`, `device_quarantined`
 */
export async function recordStatus(
  deps: { database: Database; now: () => number },
  device: string,
  status: DeviceStatus,
): Promise<void> {
  const isCloned = await deps.database.transaction(async (tx) => {
    const known = await deviceRow(tx, device);
    if (known === undefined) return false;
    if (status.status === 'birth') return recordBirth(tx, known, status, deps.now());
    await tx
      .update(devices)
      .set({ connection: null })
      .where(and(eq(devices.id, device), eq(devices.connection, status.nonce)));
    return false;
  });
  if (isCloned) {
    throw new DeviceError('device_cloned', `device ${device}: its key is used from two places; quarantined`, {
      kind: 'refused',
      field: 'session',
    });
  }
}

async function recordBirth(tx: Db, known: DeviceRow, { session, nonce }: Birth, now: number): Promise<boolean> {
  const { id: device, site } = known;
  refuseBarred(device, readStanding(known));
  const highest = known.highestSession;
  if (highest === null || session > highest) {
    await tx
      .update(devices)
      .set({ connection: nonce, lastSeenAt: now, highestSession: session })
      .where(eq(devices.id, device));
    await remember(tx, device, session, nonce);
    await markSeen(tx, device, now);
    return false;
  }
  const [seen] = await tx
    .select()
    .from(deviceSessions)
    .where(and(eq(deviceSessions.device, device), eq(deviceSessions.session, session)));
  if (seen?.nonce === nonce) {
    // The newest one again: a broker that kept it says that the device is there. An older one says nothing.
    if (session === highest) await tx.update(devices).set({ connection: nonce }).where(eq(devices.id, device));
    return false;
  }
  await record(tx, {
    actor: `device:${device}`,
    action: 'devices.cloned',
    subject: `device:${device}`,
    details: { site, session, highestSession: highest, nonce },
  });
  await bar(tx, 'quarantined', { site, device, reason: 'cloned', actor: 'system', at: now });
  await emit(tx, { type: 'device.cloned', site, device });
  return true;
}

async function remember(tx: Db, device: string, session: number, nonce: string): Promise<void> {
  await tx.insert(deviceSessions).values({ device, session, nonce });
  const [oldest] = await tx
    .select({ session: deviceSessions.session })
    .from(deviceSessions)
    .where(eq(deviceSessions.device, device))
    .orderBy(desc(deviceSessions.session))
    .limit(1)
    .offset(REMEMBERED_SESSIONS);
  if (oldest === undefined) return;
  await tx
    .delete(deviceSessions)
    .where(and(eq(deviceSessions.device, device), lte(deviceSessions.session, oldest.session)));
}
