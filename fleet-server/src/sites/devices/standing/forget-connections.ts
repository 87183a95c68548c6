import { devices, isNotNull, type Database } from '../../../platform/db/index.ts';

/**
 * A broker that starts knows nobody: whoever was connected to the one before it is connected anew, or is away. Without
 * this a device that died while the server was down would be shown as there for ever.
 * @returns how many were taken to be there
 */
export async function forgetConnections(database: Database): Promise<number> {
  return database.transaction(async (tx) => {
    const known = await tx
      .update(devices)
      .set({ connection: null })
      .where(isNotNull(devices.connection))
      .returning({ id: devices.id });
    return known.length;
  });
}
