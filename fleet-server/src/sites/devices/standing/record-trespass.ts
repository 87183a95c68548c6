import { record } from '../../../platform/audit/index.ts';
import type { Database } from '../../../platform/db/index.ts';

/** Leaves a trace of a device that was thrown out for what it tried; the caller sees to it that this is rare. */
export async function recordTrespass(
  database: Database,
  what: { device: string; from: string; reason: string },
): Promise<void> {
  const { device, from, reason } = what;
  await database.transaction((tx) =>
    record(tx, {
      actor: `device:${device}`,
      action: 'devices.trespass',
      subject: `device:${device}`,
      details: { from, reason: reason.slice(0, 500) },
    }),
  );
}
