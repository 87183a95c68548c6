import {
  advanceRollout,
  createRollout,
  getRollout,
  listDecisions,
  startRollout,
  stopRollout,
  type RolloutDeps,
  type WrittenPlan,
} from '../../../delivery/rollouts/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import { forEach, type Stage } from '../stage.ts';

const TIMEOUT_MS = 120_000;
const OPERATOR = 'user:operator';

/** Waits for the second signature, which comes from another process. */
export async function awaitApproval(stage: Stage, version: string): Promise<boolean> {
  const { db } = stage.server.fleet.database;
  const until = performance.now() + TIMEOUT_MS;
  while (performance.now() < until) {
    if ((await getModel(db, stage.line, version)).state === 'published') return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Canary, then everybody; watched until it ends, its turns told as they come. */
export async function rollOut(stage: Stage, version: string): Promise<boolean> {
  const { fleet } = stage.server;
  const deps: RolloutDeps = fleet;
  const plan: WrittenPlan = {
    line: stage.line,
    version,
    stages: [
      { name: 'canary', selector: 'tag = "canary"', size: { percent: 100 } },
      { name: 'half', selector: 'tag = "gateway"', size: { percent: 50 } },
      { name: 'everybody', selector: 'tag = "gateway"', size: { percent: 100 } },
    ],
    gates: { minimum: 2, proven: { atLeast: 0.9 }, failures: { atMost: 0 } },
    onFailure: 'revert',
    seed: stage.options.seed,
    settings: { proveRecords: 1, proveTimeoutMs: 2000 },
  };
  const began = performance.now();
  const { id } = await createRollout(deps, OPERATOR, plan);
  await startRollout(deps, OPERATOR, id);
  let told = 0;
  for (;;) {
    await fleet.dispatcher.settled();
    // Open activities are asked about again as soon as a new model answers: its first traffic.
    await forEach(stage.agents, 4, (agent) => agent.post('/v1/clock', { now: stage.clock.now() }));
    await advanceRollout(deps, id);
    const { state } = await getRollout(fleet.database.db, id);
    const decisions = await listDecisions(fleet.database.db, id);
    for (const one of decisions.slice(told).filter(({ stage: at }) => at >= 0)) {
      stage.teller.line(
        `stage ${one.stage + 1} of ${plan.stages.length} (${plan.stages[one.stage]?.name ?? '–'}): ${one.sentence}`,
      );
    }
    told = decisions.length;
    const over = state.status !== 'running' || performance.now() - began > TIMEOUT_MS;
    if (over && state.status === 'running') {
      await stopRollout(deps, OPERATOR, id, { reason: `not decided within ${TIMEOUT_MS / 1000} s` });
    }
    if (over) {
      const seconds = (performance.now() - began) / 1000;
      stage.teller.report.rollouts.push({
        id,
        version,
        status: state.status,
        reason: state.reason,
        seconds,
        at: stage.clock.now(),
        decisions: decisions.map(({ stage: at, verdict, sentence, numbers }) => ({
          stage: at,
          verdict,
          sentence,
          numbers,
        })),
      });
      return state.status === 'completed';
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
