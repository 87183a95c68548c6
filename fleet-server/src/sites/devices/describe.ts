import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { publicKey, type PublicKey } from '@plumbline/shared/trust';
import { deviceReport, type DeviceReport } from '@plumbline/shared/wire';
import { devices, type ReadDb } from '../../platform/db/index.ts';
import { unknownDevice } from './errors.ts';

export interface Device {
  id: string;
  site: string;
  profile: string;
  agent: string;
  publicKey: PublicKey;
  tags: string[];
  enrolledAt: number;
  lastSeenAt: number | null;
  online: boolean;
  assignedSeq: number;
  report: DeviceReport | undefined;
}

/** All devices by id; the truth about each is its last report. */
export async function listDevices(db: ReadDb): Promise<Device[]> {
  const rows = await db.select().from(devices).orderBy(asc(devices.id));
  return rows.map(read);
}

/** @throws DeviceError `device_unknown` */
export async function getDevice(db: ReadDb, id: string): Promise<Device> {
  const [row] = await db.select().from(devices).where(eq(devices.id, id));
  if (row === undefined) throw unknownDevice(id);
  return read(row);
}

function read(row: typeof devices.$inferSelect): Device {
  return {
    id: row.id,
    site: row.site,
    profile: row.profile,
    agent: row.agent,
    publicKey: publicKey.parse(JSON.parse(row.publicKey)),
    tags: z.array(z.string()).parse(JSON.parse(row.tags)),
    enrolledAt: row.enrolledAt,
    lastSeenAt: row.lastSeenAt,
    online: row.connection !== null,
    assignedSeq: row.assignedSeq,
    report: row.report === null ? undefined : deviceReport.parse(JSON.parse(row.report)),
  };
}
