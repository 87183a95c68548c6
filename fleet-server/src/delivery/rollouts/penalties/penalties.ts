import { record } from '../../../platform/audit/index.ts';
import {
  and,
  asc,
  devicePenalties,
  eq,
  gt,
  isNotNull,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { RolloutError } from '../errors.ts';

export interface Penalty {
  device: string;
  /** One after the other. */
  failures: number;
  /** Of the last one. */
  reason: string;
  lastAt: number;
  /** Nothing new goes to the device before; ms. */
  until: number;
}

/** Devices in the penalty box, by name. */
export async function listPenalties(db: ReadDb, now: number): Promise<Penalty[]> {
  const rows = await db
    .select()
    .from(devicePenalties)
    .where(and(isNotNull(devicePenalties.until), gt(devicePenalties.until, now)))
    .orderBy(asc(devicePenalties.device));
  return rows.flatMap(({ until, ...row }) => (until === null ? [] : [{ ...row, until }]));
}

/**
 * Lets one device, or all of them, out of the penalty box; their failures are forgotten.
 * @returns the devices that were let out
 * @throws RolloutError `penalty_unknown`
 */
export async function releasePenalties(
  deps: { database: Database; now: () => number },
  actor: string,
  of: { device?: string | undefined; reason: string },
): Promise<string[]> {
  return deps.database.transaction(async (tx) => {
    const boxed = await listPenalties(tx, deps.now());
    const released = boxed.filter(({ device }) => of.device === undefined || of.device === device);
    if (of.device !== undefined && released.length === 0) {
      throw new RolloutError('penalty_unknown', `device ${of.device} is not in the penalty box`, {
        kind: 'not-found',
        field: 'device',
        expected: 'a device that `plumbline penalties list` names',
      });
    }
    for (const { device, reason } of released) {
      await tx.delete(devicePenalties).where(eq(devicePenalties.device, device));
      const details = { reason: of.reason, failed: reason };
      await record(tx, { actor, action: 'penalties.release', subject: `device:${device}`, details });
    }
    return released.map(({ device }) => device);
  });
}
