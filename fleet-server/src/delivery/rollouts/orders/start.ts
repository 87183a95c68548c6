import { refuseDeprecated } from '../../../supply/models/index.ts';
import { giveSoon } from './give-soon.ts';
import { orderRollout, type Order } from './order.ts';
import { getRollout, type Rollout, type RolloutDeps } from '../read.ts';

/**
 * Opens the first stage, or asks for its approval.
 * @throws RolloutError `rollout_move_illegal`, `rollout_changed_meanwhile`; ModelError `version_deprecated`
 */
export async function startRollout(
  deps: RolloutDeps,
  actor: string,
  id: string,
  { expectedRevision }: Partial<Order> = {},
): Promise<Rollout> {
  const { line, version } = await getRollout(deps.database.db, id);
  await refuseDeprecated(deps.database.db, line, version);
  const started = await orderRollout(deps, actor, id, { expectedRevision, input: { type: 'start', at: deps.now() } });
  return giveSoon(deps, started);
}
