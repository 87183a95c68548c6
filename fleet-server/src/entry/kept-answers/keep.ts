import { and, eq, keptAnswers, lt, type Database, type Db } from '../../platform/db/index.ts';

/** So long the same key stands for the same request. */
export const KEPT_MS = 24 * 3_600_000;

/** Whose key it is, and which. */
export interface KeyOf {
  actor: string;
  key: string;
}

export interface KeptAnswer {
  status: number;
  mediaType: string;
  /** Null: it held a secret, which is kept nowhere. */
  body: string | null;
}

export type Claim =
  | { state: 'first' }
  | { state: 'answered'; answer: KeptAnswer }
  /** Under way, or cut off before its answer was known. */
  | { state: 'unsettled' }
  /** The key stood for another request. */
  | { state: 'reused' };

/** Takes a key for a request, unless it was taken before: then what came of it. @param now ms */
export async function claimKey(database: Database, of: KeyOf, sha256: string, now: number): Promise<Claim> {
  return database.transaction(async (tx) => {
    await tx.delete(keptAnswers).where(and(byKey(of), lt(keptAnswers.at, now - KEPT_MS)));
    const claimed = await tx
      .insert(keptAnswers)
      .values({ ...of, requestSha256: sha256, at: now })
      .onConflictDoNothing()
      .returning({ key: keptAnswers.key });
    if (claimed.length > 0) return { state: 'first' };
    const [row] = await tx.select().from(keptAnswers).where(byKey(of));
    if (row === undefined) return { state: 'unsettled' };
    if (row.requestSha256 !== sha256) return { state: 'reused' };
    const { status, mediaType, body } = row;
    return status === null
      ? { state: 'unsettled' }
      : { state: 'answered', answer: { status, mediaType: mediaType ?? '', body } };
  });
}

export async function keepAnswer(database: Database, of: KeyOf, answer: KeptAnswer): Promise<void> {
  await database.transaction((tx) => tx.update(keptAnswers).set(answer).where(byKey(of)));
}

/** The request did nothing: the key may be used for it again. */
export async function freeKey(database: Database, of: KeyOf): Promise<void> {
  await database.transaction((tx) => tx.delete(keptAnswers).where(byKey(of)));
}

/** @param now ms */
export async function removeOldAnswers(tx: Db, now: number): Promise<void> {
  await tx.delete(keptAnswers).where(lt(keptAnswers.at, now - KEPT_MS));
}

function byKey({ actor, key }: KeyOf) {
  return and(eq(keptAnswers.actor, actor), eq(keptAnswers.key, key));
}
