import { record } from '../../audit/index.ts';
import { eq, users, type Db } from '../../db/index.ts';
import type { Identity } from '../../ports/index.ts';
import { AccessError } from '../errors.ts';
import { endSessionsOf } from '../sessions/session.ts';
import { refuseWithoutAdmin } from '../users/last-admin.ts';
import { readUser } from '../users/user.ts';
import { readSubject, subjectOf } from './subject.ts';

export type BoundIdentity = Pick<Identity, 'issuer' | 'subject'>;

/**
 * Says who a user is at the identity provider, or that they are nobody there. Of somebody who was removed the identity
 * can be taken away, and only that: the person may then come in again, under another name.
 * @throws AccessError `user_unknown`, `identity_taken`, `last_admin`
 */
export async function bindIdentity(
  tx: Db,
  actor: string,
  { name, identity }: { name: string; identity: BoundIdentity | null },
): Promise<{ name: string; identity: BoundIdentity | null }> {
  const [user] = await tx.select().from(users).where(eq(users.name, name));
  if (user === undefined || (user.removedAt !== null && identity !== null)) {
    throw new AccessError('user_unknown', `no user ${name}`, { kind: 'not-found', field: 'name' });
  }
  const subject = identity === null ? null : subjectOf(identity);
  if (subject !== null) await refuseTaken(tx, name, subject);
  const known = readUser(user);
  if (user.removedAt === null) await refuseWithoutAdmin(tx, known, { ...known, identity }, 'subject');
  await tx.update(users).set({ subject }).where(eq(users.name, name));
  const sessions = subject === user.subject ? 0 : await endSessionsOf(tx, name);
  const details = { identity, before: readSubject(user.subject), sessions };
  await record(tx, { actor, action: 'users.bind', subject: `user:${name}`, details });
  return { name, identity };
}

async function refuseTaken(tx: Db, name: string, subject: string): Promise<void> {
  const [holder] = await tx.select({ name: users.name }).from(users).where(eq(users.subject, subject));
  if (holder === undefined || holder.name === name) return;
  throw new AccessError('identity_taken', `${holder.name} is this person already`, {
    kind: 'conflict',
    field: 'subject',
    expected: 'a subject that no other user is bound to, those who were removed among them',
  });
}
