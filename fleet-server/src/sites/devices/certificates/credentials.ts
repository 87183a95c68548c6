import { publicKey, type PublicKey } from '@plumbline/shared/trust';
import { devices, eq, type ReadDb } from '../../../platform/db/index.ts';
import { unknownDevice } from '../errors.ts';
import { readStanding, type StandingNow } from '../standing/standing.ts';

/** What a device is known by, and whether it may speak: all that a connect asks for. */
export interface Credentials {
  id: string;
  site: string;
  publicKey: PublicKey;
  now: StandingNow;
}

/** @throws DeviceError `device_unknown` */
export async function credentialsOf(db: ReadDb, id: string): Promise<Credentials> {
  const [row] = await db.select().from(devices).where(eq(devices.id, id));
  if (row === undefined) throw unknownDevice(id);
  return { id, site: row.site, publicKey: publicKey.parse(JSON.parse(row.publicKey)), now: readStanding(row) };
}
