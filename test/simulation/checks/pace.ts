import { parseTopic } from '@plumbline/shared/wire';
import type { Ledger } from './ledger.ts';

/**
 * What a device may do at most in so many ms, whatever is broken around it. Backoff that begins within 5 s and grows to
 * 60 s makes ten attempts in the first minute of a dead network, and twenty with a connection that breaks as soon as it
 * stands; a broken disk is tried again every few seconds. A loop that does not wait makes hundreds.
 */
export const BOUNDS: Readonly<Record<string, { most: number; withinMs: number }>> = {
  dial: { most: 50, withinMs: 60_000 },
  tel: { most: 600, withinMs: 600_000 },
  report: { most: 400, withinMs: 600_000 },
  req: { most: 300, withinMs: 600_000 },
  status: { most: 300, withinMs: 600_000 },
  site: { most: 300, withinMs: 600_000 },
  io: { most: 6000, withinMs: 600_000 },
};
/** Calls within one millisecond of simulated time. */
const MAX_AT_ONCE = 20_000;
/** So many times a bound. */
const HOPELESS = 3;

export interface PaceCheck {
  dialled(): void;
  sent(topic: string): void;
  io(): void;
  /** A loop that does not wait was found, and goes on: the rest of this world would show nothing more. */
  isHopeless(): boolean;
  peaks(): Record<string, number>;
}

export function createPaceCheck(now: () => number, ledger: Ledger): PaceCheck {
  const counts = new Map<string, { bucket: number; count: number }>();
  const peaks = new Map<string, number>();
  let at = { now: 0, count: 0 };
  let isHopeless = false;

  const count = (what: string) => {
    const bound = BOUNDS[what];
    const bucket = Math.floor(now() / (bound?.withinMs ?? 600_000));
    const before = counts.get(what);
    const one = before?.bucket === bucket ? { bucket, count: before.count + 1 } : { bucket, count: 1 };
    counts.set(what, one);
    peaks.set(what, Math.max(peaks.get(what) ?? 0, one.count));
    isHopeless ||= one.count > HOPELESS * (bound?.most ?? Infinity);
    if (one.count === (bound?.most ?? Infinity) + 1) {
      ledger.add('unbounded', `more than ${bound?.most} × ${what} in ${(bound?.withinMs ?? 0) / 60_000} min`);
    }
  };

  return {
    dialled: () => count('dial'),
    sent: (topic) => count(parseTopic(topic)?.channel ?? 'other'),
    io() {
      count('io');
      at = at.now === now() ? { now: at.now, count: at.count + 1 } : { now: now(), count: 1 };
      if (at.count === MAX_AT_ONCE) ledger.add('stuck', `${MAX_AT_ONCE} calls to the disk and no time passes`);
      isHopeless ||= at.count >= MAX_AT_ONCE;
    },
    isHopeless: () => isHopeless,
    peaks: () => Object.fromEntries(peaks),
  };
}
