import { record } from '../../platform/audit/index.ts';
import { and, eq, modelVersions, preparedRead, rollouts, sql, type Db, type ReadDb } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { writeDecision } from './decisions.ts';
import { conflict, type RolloutError } from './errors.ts';
import { execute } from './execute/effects.ts';
import type { Evaluation } from './gates/gates.ts';
import { rolloutMachine } from './machine/machine.ts';
import { sentenceOf } from './machine/sentence.ts';
import type { RolloutInput, RolloutShape } from './machine/state.ts';
import { getRollout, type Rollout, type RolloutDeps } from './read.ts';

export interface Move {
  input: RolloutInput;
  /** What the gates said, kept with the decision. */
  evaluation?: Evaluation;
  /** The revision the caller saw; another in the database means somebody was faster. */
  expectedRevision?: number | undefined;
  /** Looks around inside the transaction, and may do its part of the move; what it throws undoes the move. */
  guard?: (tx: Db, rollout: Rollout) => Promise<void>;
  /** Nothing goes back by itself: the fleet is frozen. */
  mayRevert?: boolean;
}

/**
 * One input to the machine of a rollout: state, effect, decision, audit and event in one transaction. Time never runs
 * backwards for a rollout: a clock that was put back stands still until it has caught up.
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
    refuseOtherRevision(rollout, move.expectedRevision);
    await move.guard?.(tx, rollout);
    const at = Math.max(move.input.at, rollout.updatedAt);
    const shape = await shapeOf(tx, rollout);
    const allowed = move.mayRevert === false ? { ...shape, onFailure: 'pause' as const } : shape;
    const transition = rolloutMachine(allowed)(rollout.state)({ ...move.input, at });
    if (transition === undefined) return undefined;
    const { state, effect } = transition;
    const [updated] = await tx
      .update(rollouts)
      .set({ state: JSON.stringify(state), status: state.status, revision: rollout.revision + 1, updatedAt: at })
      .where(and(eq(rollouts.id, rollout.id), eq(rollouts.revision, rollout.revision)))
      .returning({ id: rollouts.id });
    if (updated === undefined) throw changed(rollout);
    const after: Rollout = { ...rollout, state, revision: rollout.revision + 1, updatedAt: at };
    const done = effect === undefined ? {} : await execute[effect.type](tx, deps, after);
    await writeDown(tx, actor, rollout, after, move, done);
    return after;
  });
}

/** @throws RolloutError `rollout_changed_meanwhile` */
export function refuseOtherRevision(rollout: Rollout, expected: number | undefined): void {
  if (expected !== undefined && expected !== rollout.revision) throw changed(rollout);
}

const predecessorOf = preparedRead<{ line: string; version: string }, { predecessor: string | null }>((db) => {
  const { line, version, predecessor } = modelVersions;
  const isRelease = and(eq(line, sql.placeholder('line')), eq(version, sql.placeholder('version')));
  return db.select({ predecessor }).from(modelVersions).where(isRelease);
});

export async function shapeOf(db: ReadDb, rollout: Rollout): Promise<RolloutShape> {
  const { line, version } = rollout;
  const [release] = await predecessorOf(db, { line, version });
  return {
    approvals: rollout.plan.stages.map(({ approval }) => approval === 'required'),
    onFailure: rollout.plan.onFailure,
    hasPredecessor: (release?.predecessor ?? null) !== null,
  };
}

async function writeDown(
  tx: Db,
  actor: string,
  before: Rollout,
  after: Rollout,
  move: Move,
  done: Record<string, unknown>,
): Promise<void> {
  const { state } = after;
  const { input, evaluation } = move;
  const sentence = sentenceOf(before, after, input);
  await writeDecision(tx, {
    rollout: after.id,
    at: after.updatedAt,
    stage: state.stage,
    verdict: input.type === 'gate' ? input.verdict : input.type,
    gate: evaluation?.gate,
    sentence,
    numbers: { ...(evaluation && { counts: evaluation.counts, results: evaluation.results }), ...done },
  });
  await record(tx, {
    actor,
    action: `rollouts.${input.type}`,
    subject: `rollout:${after.id}`,
    details: { from: before.state.status, to: state.status, stage: state.stage, sentence },
  });
  await emit(tx, {
    type: 'rollout.transition',
    rollout: after.id,
    from: `${before.state.status}/${before.state.stageStatus}`,
    to: `${state.status}/${state.stageStatus}`,
    reason: sentence,
  });
  if (state.asks && !before.state.asks) {
    const what = state.status === 'awaiting-approval' ? 'approval' : 'decision';
    await emit(tx, { type: 'rollout.asks', rollout: after.id, stage: state.stage, what, reason: sentence });
  }
}

function changed({ id, revision }: Rollout): RolloutError {
  return conflict('rollout_changed_meanwhile', `rollout ${id} was changed by somebody else`, {
    field: 'expectedRevision',
    expected: String(revision),
  });
}
