import { eq, keptHeads, type Database, type ReadDb } from '../db/index.ts';

/** One place outside the server at which heads are kept, and how that goes. */
export interface KeptHead {
  /** Host or file, without what is secret in a URL. */
  place: string;
  /** Row of the newest head that is kept there; 0 before the first. */
  headId: number;
  /** Ms; null before the first. */
  keptAt: number | null;
  /** Ms; null while it goes well. */
  failingSince: number | null;
  lastReason: string | null;
}

export async function keptHeadAt(db: ReadDb, place: string): Promise<KeptHead | undefined> {
  const [row] = await db.select().from(keptHeads).where(eq(keptHeads.place, place));
  return row;
}

/** Places at which no head could be kept since before this time, ms. */
export async function unkeptSince(db: ReadDb, before: number): Promise<KeptHead[]> {
  const rows = await db.select().from(keptHeads);
  return rows.filter(({ failingSince }) => failingSince !== null && failingSince <= before);
}

/** A place that is no more configured is forgotten, and with it that it failed. */
export async function noteKeptHead(database: Database, state: KeptHead): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.delete(keptHeads);
    await tx.insert(keptHeads).values(state);
  });
}

export async function forgetKeptHeads(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.delete(keptHeads);
  });
}
