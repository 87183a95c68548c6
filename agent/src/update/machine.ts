import type { Machine } from '@plumbline/shared/machine';
import type { UpdateState } from '@plumbline/shared/update';
import type { ShadowReport } from '@plumbline/shared/wire';
import { damaged, failed, spoiled, startedUnclean } from './failing.ts';
import {
  freeSlot,
  isAskedAgain,
  sameTarget,
  type Target,
  type UpdateEffect,
  type UpdateInput,
  type UpdateModel,
} from './model.ts';
import { defined, effectOf, isBefore, shadowOf, stepOf, to, withFree, type Next } from './moves.ts';
import { forgiven, MAX_STRIKES, strikesOf } from './strikes.ts';

/** The update of one model line. Failure is a state with a reason; a network error is none and never comes here. */
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
    case 'spoiled':
      return spoiled(model, input.detail);
    case 'tested':
      return model.state === 'self-testing' ? tested(model, input.at) : undefined;
    case 'shadowed':
      return model.state === 'shadowing' ? shadowed(model, input.report) : undefined;
    case 'activated':
      return model.state === 'activating' ? activated(model, input.at) : undefined;
    case 'proved':
      return model.state === 'proving' ? proved(model, input) : undefined;
    case 'rolled-back':
      return model.state === 'rolling-back'
        ? to(model, 'rolled-back', { reason: model.reason, detail: model.detail })
        : undefined;
    case 'failed':
      return failed(model, input);
    case 'deferred':
      return deferred(model, input);
    case 'resumed':
      return model.state === 'deferred' ? to(model, 'offered') : undefined;
    case 'started':
      return input.clean ? undefined : startedUnclean(model);
    case 'damaged':
      return damaged(model, input.slot);
  }
};

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
    if (isAskedAgain(model, target)) {
      const past = forgiven(model, target.sha256, target.payload.sha256);
      return to(model, 'offered', { target, uncleanStarts: 0, proof: model.proof, ...past });
    }
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
  if (strikesOf(model, target.sha256) >= MAX_STRIKES) {
    return to(model, 'refused', {
      reason: 'given_up',
      detail: `these bytes failed ${MAX_STRIKES} times on this device`,
    });
  }
  // Bytes that already lie in the free slot are not fetched again; staging proves their hash before it believes so.
  return slots[freeSlot(model)]?.sha256 === target.sha256 ? to(model, 'staged') : to(model, 'fetching');
}

function staged(model: UpdateModel, target: Target): Next {
  const content = { sha256: target.sha256, version: target.version, counter: target.releaseCounter };
  const before = model.slots[freeSlot(model)];
  // What the same bytes have shown here before still holds.
  const kept = before?.sha256 === target.sha256 ? before : undefined;
  return to(model, 'self-testing', { slots: withFree(model, { ...kept, ...content }), uncleanStarts: 0 });
}

function tested(model: UpdateModel, at: number): Next {
  const { shadow, target, active } = model;
  const isKnown = shadow !== undefined && shadow.of === target?.sha256;
  // A wait between shadow and activation does not ask for another shadow.
  return isKnown && shadow.against === (active && model.slots[active]?.sha256)
    ? to(model, 'activating', { uncleanStarts: 0, shadow })
    : to(model, 'shadowing', { uncleanStarts: 0, shadowingSince: at, shadow: undefined });
}

function shadowed(model: UpdateModel, report: ShadowReport | undefined): Next {
  return to(model, 'activating', { uncleanStarts: 0, shadow: shadowOf(model, report) });
}

function proved(model: UpdateModel, { proof, detail }: Extract<UpdateInput, { type: 'proved' }>): Next {
  const { active, slots, target } = model;
  const content = active && slots[active];
  const kept = content && { ...content, ...(proof === 'proven' && { proven: true }) };
  return to(model, 'committed', {
    proof,
    detail,
    uncleanStarts: 0,
    slots: active === undefined ? slots : defined({ ...slots, [active]: kept }),
    ...forgiven(model, content?.sha256, target?.payload.sha256),
  });
}

function deferred(model: UpdateModel, { until, reason, detail }: Extract<UpdateInput, { type: 'deferred' }>): Next {
  const isWaiting = model.state === 'deferred';
  if (!isWaiting && (stepOf(model.state) === undefined || !isBefore(model, 'proving'))) return undefined;
  if (isWaiting && model.deferredUntil === until && model.reason === reason) return undefined;
  return to(model, 'deferred', { deferredUntil: until, reason, detail });
}

function activated(model: UpdateModel, at: number): Next {
  const active = freeSlot(model);
  const content = model.slots[active];
  // Nothing answers from a slot that holds nothing.
  if (content === undefined) return undefined;
  const ranCounter = Math.max(model.ranCounter, content.counter);
  const slots = { ...model.slots, [active]: { ...content, served: true } };
  return to(model, 'proving', { active, slots, ranCounter, provingSince: at, uncleanStarts: 0 });
}

const RESTING: readonly UpdateState[] = ['idle', 'committed', 'rolled-back', 'refused', 'deferred'];

function isOpenToTargets(model: UpdateModel): boolean {
  return RESTING.includes(model.state) || isBefore(model, 'activating');
}

/** Later doubts about the papers of what is done take nothing back: expired metadata stops installs, never predictions. */
function isDone({ state, target }: UpdateModel, declined: Target): boolean {
  return (state === 'committed' || state === 'rolled-back') && sameTarget(target, declined);
}
