import type { Refusal } from '@plumbline/shared/drift';
import { driftRefusals, type Db } from '../../../platform/db/index.ts';

/** What is refused, and by whom it was sent. */
export interface Refused {
  /** Names it for good: told once, however often it is looked at. */
  id: string;
  device: string;
  site: string;
  line: string;
  /** Of the day it speaks of, ms. */
  from: number;
}

/** Writes down that evidence is not counted. @returns whether that is news */
export async function refuse(
  tx: Db,
  { id, device, site, line, from }: Refused,
  { code, field, expected }: Refusal,
  now: number,
): Promise<boolean> {
  const made = await tx
    .insert(driftRefusals)
    .values({ id, device, site, line, code, field, expected, fromAt: from, refusedAt: now })
    .onConflictDoNothing()
    .returning({ id: driftRefusals.id });
  return made.length > 0;
}
