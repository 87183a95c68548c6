import type { Db } from '../../platform/db/index.ts';
import { RolloutError } from './errors.ts';
import { orderRollout } from './move.ts';
import { listRollouts, type Rollout, type RolloutDeps } from './read.ts';

interface Order {
  reason: string;
  expectedRevision?: number;
}

/** Opens the first stage. One rollout of a line at a time. @throws RolloutError `rollout_line_busy` */
export async function startRollout(deps: RolloutDeps, actor: string, id: string): Promise<Rollout> {
  return orderRollout(deps, actor, id, { input: { type: 'start', at: deps.now() }, guard: refuseBusyLine });
}

async function refuseBusyLine(tx: Db, rollout: Rollout): Promise<void> {
  const busy = (await listRollouts(tx)).find(
    (one) => one.id !== rollout.id && one.line === rollout.line && ['running', 'paused'].includes(one.state.status),
  );
  if (busy === undefined) return;
  throw new RolloutError('rollout_line_busy', `rollout ${busy.id} of ${rollout.line} is ${busy.state.status}`, {
    kind: 'conflict',
    field: 'line',
  });
}

export async function pauseRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return orderRollout(deps, actor, id, { ...order, input: { type: 'pause', reason: order.reason, at: deps.now() } });
}

export async function resumeRollout(deps: RolloutDeps, actor: string, id: string): Promise<Rollout> {
  return orderRollout(deps, actor, id, { input: { type: 'resume', at: deps.now() } });
}

/** No device is assigned any more; those that run the release keep it. */
export async function stopRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return orderRollout(deps, actor, id, { ...order, input: { type: 'stop', reason: order.reason, at: deps.now() } });
}

/** Everybody goes back by the return ticket. @throws RolloutError `rollout_no_predecessor` */
export async function revertRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return orderRollout(deps, actor, id, { ...order, input: { type: 'revert', reason: order.reason, at: deps.now() } });
}
