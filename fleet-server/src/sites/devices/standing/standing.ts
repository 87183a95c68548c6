import { devices, eq, type ReadDb } from '../../../platform/db/index.ts';
import { DeviceError } from '../errors.ts';

/** Whether a device may speak. `revoked` is for good; from `quarantined` a person releases it. */
export type Standing = 'active' | 'quarantined' | 'revoked';

export interface StandingNow {
  standing: Standing;
  reason: string | undefined;
}

export function readStanding(row: { standing: string | null; standingReason: string | null }): StandingNow {
  const reason = row.standingReason ?? undefined;
  if (row.standing === null) return { standing: 'active', reason };
  // What this program did not write is not a reason to let a device in.
  return { standing: row.standing === 'quarantined' ? 'quarantined' : 'revoked', reason };
}

/** `undefined` for a device that nobody enrolled. */
export async function standingOf(db: ReadDb, device: string): Promise<StandingNow | undefined> {
  const columns = { standing: devices.standing, standingReason: devices.standingReason };
  const [row] = await db.select(columns).from(devices).where(eq(devices.id, device));
  return row && readStanding(row);
}

/** @throws DeviceError `device_revoked`, `device_quarantined` */
export function refuseBarred(device: string, now: StandingNow | undefined): void {
  if (now === undefined || now.standing === 'active') return;
  throw new DeviceError(
    `device_${now.standing}`,
    `device ${device} is ${now.standing}: ${now.reason ?? 'no reason given'}`,
    {
      kind: 'forbidden',
      field: 'device',
      expected: 'a device in good standing',
    },
  );
}
