import { record } from '../../audit/index.ts';
import { and, eq, timeOf, users, type Database } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf } from '../operator.ts';
import { endSessionsOf, openSession, type OpenedSession } from '../sessions/session.ts';
import { checkPassword, hashPassword } from './password.ts';
import { refuseWeak } from './password-rules.ts';
import { activeUser } from './user.ts';

interface SignInDeps {
  database: Database;
  /** Of people, ms: also where a replay drives the clock of everything else. */
  now: () => number;
}

/**
 * A session for a name and its password. Unknown names cost the same work and get the same answer.
 * @throws AccessError `sign_in_refused`
 */
export async function signInByPassword(
  { database, now }: SignInDeps,
  { name, password }: { name: string; password: string },
): Promise<OpenedSession> {
  const user = await activeUser(database.db, name);
  const { matches, isOutdated } = await checkPassword(user?.password, password);
  if (user === undefined || !matches) throw refused();
  const renewed = isOutdated ? await hashPassword(password) : undefined;
  return database.transaction(async (tx) => {
    const same = and(eq(users.name, name), eq(users.password, user.password!));
    // Whoever was removed or got another password while this one was being checked is not let in.
    if (
      (
        await tx
          .update(users)
          .set({ password: renewed ?? user.password })
          .where(same)
          .returning()
      ).length === 0
    ) {
      throw refused();
    }
    await record(tx, { actor: actorOf(name), action: 'sessions.open', subject: `user:${name}`, details: {} });
    return openSession(tx, name, now());
  });
}

/**
 * Another password, by somebody who knows the one before; every session ends, and one begins.
 * @throws AccessError `sign_in_refused`, `password_weak`
 */
export async function changePassword(
  { database, now }: SignInDeps,
  { name, password, next }: { name: string; password: string; next: string },
): Promise<OpenedSession> {
  const user = await activeUser(database.db, name);
  if (!(await checkPassword(user?.password, password)).matches) throw refused();
  refuseWeak(name, next);
  const hashed = await hashPassword(next);
  return database.transaction(async (tx) => {
    const changed = await tx
      .update(users)
      .set({ password: hashed, passwordAt: timeOf(tx) })
      .where(and(eq(users.name, name), eq(users.password, user!.password!)))
      .returning({ name: users.name });
    if (changed.length === 0) throw refused();
    const sessions = await endSessionsOf(tx, name);
    const details = { by: 'password', sessions };
    await record(tx, { actor: actorOf(name), action: 'users.password', subject: `user:${name}`, details });
    return openSession(tx, name, now());
  });
}

function refused(): AccessError {
  return new AccessError('sign_in_refused', 'name and password do not belong together', {
    kind: 'unauthenticated',
    field: 'password',
    expected: 'the name of a user, and their password',
  });
}
