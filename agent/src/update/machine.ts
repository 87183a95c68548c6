import type { Machine, Transition } from '@plumbline/shared/machine';
import type { UpdateState } from '@plumbline/shared/update';
import {
  freeSlot,
  sameTarget,
  type SlotContent,
  type Target,
  type UpdateEffect,
  type UpdateInput,
  type UpdateModel,
} from './model.ts';

/** Unclean starts of the process after which a model that is not committed is given up. */
export const MAX_UNCLEAN_STARTS = 3;

type Next = Transition<UpdateModel, UpdateEffect> | undefined;

/** The step that each state is waiting for; a state that is not named here waits for an input. */
const STEP_OF: Partial<Record<UpdateState, UpdateEffect>> = {
  fetching: 'fetch',
  verifying: 'verify',
  staged: 'stage',
  'self-testing': 'self-test',
  activating: 'activate',
  proving: 'prove',
  'rolling-back': 'roll-back',
};

/**
 * The update of one model line. Failure is a state with a reason; a network error is none and never comes here.
 * This first form goes from self-testing straight to activating: without stored real records that both models have
 * seen there is nothing to compare in a shadow, so the word is kept for the form that stores them.
 */
export const updateMachine: Machine<UpdateModel, UpdateInput, UpdateEffect> = (model) => (input) => {
  switch (input.type) {
    case 'assigned':
      return assigned(model, input.target);
    case 'declined':
      if (!isOpenToTargets(model) || isDone(model, input.target)) return undefined;
      return to(model, 'refused', { target: input.target, reason: input.reason, detail: input.detail });
    case 'begin':
      return model.state === 'offered' ? begin(model) : undefined;
    case 'fetched':
      return model.state === 'fetching' ? to(model, 'verifying') : undefined;
    case 'verified':
      // The slot is about to be overwritten: from here on nobody may believe in what it held.
      return model.state === 'verifying' ? to(model, 'staged', { slots: withFree(model, undefined) }) : undefined;
    case 'staged':
      return model.state === 'staged' && model.target ? staged(model, model.target) : undefined;
    case 'missing':
      return isBefore(model, 'activating') ? to(model, 'fetching', { slots: withFree(model, undefined) }) : undefined;
    case 'tested':
      return model.state === 'self-testing' ? to(model, 'activating') : undefined;
    case 'activated':
      return model.state === 'activating' ? activated(model, input.at) : undefined;
    case 'proved':
      if (model.state !== 'proving') return undefined;
      return to(model, 'committed', { proof: input.proof, detail: input.detail, uncleanStarts: 0 });
    case 'rolled-back':
      return model.state === 'rolling-back'
        ? to(model, 'rolled-back', { reason: model.reason, detail: model.detail })
        : undefined;
    case 'failed':
      return failed(model, input);
    case 'deferred':
      if (STEP_OF[model.state] === undefined || !isBefore(model, 'proving')) return undefined;
      return to(model, 'deferred', { deferredUntil: input.until, reason: input.reason, detail: input.detail });
    case 'resumed':
      return model.state === 'deferred' ? to(model, 'offered') : undefined;
    case 'started':
      return input.clean ? undefined : startedUnclean(model);
    case 'damaged':
      return damaged(model, input.slot);
  }
};

/** The step of a state, for a process that starts in it. */
export function stepOf(state: UpdateState): UpdateEffect | undefined {
  return STEP_OF[state];
}

/** True when the line can turn to another target; from activation until the proof only a way back is taken. */
export function accepts(model: UpdateModel, target: Target): boolean {
  if (isOpenToTargets(model)) return true;
  // A revert at 2 am must not wait for a soak of hours, and its bytes lie in the other slot.
  return model.state === 'proving' && model.slots[freeSlot(model)]?.sha256 === target.sha256;
}

/** Refused for the age of its papers alone: fresh ones mend it. */
export function isStale({ state, reason }: Pick<UpdateModel, 'state' | 'reason'>): boolean {
  return state === 'refused' && reason === 'stale_metadata';
}

function assigned(model: UpdateModel, target: Target): Next {
  if (sameTarget(model.target, target)) {
    // Only what was refused for its age is worth another try when it is signed anew; the rest would fail again.
    if (isStale(model)) return to(model, 'offered', { target });
    if (model.target?.seq === target.seq) return undefined;
    return { state: { ...model, target }, ...effectOf(model.state) };
  }
  // What runs keeps its proof: the same bytes under a new counter are committed without another soak.
  return accepts(model, target) ? to(model, 'offered', { target, uncleanStarts: 0, proof: model.proof }) : undefined;
}

