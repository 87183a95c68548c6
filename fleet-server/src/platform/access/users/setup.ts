import { record } from '../../audit/index.ts';
import { eq, timeOf, users, type Database, type Db, type ReadDb } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf } from '../operator.ts';
import { endSessionsOf } from '../sessions/session.ts';
import { codeRefused, issueCode, passwordOf, SETUP, takeCode, type OneTimeCode } from './codes.ts';
import { hashPassword } from './password.ts';
import { refuseWeak } from './password-rules.ts';
import { activeUser, refuseTaken } from './user.ts';

/** Whether there is nobody yet. */
export async function isNew(db: ReadDb): Promise<boolean> {
  return (await db.select({ name: users.name }).from(users).limit(1)).length === 0;
}

/** The code for the first user, who is an admin. @throws AccessError `setup_done` */
export async function issueSetupCode(tx: Db, actor: string, now: number): Promise<OneTimeCode> {
  if (!(await isNew(tx))) throw setupDone();
  const issued = await issueCode(tx, actor, SETUP, now);
  await record(tx, { actor, action: 'setup.code', subject: 'access', details: { expiresAt: issued.expiresAt } });
  return issued;
}

/**
 * Takes a one-time code: the first user comes into being by it, or somebody who was added or lost their password
 * chooses one.
 * @throws AccessError `code_refused`, `password_weak`, `user_name_malformed`, `user_exists`, `user_name_used`
 */
export async function redeemCode(
  { database, now }: { database: Database; now: () => number },
  { code, name, password }: { code: string; name: string; password: string },
): Promise<{ name: string }> {
  refuseWeak(name, password);
  // Before the transaction, which others wait for; and for every code, so that time tells nothing.
  const hashed = await hashPassword(password);
  return database.transaction(async (tx) => {
    const at = timeOf(tx);
    if (await takeCode(tx, code, passwordOf(name), now())) {
      if ((await activeUser(tx, name)) === undefined) throw codeRefused();
      await tx.update(users).set({ password: hashed, passwordAt: at }).where(eq(users.name, name));
      await endSessionsOf(tx, name);
      await record(tx, {
        actor: actorOf(name),
        action: 'users.password',
        subject: `user:${name}`,
        details: { by: 'code' },
      });
      return { name };
    }
    if (!(await isNew(tx)) || !(await takeCode(tx, code, SETUP, now()))) throw codeRefused();
    await refuseTaken(tx, name);
    const held = [{ role: 'admin', sites: 'all' }];
    const actor = actorOf(name);
    const row = { name, assignments: JSON.stringify(held), password: hashed, passwordAt: at };
    await tx.insert(users).values({ ...row, createdAt: at, createdBy: actor });
    await record(tx, { actor, action: 'setup.done', subject: `user:${name}`, details: { assignments: held } });
    return { name };
  });
}

function setupDone(): AccessError {
  return new AccessError('setup_done', 'there are users already', {
    kind: 'conflict',
    field: 'setup',
    expected: '`plumbline users add`, or `plumbline users reset` for whoever lost a password',
  });
}
