import { codeOf } from '@plumbline/shared/errors';
import { isFrozen } from '../../sites/devices/index.ts';
import { keepEvaluation } from './decisions.ts';
import { assessCandidate } from './evidence/assess-candidate.ts';
import { absentParts } from './evidence/absent-parts.ts';
import { asks, collectEvidence } from './evidence/collect.ts';
import { withAbsent } from './execute/absent.ts';
import { giveBack } from './execute/give-back.ts';
import { giveOut, readTurns } from './execute/give-out.ts';
import type { Turns } from './execute/obstacles.ts';
import type { Evaluation, Gates } from './gates/gates.ts';
import { evaluateGates } from './gates/evaluate.ts';
import { withAccepted } from './machine/accepted.ts';
import { moveRollout, type Move } from './move.ts';
import { keepLateOutcomes, keepOutcomes } from './penalties/outcomes.ts';
import {
  getRollout,
  listMembers,
  openStageOf,
  rolloutsToLookAt,
  timeFor,
  type Rollout,
  type RolloutDeps,
} from './read.ts';

const SYSTEM = 'system';

/** Looks once at every rollout that there is something to do for. One that fails does not keep the others from it. */
export async function advanceRollouts(deps: RolloutDeps): Promise<void> {
  const failures: unknown[] = [];
  for (const id of await rolloutsToLookAt(deps.database.db, deps.now())) {
    await advanceRollout(deps, id).catch((error: unknown) => failures.push(error));
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} rollouts could not be looked at`);
}

/**
 * One look at one rollout: what its devices made of the release, what the gates say of that, and what follows. Failure
 * is acted upon before anything else is given out. Every step is a transaction of its own that the next look derives
 * again, so a server that dies between two of them loses nothing and does nothing twice.
 * @returns what the gates said; undefined where they are not asked
 */
export async function advanceRollout(deps: RolloutDeps, id: string): Promise<Evaluation | undefined> {
  const rollout = await getRollout(deps.database.db, id);
  const { status, stage } = rollout.state;
  if (status === 'reverted') await giveBack(deps, rollout.id);
  if (status === 'completed') {
    await giveOut(deps, rollout, await readTurns(deps, rollout));
    await keepLateOutcomes(deps, rollout);
  }
  const isWatched = stage >= 0 && ['running', 'paused', 'awaiting-approval'].includes(status);
  if (!isWatched) return undefined;
  const { artifacts } = deps;
  if (artifacts !== undefined) await assessCandidate({ ...deps, artifacts }, rollout);
  const { db } = deps.database;
  const absent = artifacts !== undefined && asks(rollout, 'drift') ? await absentParts({ db, artifacts }, rollout) : [];
  const evidence = await collectEvidence(db, rollout, { now: deps.now(), absent });
  await keepOutcomes(deps, rollout, await listMembers(db, rollout.id), evidence);
  const turns = await readTurns(deps, rollout);
  const asked = evaluateGates(withAbsent(evidence, turns), gatesOf(rollout), { stage });
  const evaluation = withAccepted(asked, rollout.state.accepted);
  if (status === 'paused') return evaluation;

  try {
    await follow(deps, rollout, evaluation, turns);
  } catch (error) {
    // A person was faster: the next look sees what they made of it.
    if (codeOf(error) !== 'rollout_changed_meanwhile') throw error;
  }
  return evaluation;
}

async function follow(deps: RolloutDeps, rollout: Rollout, evaluation: Evaluation, turns: Turns): Promise<void> {
  if (evaluation.verdict === 'fail' && (await act(deps, rollout, evaluation))) return;
  const { withdrawn } = await giveOut(deps, rollout, turns);
  if (withdrawn === undefined) return goOn(deps, rollout, evaluation);
  await step(deps, rollout, {
    input: { type: 'pause', reason: `the release cannot be given out: ${withdrawn}`, at: deps.now() },
  });
}

/** A move that follows from what was looked at, and is not made when somebody has changed the rollout since. */
function step(deps: RolloutDeps, seen: Rollout, move: Omit<Move, 'expectedRevision'>): Promise<Rollout | undefined> {
  return moveRollout(deps, SYSTEM, seen.id, { ...move, expectedRevision: seen.revision });
}

/** Gates of the open stage: its own where it has them, one by one. */
export function gatesOf(rollout: Pick<Rollout, 'plan' | 'state'>): Gates {
  const own = Object.entries(openStageOf(rollout)?.gates ?? {}).filter(([, gate]) => gate !== undefined);
  return { ...rollout.plan.gates, ...Object.fromEntries(own) };
}

async function act(deps: RolloutDeps, rollout: Rollout, evaluation: Evaluation): Promise<boolean> {
  const { verdict, sentence } = evaluation;
  const frozen = await isFrozen(deps.database.db);
  const moved = await step(deps, rollout, {
    input: { type: 'gate', verdict, sentence, at: deps.now() },
    evaluation,
    // While the fleet is frozen only a person sends devices back.
    mayRevert: frozen === undefined,
  });
  if (moved?.state.status === 'reverted') await giveBack(deps, rollout.id, 1);
  return moved !== undefined;
}

/** Passes, soaks, opens and asks, as far as the gates let it; a frozen fleet goes nowhere. */
async function goOn(deps: RolloutDeps, before: Rollout, evaluation: Evaluation): Promise<void> {
  if (before.state.status !== 'running' || (await isFrozen(deps.database.db)) !== undefined) {
    return keepEvaluation(deps, before, evaluation);
  }
  const at = timeFor(deps, before);
  const { verdict, sentence } = evaluation;
  const input = { type: 'gate', verdict, sentence, at } as const;
  const moved = await step(deps, before, { input, evaluation });
  if (moved === undefined) await keepEvaluation(deps, before, evaluation);
  const now = moved ?? before;
  const stage = openStageOf(now);
  if (stage === undefined || now.state.status !== 'running') return;
  const { stageStatus, openedAt, since } = now.state;
  if (stageStatus === 'soaking' && at - since >= stage.soak) {
    const opened = await step(deps, now, { input: { type: 'soaked', at } });
    if (opened?.state.status === 'running') await giveOut(deps, opened, await readTurns(deps, opened));
    return;
  }
  if (stageStatus !== 'soaking' && at - openedAt >= stage.deadline) {
    await step(deps, now, {
      input: { type: 'deadline', sentence: `undecided past its deadline: ${sentence}`, at },
      evaluation,
    });
  }
}
