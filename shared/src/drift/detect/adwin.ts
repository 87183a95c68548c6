import type { Alarm, Detector, ErrorCount } from './detector.ts';

export interface AdwinOptions {
  /** Chance of a false cut at a single look, over all places where one could cut. */
  delta: number;
  /** Predictions between two looks. */
  every: number;
}

interface State extends AdwinOptions {
  /** Oldest first; the older, the more rows share a bucket, so that their number grows as the logarithm of the rows. */
  buckets: [n: number, errors: number][];
  sinceLook: number;
}

/** Rows that must stand on either side of a cut. */
const MIN_SIDE = 5;
/** A pair of buckets is joined when what is newer holds this many times as many rows. */
const NEWER = 5;

/**
 * ADWIN: the window grows while all its parts agree, and loses its older part where two of them do not. A newer part that is
 * worse is an alarm; one that is better only shortens the window.
 * Source: Bifet and Gavaldà 2007, "Learning from time-changing data with adaptive windowing", SIAM SDM, with the bound
 * by variance of its section 4. Buckets are joined by the size of what is newer, so that days of any size fit.
 */
export const adwin: Detector<State> = {
  name: 'adwin',
  start: (options: Partial<AdwinOptions> = {}) => {
    return { delta: options.delta ?? 0.002, every: options.every ?? 32, buckets: [], sinceLook: 0 };
  },
  take(before, x) {
    if (x.n === 0) return { state: before };
    const buckets = joined([...before.buckets, [x.n, x.errors]]);
    const sinceLook = before.sinceLook + x.n;
    if (sinceLook < before.every) return { state: { ...before, buckets, sinceLook } };
    const { delta, every } = before;
    const cut = bestCut(buckets, delta);
    if (cut === undefined) return { state: { ...before, buckets, sinceLook: 0 } };
    if (!cut.isWorse) return { state: { ...before, buckets: buckets.slice(cut.at), sinceLook: 0 } };
    return { state: adwin.start({ delta, every }), alarm: cut.alarm };
  },
};

function joined(buckets: State['buckets']): State['buckets'] {
  let newer = 0;
  for (let i = buckets.length - 1; i > 0; i -= 1) {
    const [one, other] = [buckets[i]!, buckets[i - 1]!];
    if ((one[0] + other[0]) * NEWER <= newer) {
      buckets.splice(i - 1, 2, [one[0] + other[0], one[1] + other[1]]);
      // One joining a take keeps the list short: as many are opened as are closed.
      return buckets;
    }
    newer += one[0];
  }
  return buckets;
}

/** The cut that stands out most, if any does. */
function bestCut(buckets: State['buckets'], delta: number): { at: number; isWorse: boolean; alarm: Alarm } | undefined {
  const all = buckets.reduce<ErrorCount>((sum, [n, errors]) => ({ n: sum.n + n, errors: sum.errors + errors }), NONE);
  const share = all.errors / all.n;
  const log = Math.log((2 * Math.log(all.n)) / delta);
  let old = NONE;
  let best: { at: number; isWorse: boolean; alarm: Alarm; margin: number } | undefined;
  for (let at = 1; at < buckets.length; at += 1) {
    const [n, errors] = buckets[at - 1]!;
    old = { n: old.n + n, errors: old.errors + errors };
    const newer = { n: all.n - old.n, errors: all.errors - old.errors };
    if (old.n < MIN_SIDE || newer.n < MIN_SIDE) continue;
    const perSide = 1 / (old.n - MIN_SIDE + 1) + 1 / (newer.n - MIN_SIDE + 1);
    const threshold = Math.sqrt(2 * perSide * share * (1 - share) * log) + (2 / 3) * perSide * log;
    const difference = newer.errors / newer.n - old.errors / old.n;
    const statistic = Math.abs(difference);
    const margin = statistic - threshold;
    if (margin <= 0 || margin <= (best?.margin ?? 0)) continue;
    best = { at, isWorse: difference > 0, alarm: { statistic, threshold }, margin };
  }
  return best;
}

const NONE: ErrorCount = { n: 0, errors: 0 };
