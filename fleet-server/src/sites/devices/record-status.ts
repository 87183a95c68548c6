import { and, eq } from 'drizzle-orm';
import type { DeviceStatus } from '@plumbline/shared/wire';
import { devices, type Database } from '../../platform/db/index.ts';

/**
 * Birth opens a connection; a death counts only for the connection it belongs to, so a late will changes nothing.
 * The broker tells a death, long after the fact: nobody was seen then.
 */
export async function recordStatus(
  deps: { database: Database; now: () => number },
  device: string,
  status: DeviceStatus,
): Promise<void> {
  const now = deps.now();
  await deps.database.transaction(async (tx) => {
    if (status.status === 'birth') {
      await tx.update(devices).set({ connection: status.nonce, lastSeenAt: now }).where(eq(devices.id, device));
      return;
    }
    await tx
      .update(devices)
      .set({ connection: null })
      .where(and(eq(devices.id, device), eq(devices.connection, status.nonce)));
  });
}
