import { devicePenalties, eq, type Db } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';

const DAY_MS = 86_400_000;
/** Failures one after the other that lead into the penalty box. */
export const FAILURES = 3;
/** How long nothing new goes to a device after them; ms. */
export const PENALTY_MS = DAY_MS;

/** Counts a failure; the third one after the other keeps the device from new releases for a day. */
export async function penalise(
  tx: Db,
  { site, device, reason, at }: { site: string; device: string; reason: string; at: number },
): Promise<void> {
  const [before] = await tx.select().from(devicePenalties).where(eq(devicePenalties.device, device));
  const isServed = before?.until !== null && before?.until !== undefined && before.until <= at;
  const failures = (before === undefined || isServed ? 0 : before.failures) + 1;
  const isBoxed = failures >= FAILURES;
  const until = isBoxed ? at + PENALTY_MS : null;
  const row = { failures, reason, lastAt: at, until };
  await tx
    .insert(devicePenalties)
    .values({ device, ...row })
    .onConflictDoUpdate({ target: devicePenalties.device, set: row });
  if (until !== null) await emit(tx, { type: 'device.penalised', site, device, until, reason });
}

/** A release that was proven makes good what failed before, unless the device sits in the box. */
export async function forgive(tx: Db, device: string, at: number): Promise<void> {
  const [before] = await tx.select().from(devicePenalties).where(eq(devicePenalties.device, device));
  if (before === undefined || (before.until !== null && before.until > at)) return;
  await tx.delete(devicePenalties).where(eq(devicePenalties.device, device));
}
