import { record } from '../../../platform/audit/index.ts';
import { and, eq, rolloutDecisions, rollouts, type Db } from '../../../platform/db/index.ts';
import { RolloutError } from '../errors.ts';
import type { Rollout } from '../read.ts';

/**
 * Takes back a draft: it has moved nothing and has no devices. The audit keeps that it was.
 * @throws RolloutError `rollout_move_illegal` once it has started, `rollout_changed_meanwhile`
 */
export async function discardDraft(tx: Db, actor: string, draft: Rollout): Promise<void> {
  const { id, name, revision, state } = draft;
  if (state.status !== 'draft') {
    throw new RolloutError('rollout_move_illegal', `rollout ${id} is ${state.status}: it cannot be taken back`, {
      kind: 'conflict',
      expected: 'a draft',
    });
  }
  await tx.delete(rolloutDecisions).where(eq(rolloutDecisions.rollout, id));
  const gone = await tx
    .delete(rollouts)
    .where(and(eq(rollouts.id, id), eq(rollouts.revision, revision)))
    .returning({ id: rollouts.id });
  if (gone.length === 0) {
    throw new RolloutError('rollout_changed_meanwhile', `rollout ${id} was changed by somebody else`, {
      kind: 'conflict',
    });
  }
  await record(tx, { actor, action: 'rollouts.discard', subject: `rollout:${id}`, details: { name } });
}
