import { and, devices, eq, isNotNull, type ReadDb } from '../../../platform/db/index.ts';

/** Names of the devices of a site that are connected now. */
export async function connectedDevices(db: ReadDb, site: string): Promise<string[]> {
  const found = await db
    .select({ device: devices.id })
    .from(devices)
    .where(and(eq(devices.site, site), isNotNull(devices.connection)));
  return found.map(({ device }) => device);
}
