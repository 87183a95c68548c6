import type { Rollout, RolloutDeps } from '../read.ts';
import { giveSoon } from './give-soon.ts';
import { orderRollout, type Order } from './order.ts';

/** Nothing more is given out and no stage opens until it is resumed. @throws as `orderRollout` */
export async function pauseRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return orderRollout(deps, actor, id, moveOf(deps, 'pause', order));
}

/** Ends it: no device is assigned any more; those that run the release keep it. @throws as `orderRollout` */
export async function stopRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return orderRollout(deps, actor, id, moveOf(deps, 'stop', order));
}

/** A person lets a held stage go on, on what is known. @throws as `orderRollout` */
export async function proceedRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return giveSoon(deps, await orderRollout(deps, actor, id, moveOf(deps, 'proceed', order)));
}

/**
 * Everybody who was given the release goes back by the return ticket, devices that are away included: no window, no
 * freeze and no rate holds it up. @throws as `orderRollout`
 */
export async function revertRollout(deps: RolloutDeps, actor: string, id: string, order: Order): Promise<Rollout> {
  return giveSoon(deps, await orderRollout(deps, actor, id, moveOf(deps, 'revert', order)));
}

function moveOf(deps: RolloutDeps, type: 'pause' | 'stop' | 'proceed' | 'revert', { reason, expectedRevision }: Order) {
  return { expectedRevision, input: { type, reason, at: deps.now() } } as const;
}
