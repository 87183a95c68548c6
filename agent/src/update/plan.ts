import { accepts, isStale } from './machine.ts';
import { sameTarget, type Target, type UpdateEffect, type UpdateInput, type UpdateModel } from './model.ts';
import { stepOf } from './moves.ts';

export type NextStep =
  | { kind: 'tell'; input: UpdateInput }
  | { kind: 'do'; effect: UpdateEffect }
  /** Nothing to do until something is assigned, or until that time. */
  | { kind: 'wait'; until?: number };

/**
 * Desired × current → the next step, derived anew each time: after a crash there is nothing to remember.
 * @param now ms; never before the newest signed time the device knows
 */
export function nextStep(desired: Target | undefined, current: UpdateModel, now: number): NextStep {
  if (desired !== undefined && wants(desired, current, now)) {
    return { kind: 'tell', input: { type: 'assigned', target: desired } };
  }
  // The papers of a target are renewed every day, long before its bytes have all come over a slow link.
  const papers = sameTarget(desired, current.target) ? desired : current.target;
  if (papers !== undefined && now >= papers.expires && INSTALLING.has(current.state)) {
    const detail = `metadata expired at ${papers.expires}`;
    return { kind: 'tell', input: { type: 'failed', reason: 'stale_metadata', detail } };
  }
  if (current.state === 'offered') return { kind: 'tell', input: { type: 'begin' } };
  if (current.state === 'deferred') {
    const until = current.deferredUntil ?? 0;
    return now >= until ? { kind: 'tell', input: { type: 'resumed' } } : { kind: 'wait', until };
  }
  const effect = stepOf(current.state);
  return effect === undefined ? { kind: 'wait' } : { kind: 'do', effect };
}

/** Expired metadata stops an install until the moment of activation; never what already runs. */
const INSTALLING = new Set(['offered', 'fetching', 'verifying', 'staged', 'self-testing', 'shadowing', 'deferred']);

function wants(desired: Target, current: UpdateModel, now: number): boolean {
  // Which wish is the newest, trust has decided: a new director counts from one again, so lower is not older.
  if (desired.seq === current.target?.seq) return isStale(current) && now < desired.expires;
  return sameTarget(desired, current.target) || accepts(current, desired);
}