function begin(model: UpdateModel): Next {
  const { target, active, slots } = model;
  if (target === undefined) return to(model, 'idle');
  const running = active && slots[active];
  if (running?.sha256 === target.sha256) {
    const ranCounter = Math.max(model.ranCounter, target.releaseCounter);
    const content = { ...running, counter: target.releaseCounter };
    return to(model, 'committed', { slots: { ...slots, [active as string]: content }, ranCounter, proof: model.proof });
  }
  // Bytes that already lie in the free slot are not fetched again; staging proves their hash before it believes so.
  return slots[freeSlot(model)]?.sha256 === target.sha256 ? to(model, 'staged') : to(model, 'fetching');
}

function staged(model: UpdateModel, target: Target): Next {
  const content = { sha256: target.sha256, version: target.version, counter: target.releaseCounter };
  return to(model, 'self-testing', { slots: withFree(model, content) });
}

function activated(model: UpdateModel, at: number): Next {
  const active = freeSlot(model);
  const ranCounter = Math.max(model.ranCounter, model.slots[active]?.counter ?? 0);
  return to(model, 'proving', { active, ranCounter, provingSince: at, uncleanStarts: 0 });
}

function failed(model: UpdateModel, { reason, detail }: Extract<UpdateInput, { type: 'failed' }>): Next {
  if (model.state === 'proving') return rollBack(model, { reason, detail });
  const isInstalling = isBefore(model, 'proving') || model.state === 'deferred';
  return isInstalling && model.target ? to(model, 'refused', { reason, detail }) : undefined;
}

function startedUnclean(model: UpdateModel): Next {
  if (model.state !== 'proving' && model.state !== 'activating') return undefined;
  const uncleanStarts = model.uncleanStarts + 1;
  if (uncleanStarts < MAX_UNCLEAN_STARTS) {
    return { state: { ...model, uncleanStarts }, ...effectOf(model.state) };
  }
  const why = {
    reason: 'unclean_exits',
    detail: `${uncleanStarts} starts without a clean end`,
    uncleanStarts,
  } as const;
  // While activating, the old slot is still the active one: there is nothing to leave, only to load again.
  return model.state === 'activating' ? to(model, 'rolling-back', why) : rollBack(model, why);
}

function damaged(model: UpdateModel, slot: 'A' | 'B'): Next {
  const content = model.slots[slot];
  if (content === undefined) return undefined;
  const slots = { ...model.slots };
  delete slots[slot];
  if (slot !== model.active) return { state: { ...model, slots }, ...effectOf(model.state) };
  const healed = { ...without(model, 'active'), slots, ...(slots[freeSlot(model)] && { active: freeSlot(model) }) };
  if (model.state === 'rolling-back') return to(healed, 'rolling-back', { reason: model.reason, detail: model.detail });
  return to(healed, content.sha256 === model.target?.sha256 ? 'offered' : 'idle');
}

/** Leaves the active slot for the other one; on a first install there is none and nothing runs. */
function rollBack(model: UpdateModel, why: Partial<UpdateModel>): Next {
  const old = freeSlot(model);
  return to({ ...without(model, 'active'), ...(model.slots[old] && { active: old }) }, 'rolling-back', why);
}

const ORDER: readonly UpdateState[] = ['offered', 'fetching', 'verifying', 'staged', 'self-testing', 'activating'];
const RESTING: readonly UpdateState[] = ['idle', 'committed', 'rolled-back', 'refused', 'deferred'];

function isBefore({ state }: UpdateModel, limit: 'activating' | 'proving'): boolean {
  return ORDER.includes(state) && (limit === 'proving' || state !== 'activating');
}

function isOpenToTargets(model: UpdateModel): boolean {
  return RESTING.includes(model.state) || isBefore(model, 'activating');
}

/** Later doubts about the papers of what is done take nothing back: expired metadata stops installs, never predictions. */
function isDone({ state, target }: UpdateModel, declined: Target): boolean {
  return (state === 'committed' || state === 'rolled-back') && sameTarget(target, declined);
}

/** Moves on: what belonged to the state that is left (reason, detail, times, proof) stays behind unless given again. */
function to(model: UpdateModel, state: UpdateState, change: Partial<UpdateModel> = {}): Next {
  const {
    proof: _proof,
    reason: _reason,
    detail: _detail,
    provingSince: _since,
    deferredUntil: _until,
    ...kept
  } = model;
  const next = { ...kept, ...change, state };
  if (next.detail !== undefined) next.detail = next.detail.slice(0, 1024);
  return { state: defined(next), ...effectOf(state) };
}

function effectOf(state: UpdateState): { effect?: UpdateEffect } {
  const effect = STEP_OF[state];
  return effect === undefined ? {} : { effect };
}

function withFree(model: UpdateModel, content: SlotContent | undefined): UpdateModel['slots'] {
  return defined({ ...model.slots, [freeSlot(model)]: content });
}

function without(model: UpdateModel, key: 'active'): UpdateModel {
  const { [key]: _gone, ...kept } = model;
  return kept;
}

/** An absent member is absent, so that the state reads back from the store as it was written. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
