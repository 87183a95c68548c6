import { randomBytes } from 'node:crypto';
import { and, eq, isNull, lt, or, sessions, users, type Database, type Db } from '../../db/index.ts';
import { actorOf, sha256Of } from '../operator.ts';
import type { Principal } from '../principal.ts';
import { readUser } from '../users/user.ts';

/** NIST SP 800-63B-4 section 2.2.3 for AAL2: 24 h and 1 h would be stricter; a console stands open on a wall all day. */
export const SESSION_LIFE = { idleMs: 12 * 3_600_000, absoluteMs: 7 * 86_400_000 } as const;

export interface OpenedSession {
  /** For the cookie; only its hash is kept. */
  id: string;
  /** What a request that changes something has to repeat in a header. */
  csrf: string;
  name: string;
}

export interface Session {
  principal: Principal;
  name: string;
  csrf: string;
  /** Whether they have one here, which they may change. */
  hasPassword: boolean;
}

const ID_BYTES = 32;
const MINUTE_MS = 60_000;

/** Always a new one: an id that somebody planted in a browser before means nothing. */
export async function openSession(tx: Db, name: string, now: number): Promise<OpenedSession> {
  await tx.delete(sessions).where(isOver(now));
  const [id, csrf] = [randomBytes(ID_BYTES).toString('base64url'), randomBytes(ID_BYTES).toString('base64url')];
  await tx.insert(sessions).values({ idSha256: sha256Of(id), user: name, csrf, createdAt: now, seenAt: now });
  return { id, csrf, name };
}

/** Undefined for one that is over, or whose user was removed. */
export async function findSession(database: Database, id: string, now: number): Promise<Session | undefined> {
  const idSha256 = sha256Of(id);
  const [found] = await database.db
    .select({ session: sessions, user: users })
    .from(sessions)
    .innerJoin(users, and(eq(users.name, sessions.user), isNull(users.removedAt)))
    .where(eq(sessions.idSha256, idSha256));
  if (found === undefined) return undefined;
  const { createdAt, seenAt, csrf } = found.session;
  if (now - createdAt >= SESSION_LIFE.absoluteMs || now - seenAt >= SESSION_LIFE.idleMs) return undefined;
  if (now - seenAt >= MINUTE_MS) {
    await database.transaction(async (tx) => {
      await tx.update(sessions).set({ seenAt: now }).where(eq(sessions.idSha256, idSha256));
    });
  }
  const { name, assignments, hasPassword } = readUser(found.user);
  return { name, csrf, hasPassword, principal: { actor: actorOf(name), assignments, by: 'session' } };
}

export async function endSession(tx: Db, id: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.idSha256, sha256Of(id)));
}

/** @returns how many there were */
export async function endSessionsOf(tx: Db, name: string): Promise<number> {
  return (await tx.delete(sessions).where(eq(sessions.user, name)).returning({ user: sessions.user })).length;
}

function isOver(now: number) {
  const { idleMs, absoluteMs } = SESSION_LIFE;
  return or(lt(sessions.createdAt, now - absoluteMs), lt(sessions.seenAt, now - idleMs));
}
