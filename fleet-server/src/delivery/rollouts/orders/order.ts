import { conflict } from '../errors.ts';
import { moveRollout, shapeOf, type Move } from '../move.ts';
import { getRollout, type Rollout, type RolloutDeps } from '../read.ts';

/** What every order of a person carries. */
export interface Order {
  reason: string;
  /** The revision the person saw; another in the database means somebody was faster. */
  expectedRevision?: number | undefined;
}

/**
 * What a person asked for: what changes nothing is refused.
 * @throws RolloutError `rollout_move_illegal`, `rollout_no_predecessor`, `rollout_changed_meanwhile`
 */
export async function orderRollout(deps: RolloutDeps, actor: string, id: string, move: Move): Promise<Rollout> {
  const moved = await moveRollout(deps, actor, id, move);
  if (moved !== undefined) return moved;
  const rollout = await getRollout(deps.database.db, id);
  const { type } = move.input;
  const { status, stageStatus } = rollout.state;
  if (type === 'revert' && !(await shapeOf(deps.database.db, rollout)).hasPredecessor) {
    throw conflict('rollout_no_predecessor', `rollout ${id}: ${rollout.version} has no predecessor to go back to`, {
      field: 'version',
      expected: 'a release that follows another one',
    });
  }
  throw conflict('rollout_move_illegal', `rollout ${id} is ${status} (stage ${stageStatus}): cannot ${type}`, {
    field: 'state',
    expected: EXPECTED[type] ?? 'a rollout that is under way',
  });
}

const EXPECTED: Partial<Record<Move['input']['type'], string>> = {
  start: 'a draft',
  approve: 'a rollout that waits for its approval',
  reject: 'a rollout that waits for its approval',
  proceed: 'a rollout whose stage is held',
  pause: 'a rollout that is running or waits for its approval',
  resume: 'a rollout that is paused',
  revert: 'a rollout of which a stage has opened and that has not gone back',
};
