import { record } from '../../audit/index.ts';
import { accessCodes, and, apiTokens, eq, isNull, timeOf, users, type Db } from '../../db/index.ts';
import type { Assignment } from '../principal.ts';
import { endSessionsOf } from '../sessions/session.ts';
import { issueCode, passwordOf, type OneTimeCode } from './codes.ts';
import { refuseWithoutAdmin } from './last-admin.ts';
import { knownUser, readAssignments, readUser } from './user.ts';

/** Counts from the next request on. @throws AccessError `user_unknown`, `assignments_malformed`, `last_admin` */
export async function assignRoles(
  tx: Db,
  actor: string,
  { name, assignments }: { name: string; assignments: unknown },
): Promise<{ name: string; assignments: Assignment[] }> {
  const held = readAssignments(assignments);
  const user = readUser(await knownUser(tx, name));
  await refuseWithoutAdmin(tx, user, { ...user, assignments: held }, 'assignments');
  await tx
    .update(users)
    .set({ assignments: JSON.stringify(held) })
    .where(eq(users.name, name));
  const details = { assignments: held, before: user.assignments };
  await record(tx, { actor, action: 'users.assign', subject: `user:${name}`, details });
  return { name, assignments: held };
}

/**
 * Sessions, tokens and codes end with it. The name stays taken, and who they are elsewhere stays known: whom a provider
 * vouches for tomorrow is still somebody who was removed.
 * @throws AccessError `user_unknown`, `last_admin`
 */
export async function removeUser(tx: Db, actor: string, name: string): Promise<void> {
  await refuseWithoutAdmin(tx, readUser(await knownUser(tx, name)), undefined, 'name');
  const at = timeOf(tx);
  await tx.update(users).set({ removedAt: at, password: null }).where(eq(users.name, name));
  await tx
    .update(apiTokens)
    .set({ revokedAt: at })
    .where(and(eq(apiTokens.user, name), isNull(apiTokens.revokedAt)));
  await tx.delete(accessCodes).where(eq(accessCodes.purpose, passwordOf(name)));
  await endSessionsOf(tx, name);
  await record(tx, { actor, action: 'users.remove', subject: `user:${name}`, details: {} });
}

/** Password and sessions are gone at once; the code makes a new one. @throws AccessError `user_unknown` */
export async function resetPassword(
  tx: Db,
  actor: string,
  { name, now }: { name: string; now: number },
): Promise<{ name: string } & OneTimeCode> {
  await knownUser(tx, name);
  await tx.update(users).set({ password: null }).where(eq(users.name, name));
  const ended = await endSessionsOf(tx, name);
  await record(tx, { actor, action: 'users.reset', subject: `user:${name}`, details: { sessions: ended } });
  return { name, ...(await issueCode(tx, actor, passwordOf(name), now)) };
}

/** Puts somebody out of all their browsers. @throws AccessError `user_unknown` */
export async function signOutUser(tx: Db, actor: string, name: string): Promise<{ sessions: number }> {
  await knownUser(tx, name);
  const sessions = await endSessionsOf(tx, name);
  await record(tx, { actor, action: 'users.sign-out', subject: `user:${name}`, details: { sessions } });
  return { sessions };
}
