import type { DeviceReport } from '@plumbline/shared/wire';
import {
  alerts,
  and,
  assignments,
  desc,
  deviceContacts,
  deviceLines,
  devicePenalties,
  devices,
  deviceStaleness,
  enrolmentTokens,
  eq,
  isNull,
  max,
  telemetry,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { DeviceError, getDevice, isFrozen, type Device } from '../../../sites/devices/index.ts';
import { getSite } from '../../../sites/register/index.ts';
import { readAlert, type Alert } from '../alert.ts';

/** What the server knows of a device, gathered for the question why it is silent or does not do what it was told. */
export interface DeviceFacts {
  device: string;
  now: number;
  /** The newest code that was made for it. */
  token: { expiresAt: number; waits: boolean; used: boolean } | undefined;
  enrolled: Enrolled | undefined;
}

export interface Enrolled {
  site: string;
  siteState: 'open' | 'closing' | 'archived';
  enrolledAt: number;
  standing: Device['standing'];
  standingReason: string | undefined;
  online: boolean;
  /** The last it was heard of or known to be connected, ms; undefined for never. */
  contactAt: number | undefined;
  certificateUntil: number | undefined;
  /** The open alert that many devices share, and the one of its own. */
  sharedSilence: Pick<Alert, 'subject' | 'sentence'> | undefined;
  ownSilence: boolean;
  staleSince: number | undefined;
  penalty: { failures: number; reason: string; until: number } | undefined;
  frozen: { reason: string; actor: string } | undefined;
  /** What it was told last: `seq`, and when. */
  assigned: { seq: number; at: number } | undefined;
  report: DeviceReport | undefined;
  /** When the report came, by the clock of the server; ms. */
  reportedAt: number | undefined;
  /** Events of the last day that say that its disk is full, and the newest of them; ms. */
  diskFull: { count: number; lastAt: number } | undefined;
}

const DAY_MS = 24 * 3_600_000;

/** @throws DeviceError `device_unknown` for a name that no device and no code has */
export async function gatherFacts(db: ReadDb, id: string, now: number): Promise<DeviceFacts> {
  const [code] = await db
    .select()
    .from(enrolmentTokens)
    .where(eq(enrolmentTokens.device, id))
    .orderBy(desc(enrolmentTokens.issuedAt))
    .limit(1);
  const token = code && {
    expiresAt: code.expiresAt,
    waits: code.askedAt !== null && code.approvedAt === null && code.usedAt === null,
    used: code.usedAt !== null,
  };
  const [row] = await db.select().from(devices).where(eq(devices.id, id));
  if (row === undefined) {
    if (token !== undefined) return { device: id, now, token, enrolled: undefined };
    throw new DeviceError('device_unknown', `no device ${id}, and no enrolment code for one`, {
      kind: 'not-found',
      field: 'device',
      expected: 'a device that `devices list` shows',
    });
  }
  const device = await getDevice(db, id);
  const [contact] = await db.select().from(deviceContacts).where(eq(deviceContacts.device, id));
  const seenAt = Math.max(row.lastSeenAt ?? 0, device.online ? 0 : (contact?.contactAt ?? 0));
  const silences = (await db.select().from(alerts).where(isNull(alerts.clearedAt)))
    .map(readAlert)
    .filter(({ kind }) => kind.endsWith('_silent'));
  const [stale] = await db.select().from(deviceStaleness).where(eq(deviceStaleness.device, id));
  const [penalty] = await db.select().from(devicePenalties).where(eq(devicePenalties.device, id));
  const [assigned] = await db
    .select({ seq: assignments.seq, at: assignments.issuedAt })
    .from(assignments)
    .where(eq(assignments.device, id))
    .orderBy(desc(assignments.seq))
    .limit(1);
  const [reported] = await db
    .select({ at: max(deviceLines.reportedAt) })
    .from(deviceLines)
    .where(eq(deviceLines.device, id));
  return {
    device: id,
    now,
    token,
    enrolled: {
      site: device.site,
      siteState: (await getSite(db, device.site)).state,
      enrolledAt: device.enrolledAt,
      standing: device.standing,
      standingReason: device.standingReason,
      online: device.online,
      contactAt: seenAt === 0 ? undefined : seenAt,
      certificateUntil: device.certificate?.notAfter,
      sharedSilence: silences.find(
        ({ details }) => Array.isArray(details['devices']) && details['devices'].includes(id),
      ),
      ownSilence: silences.some(({ subject }) => subject === `device:${id}`),
      staleSince: stale?.staleSince ?? (device.report?.trust.stale === true ? seenAt : undefined),
      penalty:
        typeof penalty?.until === 'number' && penalty.until > now
          ? { failures: penalty.failures, reason: penalty.reason, until: penalty.until }
          : undefined,
      frozen: await isFrozen(db),
      assigned,
      report: device.report,
      reportedAt: reported?.at ?? undefined,
      diskFull: await diskFullOf(db, id, now),
    },
  };
}

async function diskFullOf(db: ReadDb, device: string, now: number): Promise<Enrolled['diskFull']> {
  const rows = await db
    .select({ at: telemetry.receivedAt, body: telemetry.body })
    .from(telemetry)
    .where(and(eq(telemetry.kind, 'event'), eq(telemetry.device, device)))
    .orderBy(desc(telemetry.receivedAt))
    .limit(200);
  const full = rows.filter(({ at, body }) => at > now - DAY_MS && /"code":"(disk_full|store_full)"/.test(body));
  const [newest] = full;
  return newest && { count: full.length, lastAt: newest.at };
}
