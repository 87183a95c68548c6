import type { Transition } from '@plumbline/shared/machine';
import type { UpdateState } from '@plumbline/shared/update';
import type { ShadowReport } from '@plumbline/shared/wire';
import { freeSlot, type SlotContent, type UpdateEffect, type UpdateModel } from './model.ts';

export type Next = Transition<UpdateModel, UpdateEffect> | undefined;

/** The step that each state is waiting for; a state that is not named here waits for an input. */
const STEP_OF: Partial<Record<UpdateState, UpdateEffect>> = {
  fetching: 'fetch',
  verifying: 'verify',
  staged: 'stage',
  'self-testing': 'self-test',
  shadowing: 'shadow',
  activating: 'activate',
  proving: 'prove',
  'rolling-back': 'roll-back',
};

/** The step of a state, for a process that starts in it. */
export function stepOf(state: UpdateState): UpdateEffect | undefined {
  return STEP_OF[state];
}

const ORDER: readonly UpdateState[] = [
  'offered',
  'fetching',
  'verifying',
  'staged',
  'self-testing',
  'shadowing',
  'activating',
  'proving',
];

export function isBefore({ state }: UpdateModel, limit: 'self-testing' | 'activating' | 'proving'): boolean {
  return ORDER.includes(state) && ORDER.indexOf(state) < ORDER.indexOf(limit);
}

/** Moves on: what belonged to the state that is left (reason, detail, times, proof) stays behind unless given again. */
export function to(model: UpdateModel, state: UpdateState, change: Partial<UpdateModel> = {}): Next {
  const {
    proof: _proof,
    reason: _reason,
    detail: _detail,
    provingSince: _since,
    shadowingSince: _shadowing,
    deferredUntil: _until,
    ...kept
  } = model;
  const next = { ...kept, ...change, state };
  if (next.detail !== undefined) next.detail = next.detail.slice(0, 1024);
  return { state: defined(next), ...effectOf(state) };
}

export function effectOf(state: UpdateState): { effect?: UpdateEffect } {
  const effect = STEP_OF[state];
  return effect === undefined ? {} : { effect };
}

export function withFree(model: UpdateModel, content: SlotContent | undefined): UpdateModel['slots'] {
  return defined({ ...model.slots, [freeSlot(model)]: content });
}

export function without(model: UpdateModel, key: 'active'): UpdateModel {
  const { [key]: _gone, ...kept } = model;
  return kept;
}

/** An absent member is absent, so that the state reads back from the store as it was written. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

export function shadowOf(model: UpdateModel, report: ShadowReport | undefined): UpdateModel['shadow'] {
  const against = model.active && model.slots[model.active];
  if (model.target === undefined || against === undefined) return undefined;
  return { of: model.target.sha256, against: against.sha256, ...(report && { report }) };
}
