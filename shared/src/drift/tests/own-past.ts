import { capSizes } from '../devices/cap-devices.ts';
import { fTail } from './beta.ts';
import { dot, meanOf, rowsOf, type SiteBlock } from './site-block.ts';
import { blendsOf, varianceOf, type Correlation, type Stratum } from './wander.ts';

export interface OwnPastTest {
  /** F: squared distance of the fleet from its own past over what chance and wandering give. */
  statistic: number;
  above: number;
  below: number;
  p: number;
  /** Distance beyond what chance gives, in the units of the sums; of bins Cohen's w. */
  effect: number;
  /** Sites that were there before and are now, and their rows now. */
  sites: number;
  n: number;
  /** Means of all strata together, each direction: after minus before. */
  moved: number[];
  /** Sites by weight, with what each moved by. */
  bySite: { site: string; weight: number; moved: number[] }[];
}

const DAY_MS = 86_400_000;
/** Past that a site needs: with less, a phase of half a year fills it, and how much sites wander cannot be told. */
export const LEAST_PAST_MS = 224 * DAY_MS;
/** Correlation of what lasts, four weeks apart: phases of two to six months keep below it. */
const KEPT_OVER_FOUR_WEEKS = 0.8;

/** For blocks of this length, ms. */
export function memoryOf(blockMs: number): Correlation {
  const known: number[] = [];
  return (lag) => (known[lag] ??= KEPT_OVER_FOUR_WEEKS ** ((lag * blockMs) / (28 * DAY_MS)));
}

/**
 * How long a block is: as the window, but not under a week, within which the work of one day is like that of the next, nor
 * over four weeks, of which a window of months holds several.
 */
export function blockLengthOf(windowMs: number): number {
  return Math.min(28 * DAY_MS, Math.max(7 * DAY_MS, windowMs));
}

/** With fewer sites one of them is the fleet. */
export const LEAST_SITES = 4;
/** Fewer residual degrees of freedom do not tell how much a site wanders. */
const LEAST_FREEDOM = 8;
/** Sites that are left out in turn. */
const LEFT_OUT = 5;
/** Without any one site a change must still be so sure: what is one site's alone hardly ever is. */
const STANDS = 0.001;

/**
 * Whether a fleet has moved, each site held against its own past: sites are strata, stretches of time are what varies. The
 * difference of means, weighed over strata as in Cochran–Mantel–Haenszel, is set against a variance of two sources: rows,
 * and what a site does from one stretch to the next, which is estimated from the past alone and has a memory (`wander`). It
 * is an F with the degrees of freedom of Satterthwaite on both sides (Rao and Scott 1984; Korn and Graubard 1990).
 * What does not stand without each of the sites that moved the fleet most is theirs, and has the p of the rest.
 * @returns undefined where too little is known: fewer than four sites, or eight degrees of freedom
 */
export function testOwnPast(
  past: readonly SiteBlock[],
  now: readonly SiteBlock[],
  memory: Correlation,
): OwnPastTest | undefined {
  const strata = strataOf(past, now);
  if (strata.length < LEAST_SITES) return undefined;
  const whole = testStrata(strata, memory);
  if (whole === undefined || whole.p > STANDS) return whole;
  const loudest = whole.bySite
    .map((one) => ({ site: one.site, pull: one.weight * dot(one.moved, whole.moved) }))
    .toSorted((a, b) => b.pull - a.pull)
    .slice(0, LEFT_OUT);
  const without = loudest.map(({ site }) => strata.filter((one) => one.site !== site));
  const weakest = without.reduce((most, rest) => Math.max(most, testStrata(rest, memory)?.p ?? 1), 0);
  return weakest > STANDS ? { ...whole, p: weakest } : whole;
}

function strataOf(past: readonly SiteBlock[], now: readonly SiteBlock[]): Stratum[] {
  const heard = Map.groupBy(
    now.filter(({ n }) => n > 0),
    ({ site }) => site,
  );
  const before = Map.groupBy(
    past.filter(({ n }) => n > 0),
    ({ site }) => site,
  );
  return [...heard]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([site, own]) => {
      const old = before.get(site);
      return old === undefined ? [] : [{ site, past: old.toSorted((a, b) => a.at - b.at), now: own }];
    });
}

function testStrata(strata: readonly Stratum[], memory: Correlation): OwnPastTest | undefined {
  const sizes = strata.map(({ past, now }) => {
    const [n, m] = [rowsOf(past), rowsOf(now)];
    return (n * m) / (n + m);
  });
  const limits = capSizes(sizes);
  const total = sizes.reduce((all, n, s) => all + n * (limits[s] ?? 1), 0);
  const weights = sizes.map((n, s) => (n * (limits[s] ?? 1)) / total);
  const bySite = strata.map(({ site, past, now }, s) => {
    const [before, after] = [meanOf(past), meanOf(now)];
    return { site, weight: weights[s] ?? 0, moved: after.map((one, j) => one - (before[j] ?? 0)) };
  });
  const length = Math.max(0, ...bySite.map(({ moved }) => moved.length));
  const moved = Array.from({ length }, (_, j) =>
    bySite.reduce((all, one) => all + one.weight * (one.moved[j] ?? 0), 0),
  );
  const blends = blendsOf(strata, weights, memory);
  if (blends === undefined || blends.below < LEAST_FREEDOM) return undefined;
  const variance = varianceOf(strata, weights, memory, blends);
  const distance = dot(moved, moved);
  const statistic = distance / variance;
  return {
    statistic,
    above: blends.above,
    below: blends.below,
    p: fTail(statistic, blends.above, blends.below),
    effect: Math.sqrt(Math.max(0, distance - variance)),
    sites: strata.length,
    n: strata.reduce((all, { now }) => all + rowsOf(now), 0),
    moved,
    bySite,
  };
}
