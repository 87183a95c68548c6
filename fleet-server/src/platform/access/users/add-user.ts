import { record } from '../../audit/index.ts';
import { timeOf, users, type Db } from '../../db/index.ts';
import { issueCode, passwordOf, type OneTimeCode } from './codes.ts';
import { readAssignments, refuseTaken } from './user.ts';

/**
 * Lets a person in. They choose their password by a one-time code: nobody else ever knows it.
 * @throws AccessError `user_name_malformed`, `user_exists`, `user_name_used`, `assignments_malformed`
 */
export async function addUser(
  tx: Db,
  actor: string,
  { name, assignments, now }: { name: string; assignments: unknown; now: number },
): Promise<{ name: string } & OneTimeCode> {
  const held = readAssignments(assignments);
  await refuseTaken(tx, name);
  await tx.insert(users).values({ name, assignments: JSON.stringify(held), createdAt: timeOf(tx), createdBy: actor });
  await record(tx, { actor, action: 'users.add', subject: `user:${name}`, details: { assignments: held } });
  return { name, ...(await issueCode(tx, actor, passwordOf(name), now)) };
}
