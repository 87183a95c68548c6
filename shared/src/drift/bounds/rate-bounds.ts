import { betaOf, betaShare } from '../tests/beta.ts';

/** Jeffreys' prior Beta(½, ½): symmetric, so that both sides are one function, and at home near 0 and 1. */
const HALF = 0.5;
const LOG_BETA_HALVES = Math.log(Math.PI);
const BISECTIONS = 40;

/**
 * Bounds of a rate that hold at every look: whatever the rate and however often one looks, the chance that it is *ever*
 * below `low` is at most `alpha`, and so is the chance that it is ever above `high`. Each side alone has all of `alpha`;
 * who needs both at once halves it.
 *
 * Evidence against "the rate is p or less" is the likelihood ratio against p, mixed over Beta(½, ½) cut off below p: a
 * supermartingale that starts at 1 under every rate up to p, so by Ville's inequality it ever reaches 1/alpha with
 * chance alpha at most. `low` is where it does. `high` is its mirror image.
 * Source: Robbins 1970, "Statistical methods related to the law of the iterated logarithm"; Howard, Ramdas, McAuliffe,
 * Sekhon 2021, "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49(2), the
 * one-sided beta-binomial mixture.
 */
export function rateBounds(count: number, trials: number, alpha: number): { low: number; high: number } {
  return { low: lowOf(count, trials, alpha), high: 1 - lowOf(trials - count, trials, alpha) };
}

/** True when `rateBounds(…).low` lies above the limit; one evaluation instead of a search. */
export function isSurelyAbove(count: number, trials: number, limit: number, alpha: number): boolean {
  return hasEvidence(count, trials, alpha)(limit);
}

/** True when `rateBounds(…).high` lies below the limit. */
export function isSurelyBelow(count: number, trials: number, limit: number, alpha: number): boolean {
  return isSurelyAbove(trials - count, trials, 1 - limit, alpha);
}

function lowOf(count: number, trials: number, alpha: number): number {
  const isAbove = hasEvidence(count, trials, alpha);
  let [low, above] = [0, trials > 0 ? count / trials : 0];
  for (let i = 0; i < BISECTIONS && low < above; i++) {
    const middle = (low + above) / 2;
    if (isAbove(middle)) low = middle;
    else above = middle;
  }
  return low;
}

/** Whether what was seen is evidence enough, at alpha, that the rate lies above p. */
function hasEvidence(count: number, trials: number, alpha: number): (p: number) => boolean {
  const rest = trials - count;
  const seen = betaOf(count + HALF, rest + HALF);
  return (p) => {
    // What was seen speaks for p rather than against it: every rate above p explains it worse.
    if (count <= p * trials) return false;
    if (p <= 0) return true;
    const against = count * Math.log(p) + rest * Math.log1p(-p);
    const priorAbove = 1 - (2 / Math.PI) * Math.asin(Math.sqrt(p));
    const mixed = seen.log - LOG_BETA_HALVES - Math.log(priorAbove) - against;
    // The part of the mixture above p is 1 at most: what falls short without it needs no integral.
    const enough = -Math.log(alpha);
    return mixed >= enough && mixed + Math.log(1 - betaShare(p, seen)) >= enough;
  };
}
