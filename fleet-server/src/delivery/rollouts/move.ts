import { and, eq } from 'drizzle-orm';
import { record } from '../../platform/audit/index.ts';
import { rolloutDecisions, rollouts, type Db } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { getModel } from '../../supply/models/index.ts';
import type { RolloutDeps } from './read.ts';
import { RolloutError } from './errors.ts';
import { execute } from './execute.ts';
import { rolloutMachine, type RolloutInput, type RolloutShape } from './machine.ts';
import { getRollout, type Rollout } from './read.ts';

export interface Move {
  input: RolloutInput;
  /** Numbers behind the decision, kept with it. */
  numbers?: Record<string, unknown>;
  /** The revision the caller saw; another in the database means somebody was faster. */
  expectedRevision?: number;
  /** Looks around inside the transaction; what it throws undoes the move. */
  guard?: (tx: Db, rollout: Rollout) => Promise<void>;
}

/**
 * One input to the machine of a rollout: state, effect, decision, audit and event in one transaction.
 * @returns the rollout as it then is, or `undefined` where the input changes nothing.
 * @throws RolloutError `rollout_changed_meanwhile`
 */
export async function moveRollout(
  deps: RolloutDeps,
  actor: string,
  id: string,
  move: Move,
): Promise<Rollout | undefined> {
  return deps.database.transaction(async (tx) => {
    const rollout = await getRollout(tx, id);
    if (move.expectedRevision !== undefined && move.expectedRevision !== rollout.revision) throw changed(id);
    await move.guard?.(tx, rollout);
    const transition = rolloutMachine(await shapeOf(tx, rollout))(rollout.state)(move.input);
    if (transition === undefined) return undefined;
    const { state, effect } = transition;
    const [updated] = await tx
      .update(rollouts)
      .set({ state: JSON.stringify(state), revision: rollout.revision + 1, updatedAt: deps.now() })
      .where(and(eq(rollouts.id, id), eq(rollouts.revision, rollout.revision)))
      .returning({ id: rollouts.id });
    if (updated === undefined) throw changed(id);
    if (effect !== undefined) await execute[effect.type](tx, deps, { ...rollout, state });
    await writeDown(tx, deps, actor, rollout, state, move);
    return { ...rollout, state, revision: rollout.revision + 1 };
  });
}

/** The same, for what a person asked for: what changes nothing is refused. @throws RolloutError `rollout_move_illegal` */
export async function orderRollout(deps: RolloutDeps, actor: string, id: string, move: Move): Promise<Rollout> {
  const moved = await moveRollout(deps, actor, id, move);
  if (moved !== undefined) return moved;
  const rollout = await getRollout(deps.database.db, id);
  const shape = await shapeOf(deps.database.db, rollout);
  if (move.input.type === 'revert' && !shape.hasPredecessor) {
    throw new RolloutError(
      'rollout_no_predecessor',
      `rollout ${id}: ${rollout.version} has no predecessor to go back to`,
      {
        kind: 'conflict',
        field: 'version',
      },
    );
  }
  throw new RolloutError(
    'rollout_move_illegal',
    `rollout ${id} is ${rollout.state.status}: cannot ${move.input.type}`,
    {
      kind: 'conflict',
      field: 'state',
    },
  );
}

async function shapeOf(db: Pick<Db, 'select' | 'selectDistinct' | '$with'>, rollout: Rollout): Promise<RolloutShape> {
  const model = await getModel(db, rollout.line, rollout.version);
  return {
    stages: rollout.plan.stages.length,
    onFailure: rollout.plan.onFailure,
    hasPredecessor: model.predecessor !== null,
  };
}

async function writeDown(
  tx: Db,
  deps: RolloutDeps,
  actor: string,
  before: Rollout,
  after: Rollout['state'],
  move: Move,
) {
  const sentence = sentenceOf(before.state, after, move.input);
  await tx.insert(rolloutDecisions).values({
    rollout: before.id,
    at: deps.now(),
    stage: after.stage,
    verdict: move.input.type === 'gate' ? move.input.verdict : move.input.type,
    sentence,
    numbers: JSON.stringify(move.numbers ?? {}),
  });
  await record(tx, {
    actor,
    action: `rollouts.${move.input.type}`,
    subject: `rollout:${before.id}`,
    details: { from: before.state.status, to: after.status, stage: after.stage, sentence },
  });
  await emit(tx, {
    type: 'rollout.transition',
    rollout: before.id,
    from: `${before.state.status}/${before.state.stageStatus}`,
    to: `${after.status}/${after.stageStatus}`,
    reason: sentence,
  });
}

function sentenceOf(before: Rollout['state'], after: Rollout['state'], input: RolloutInput): string {
  if (input.type === 'gate') return input.sentence;
  if ('reason' in input) return `${input.type}: ${input.reason}`;
  if (after.status === 'completed') return 'every stage passed';
  if (input.type === 'soaked') return `stage ${before.stage + 1} held for its soak; stage ${after.stage + 1} opens`;
  return `${input.type}: stage ${after.stage + 1} is ${after.stageStatus}`;
}

function changed(id: string): RolloutError {
  return new RolloutError('rollout_changed_meanwhile', `rollout ${id} was changed by somebody else`, {
    kind: 'conflict',
    field: 'revision',
  });
}
