import { isCodedError } from '@plumbline/shared/errors';
import {
  createRollout,
  getRollout,
  pauseRollout,
  startRollout,
  type Rollout,
  type RolloutDeps,
} from '../../../delivery/rollouts/index.ts';
import type { Database } from '../../../platform/db/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { moveTurn } from './record.ts';
import type { Turn } from './turn.ts';

const NEVER = ['refused', 'withdrawn'];

/** Goes on with a turn whose candidate waits for a signature: once there is one, it ends there or is rolled out. */
export async function followApproval(deps: RolloutDeps, actor: string, turn: Turn): Promise<void> {
  const { line, policy, candidate } = turn;
  const release = `${line}@${candidate}`;
  const { state } = await getModel(deps.database.db, line, candidate ?? '');
  if (NEVER.includes(state)) {
    await moveTurn(deps, actor, turn, 'stopped', { says: `${release} is ${state}` });
    return;
  }
  if (state !== 'published') return;
  if (policy.mode === 'release') {
    await moveTurn(deps, actor, turn, 'approved', { says: `${release} is released; its rollout is a person's` });
    return;
  }
  const name = nameOf(turn);
  const made = await existing(deps, name);
  if (made === undefined) {
    await createRollout(
      deps,
      actor,
      { line, version: candidate, policy: policy.rolloutPolicy, seed: policy.seed },
      { name },
    );
  }
  const rollout = made ?? (await getRollout(deps.database.db, name));
  if (rollout.state.status === 'draft') await startRollout(deps, actor, rollout.id);
  await moveTurn(deps, actor, turn, 'started', { says: `rollout ${rollout.id} of ${release}`, rollout: rollout.id });
}

/** Ends a turn with its rollout. */
export async function followRollout(deps: { database: Database }, actor: string, turn: Turn): Promise<void> {
  const { id, version, line, state } = await getRollout(deps.database.db, turn.rollout ?? '');
  const says = `${id} of ${line}@${version} is ${state.status}${state.reason === '' ? '' : `: ${state.reason}`}`;
  if (state.status === 'completed') await moveTurn(deps, actor, turn, 'reached', { says });
  if (state.status === 'stopped' || state.status === 'reverted') await moveTurn(deps, actor, turn, 'stopped', { says });
}

/**
 * A rollout that the loop began waits while automation is stopped; a person resumes it. It may have begun although its turn
 * does not say so yet.
 */
export async function holdRollout(deps: RolloutDeps, actor: string, turn: Turn, reason: string): Promise<void> {
  const { database } = deps;
  const made = turn.rollout === null ? await existing(deps, nameOf(turn)) : await getRollout(database.db, turn.rollout);
  if (made?.state.status === 'running') await pauseRollout(deps, actor, made.id, { reason });
}

/** After its turn, so that a server that ended in between does not make it twice. */
function nameOf({ id }: Turn): string {
  return `retrain-${id}`;
}

async function existing({ database }: Pick<RolloutDeps, 'database'>, name: string): Promise<Rollout | undefined> {
  return getRollout(database.db, name).catch((error: unknown) => {
    if (isCodedError(error) && error.code === 'rollout_unknown') return undefined;
    throw error;
  });
}
