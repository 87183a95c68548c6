import { z } from 'zod';
import { fingerprintOf, publicKey, type PublicKey } from '@plumbline/shared/trust';
import { deviceReport, type DeviceReport } from '@plumbline/shared/wire';
import { asc, devices, type ReadDb } from '../../platform/db/index.ts';
import { deviceRow, type DeviceRow } from './device-row.ts';
import { unknownDevice } from './errors.ts';
import { staleDevices } from './staleness/stale-devices.ts';
import { readStanding, type Standing } from './standing/standing.ts';

export interface Device {
  id: string;
  site: string;
  profile: string;
  agent: string;
  publicKey: PublicKey;
  /** Of its key, as the device shows it. */
  fingerprint: string;
  tags: string[];
  enrolledAt: number;
  lastSeenAt: number | null;
  online: boolean;
  /** Whether it may speak, and why not. */
  standing: Standing;
  standingReason: string | undefined;
  /** The newest one handed out; ms. */
  certificate: { serial: string; notAfter: number } | undefined;
  assignedSeq: number;
  report: DeviceReport | undefined;
  /** It lives on old metadata: nothing installs, and the newest may be kept from it. */
  staleMetadata: boolean;
}

/** All devices by id; the truth about each is its last report. */
export async function listDevices(db: ReadDb): Promise<Device[]> {
  const rows = await db.select().from(devices).orderBy(asc(devices.id));
  const stale = await staleDevices(db);
  return rows.map((row) => readDevice(row, stale));
}

/** @throws DeviceError `device_unknown` */
export async function getDevice(db: ReadDb, id: string): Promise<Device> {
  const row = await deviceRow(db, id);
  if (row === undefined) throw unknownDevice(id);
  return readDevice(row, await staleDevices(db, id));
}

/** @param stale ids of devices that live on old metadata */
export function readDevice(row: DeviceRow, stale: Set<string>): Device {
  const report = row.report === null ? undefined : deviceReport.parse(JSON.parse(row.report));
  const { standing, reason } = readStanding(row);
  return {
    id: row.id,
    site: row.site,
    profile: row.profile,
    agent: row.agent,
    publicKey: publicKey.parse(JSON.parse(row.publicKey)),
    fingerprint: fingerprintOf(row.keyId),
    tags: z.array(z.string()).parse(JSON.parse(row.tags)),
    enrolledAt: row.enrolledAt,
    lastSeenAt: row.lastSeenAt,
    online: row.connection !== null,
    standing,
    standingReason: reason,
    certificate:
      row.certificateSerial === null
        ? undefined
        : { serial: row.certificateSerial, notAfter: row.certificateNotAfter ?? 0 },
    assignedSeq: row.assignedSeq,
    report,
    staleMetadata: report?.trust.stale === true || stale.has(row.id),
  };
}
