import type { UpdateState } from '@plumbline/shared/update';
import { freeSlot, type UpdateInput, type UpdateModel } from './model.ts';
import { effectOf, isBefore, shadowOf, to, withFree, without, type Next } from './moves.ts';
import { forgiven, isCounted, MAX_STRIKES, struck, strikesOf } from './strikes.ts';

/** Unclean starts of the process after which a model that is not committed is given up. */
export const MAX_UNCLEAN_STARTS = 3;
/** States in which the target is loaded or run: a process that dies in them may have died of it. */
const TRYING: ReadonlySet<UpdateState> = new Set(['self-testing', 'shadowing', 'activating', 'proving']);
/** A payload that came damaged is the network's fault or the disk's, until it is so again and again. */
export function spoiled(model: UpdateModel, detail: string): Next {
  if (model.target === undefined || !isBefore(model, 'self-testing')) return undefined;
  const { sha256 } = model.target.payload;
  const counted = struck(model, sha256);
  return strikesOf(counted, sha256) < MAX_STRIKES
    ? to(model, 'fetching', { ...counted, slots: withFree(model, undefined) })
    : // A later order is tried again: what was damaged on the way says nothing against the bytes.
      to(model, 'refused', { ...forgiven(counted, sha256), reason: 'bad_hash', detail });
}

export function failed(model: UpdateModel, { reason, detail, shadow }: Extract<UpdateInput, { type: 'failed' }>): Next {
  if (model.state === 'proving') return rollBack(model, { reason, detail });
  const { target } = model;
  const isInstalling = isBefore(model, 'proving') || model.state === 'deferred';
  if (!isInstalling || target === undefined) return undefined;
  const counted = isCounted(reason) ? struck(model, target.sha256) : {};
  return to(model, 'refused', { reason, detail, ...counted, ...(shadow && { shadow: shadowOf(model, shadow) }) });
}

export function startedUnclean(model: UpdateModel): Next {
  if (!TRYING.has(model.state)) return undefined;
  const uncleanStarts = model.uncleanStarts + 1;
  if (uncleanStarts < MAX_UNCLEAN_STARTS) {
    return { state: { ...model, uncleanStarts }, ...effectOf(model.state) };
  }
  const why = {
    reason: 'unclean_exits',
    detail: `${uncleanStarts} starts without a clean end`,
    uncleanStarts,
  } as const;
  if (model.state === 'proving') return rollBack(model, why);
  const counted = { ...why, ...struck(model, model.target?.sha256) };
  // While activating, the old slot is still the active one: there is nothing to leave, only to load again.
  return to(model, model.state === 'activating' ? 'rolling-back' : 'refused', counted);
}

export function damaged(model: UpdateModel, slot: 'A' | 'B'): Next {
  const content = model.slots[slot];
  if (content === undefined) return undefined;
  const slots = { ...model.slots };
  delete slots[slot];
  if (slot !== model.active) return { state: { ...model, slots }, ...effectOf(model.state) };
  // A candidate that has not passed its test yet is no way out.
  const other = freeSlot(model);
  const healed = { ...without(model, 'active'), slots, ...(slots[other]?.served && { active: other }) };
  if (model.state === 'rolling-back') return to(healed, 'rolling-back', { reason: model.reason, detail: model.detail });
  const isWanted = content.sha256 === model.target?.sha256 || isBefore(model, 'proving') || model.state === 'deferred';
  return to(healed, isWanted ? 'offered' : 'idle');
}

/** Leaves the active slot for the other one; on a first install there is none and nothing runs. */
function rollBack(model: UpdateModel, why: Partial<UpdateModel>): Next {
  const old = freeSlot(model);
  const counted = struck(model, model.active && model.slots[model.active]?.sha256);
  const back = { ...without(model, 'active'), ...(model.slots[old]?.served && { active: old }) };
  return to(back, 'rolling-back', { ...why, ...counted });
}
