import { conflict } from '../errors.ts';
import type { Rollout, RolloutDeps } from '../read.ts';
import { giveSoon } from './give-soon.ts';
import { orderRollout, type Order } from './order.ts';

/**
 * Opens the stage that waits for it. Whoever wrote the rollout down cannot.
 * @throws RolloutError `approval_by_author`, `rollout_move_illegal`, `rollout_changed_meanwhile`
 */
export async function approveRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  const approved = await orderRollout(deps, actor, id, {
    expectedRevision: order.expectedRevision,
    input: { type: 'approve', actor, at: deps.now() },
    guard: async (_, rollout) => refuseAuthor(rollout, actor),
  });
  return giveSoon(deps, approved);
}

/** Ends a rollout that waits for its approval, for good. @throws as `approveRollout`, but the author may */
export async function rejectRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  const { reason, expectedRevision } = order;
  return orderRollout(deps, actor, id, { expectedRevision, input: { type: 'reject', actor, reason, at: deps.now() } });
}

function refuseAuthor(rollout: Rollout, actor: string): void {
  if (rollout.author !== actor) return;
  throw conflict('approval_by_author', `rollout ${rollout.id}: ${actor} wrote it and cannot approve it`, {
    kind: 'forbidden',
    field: 'actor',
    expected: 'another person than the author',
  });
}
