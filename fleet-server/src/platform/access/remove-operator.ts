import { record } from '../audit/index.ts';
import { and, eq, isNull, operators, timeOf, type Db } from '../db/index.ts';
import { refuseUnlessOwner } from './add-operator.ts';
import { AccessError } from './errors.ts';

/** From the next request on the token opens nothing. @throws AccessError `operator_not_owner`, `operator_unknown` */
export async function removeOperator(tx: Db, actor: string, name: string): Promise<void> {
  refuseUnlessOwner(actor);
  const removed = await tx
    .update(operators)
    .set({ removedAt: timeOf(tx) })
    .where(and(eq(operators.name, name), isNull(operators.removedAt)))
    .returning({ name: operators.name });
  if (removed.length === 0) {
    throw new AccessError('operator_unknown', `no operator ${name}`, { kind: 'not-found', field: 'name' });
  }
  await record(tx, { actor, action: 'operators.remove', subject: `operator:${name}`, details: {} });
}
