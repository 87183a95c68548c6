import { randomBytes } from 'node:crypto';
import { name as nameSchema } from '@plumbline/shared/trust';
import { record } from '../audit/index.ts';
import { eq, operators, timeOf, users, type Db } from '../db/index.ts';
import { AccessError } from './errors.ts';
import { actorOf, OWNER, sha256Of, TOKEN_BYTES, TOKEN_PREFIX } from './operator.ts';

/**
 * Lets a person in under a name of their own. Only the owner may: who could make a second person of themselves could
 * approve what they wrote.
 * @returns the bearer token, which is kept nowhere
 * @throws AccessError `operator_not_owner`, `operator_name_malformed`, `operator_exists`, `operator_name_used`
 */
export async function addOperator(tx: Db, actor: string, name: string): Promise<{ name: string; token: string }> {
  refuseUnlessOwner(actor);
  if (!nameSchema.safeParse(name).success || actorOf(name) === OWNER) {
    throw new AccessError('operator_name_malformed', `${JSON.stringify(name)} is no name for an operator`, {
      field: 'name',
      expected: '1–64 of a–z, 0–9, dot, dash, and not "operator", who is the owner of the state folder',
    });
  }
  const [known] = await tx.select().from(operators).where(eq(operators.name, name));
  const [user] = await tx.select({ name: users.name }).from(users).where(eq(users.name, name));
  if (known !== undefined || user !== undefined) {
    throw known?.removedAt === null
      ? new AccessError('operator_exists', `there is an operator ${name}`, { kind: 'conflict', field: 'name' })
      : new AccessError('operator_name_used', `${name} is or was the name of somebody else`, {
          kind: 'conflict',
          field: 'name',
          expected: 'a name that nobody has had: the audit means one person by it',
        });
  }
  const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  await tx.insert(operators).values({ name, tokenSha256: sha256Of(token), createdAt: timeOf(tx), createdBy: actor });
  await record(tx, { actor, action: 'operators.add', subject: `operator:${name}`, details: {} });
  return { name, token };
}

/** @throws AccessError `operator_not_owner` */
export function refuseUnlessOwner(actor: string): void {
  if (actor === OWNER) return;
  throw new AccessError('operator_not_owner', `${actor} may not let people in or put them out`, {
    kind: 'forbidden',
    field: 'authorization',
    expected: 'the token of the state folder',
  });
}
