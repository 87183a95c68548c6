import { asc, eq, retirements, type ReadDb } from '../../../platform/db/index.ts';

/** `ordered`: it has not said that it knows. */
export type RetirementState = 'ordered' | 'draining' | 'wiped';

export interface RetirementNow {
  device: string;
  site: string;
  cause: string;
  /** Who ordered it. */
  actor: string;
  seq: number;
  orderedAt: number;
  state: RetirementState;
  /** When the device said so, ms. */
  stateAt: number | null;
  /** Rows it still held then. */
  waiting: number | null;
}

/** Devices of a site that were ordered to leave, by id. */
export async function retirementsOf(db: ReadDb, site: string): Promise<RetirementNow[]> {
  const rows = await db.select().from(retirements).where(eq(retirements.site, site)).orderBy(asc(retirements.device));
  return rows.map(read);
}

export async function retirementOf(db: ReadDb, device: string): Promise<RetirementNow | undefined> {
  const [row] = await db.select().from(retirements).where(eq(retirements.device, device));
  return row && read(row);
}

function read(row: typeof retirements.$inferSelect): RetirementNow {
  return { ...row, state: row.state === 'draining' || row.state === 'wiped' ? row.state : 'ordered' };
}
