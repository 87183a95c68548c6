import { giveBack } from '../execute/give-back.ts';
import { giveOut, readTurns } from '../execute/give-out.ts';
import type { Rollout, RolloutDeps } from '../read.ts';

/** The first batch goes out with the order, the rest with the looks that follow. */
export async function giveSoon(deps: RolloutDeps, rollout: Rollout): Promise<Rollout> {
  if (rollout.state.status === 'reverted') await giveBack(deps, rollout.id, 1);
  else await giveOut(deps, rollout, await readTurns(deps, rollout), 1);
  return rollout;
}
