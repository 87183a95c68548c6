import { and, deviceStaleness, eq, isNotNull, type ReadDb } from '../../../platform/db/index.ts';

/** Devices that were found to live on old metadata, by id; all, or at most the one that is asked about. */
export async function staleDevices(db: ReadDb, device?: string): Promise<Set<string>> {
  const rows = await db
    .select({ device: deviceStaleness.device })
    .from(deviceStaleness)
    .where(
      and(isNotNull(deviceStaleness.staleSince), device === undefined ? undefined : eq(deviceStaleness.device, device)),
    );
  return new Set(rows.map((row) => row.device));
}
