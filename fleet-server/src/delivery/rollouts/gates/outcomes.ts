import { isSurelyAbove, isSurelyBelow, rateBounds } from './bounds.ts';
import type { GateCounts, GateResult, Gates } from './gates.ts';
import { counted, listed, percent, tallied } from './say.ts';
import { countStandings, hasBegun, quorum, type Judged } from './standing.ts';

/** What a gate over devices looks at: it fails by all stages that opened, and passes by the stage itself. */
export interface Fleet {
  all: readonly Judged[];
  own: readonly Judged[];
  isOwn: (one: Judged) => boolean;
  counts: GateCounts;
  minimum: number;
  /** Chance that this gate ever stops a rollout within its limit. */
  alpha: number;
}

/** Chance that a release at `sureBelow` or above it ever passes, over every look and all stages. */
export const PASS_ALPHA = 0.05;

/** Share of the stage that runs the very bytes and has proven them. It holds a stage and never stops a rollout. */
export function provenGate(fleet: Fleet, { atLeast }: Gates['proven']): GateResult {
  const { proven, hadChance, waiting, underWay, failed, unproven } = fleet.counts;
  // Those whose turn has not come are not dead: a stage of which a few were served has not been tried.
  const sample = hadChance + waiting;
  const value = sample > 0 ? proven / sample : undefined;
  const numbers = { gate: 'proven', value, low: undefined, high: undefined, limit: atLeast, sample } as const;
  const missing = missingOf(fleet);
  if (missing !== undefined) return { ...numbers, verdict: 'inconclusive', sentence: missing };
  const share = `${proven} of ${counted(sample, 'device')} proved the release`;
  if (proven / sample >= atLeast) {
    return { ...numbers, verdict: 'pass', sentence: `${share}; at least ${percent(atLeast)} are asked` };
  }
  const others = restOf({ 'under way': underWay, failed, 'without traffic': unproven, 'not given it yet': waiting });
  const sentence = `${share} (${others}); at least ${percent(atLeast)} are asked`;
  return { ...numbers, verdict: 'inconclusive', sentence };
}

/**
 * Share of devices that refused or went back. It fails against all that have begun, so that failures, which show sooner than
 * proofs, do not look like more than they are; devices that hold back do not dilute it.
 */
export function failuresGate(fleet: Fleet, { atMost, sureBelow }: Gates['failures']): GateResult {
  const { alpha } = fleet;
  const begun = fleet.all.filter(hasBegun);
  const failed = begun.filter(({ standing }) => standing === 'failed');
  if (isSurelyAbove(failed.length, begun.length, atMost, alpha)) {
    const bounds = rateBounds(failed.length, begun.length, alpha);
    const reasons = tallied(failed.map(({ model }) => model?.reason ?? model?.state ?? 'no reason given'));
    const sentence = `${failed.length} of ${counted(begun.length, 'device')} that began failed (${reasons}); the share is surely above ${percent(atMost)} (at least ${percent(bounds.low)})`;
    const value = failed.length / begun.length;
    return { gate: 'failures', verdict: 'fail', value, ...bounds, limit: atMost, sample: begun.length, sentence };
  }
  return { gate: 'failures', ...passing(fleet, atMost, sureBelow) };
}

function passing(fleet: Fleet, atMost: number, sureBelow: number | undefined): Omit<GateResult, 'gate'> {
  // To be sure, what the stages before have shown counts as well: it is one rate, watched from the first device on.
  const [judged, counts, alpha] =
    sureBelow === undefined
      ? [fleet.own, fleet.counts, fleet.alpha]
      : [fleet.all, countStandings(fleet.all), PASS_ALPHA];
  const sample = counts.proven + counts.failed;
  const low = rateBounds(counts.failed, judged.filter(hasBegun).length, alpha).low;
  const { high } = rateBounds(counts.failed, sample, alpha);
  const value = sample > 0 ? counts.failed / sample : undefined;
  const limit = sureBelow ?? atMost;
  const numbers =
    sample > 0 ? { value, low, high, limit, sample } : { value, low: undefined, high: undefined, limit, sample };
  const missing = missingOf(fleet);
  if (missing !== undefined || value === undefined) {
    return { ...numbers, verdict: 'inconclusive', sentence: missing ?? 'no device has decided yet' };
  }
  const share = `${counts.failed} of ${counted(sample, 'device')} that decided failed`;
  if (sureBelow === undefined) {
    const sentence = `${share}; at most ${percent(atMost)} may`;
    return value <= atMost
      ? { ...numbers, verdict: 'pass', sentence }
      : {
          ...numbers,
          verdict: 'inconclusive',
          sentence: `${sentence}, and it may be chance (at least ${percent(low)})`,
        };
  }
  return isSurelyBelow(counts.failed, sample, sureBelow, alpha)
    ? {
        ...numbers,
        verdict: 'pass',
        sentence: `${share}; the share is surely below ${percent(sureBelow)} (at most ${percent(high)})`,
      }
    : {
        ...numbers,
        verdict: 'inconclusive',
        sentence: `${share}; the share is not surely below ${percent(sureBelow)} yet (at most ${percent(high)})`,
      };
}

/**
 * What a stage lacks before it may pass; undefined when nothing. Heard from: the minimum, or half of a smaller stage, so
 * that one dead device never holds three and one live device never speaks for a hundred. Decided: the minimum, or all of
 * a smaller stage that had a chance or are still to have one.
 */
function missingOf({ own, counts, minimum }: Fleet): string | undefined {
  const { hadChance, waiting, proven, failed, underWay, unproven } = counts;
  const heard = quorum(counts, minimum);
  if (hadChance < heard) {
    const silent = own.filter(({ standing }) => standing === 'no chance').map(({ device }) => device);
    const why = [
      ...(silent.length > 0 ? [`silent: ${listed(silent)}`] : []),
      ...(waiting > 0 ? [`${waiting} not given it yet`] : []),
      ...(counts.acknowledged > 0 ? [`${counts.acknowledged} failed and acknowledged`] : []),
    ];
    const said = `${hadChance} of at least ${counted(heard, 'device')} were heard from since they were given the release`;
    return why.length === 0 ? said : `${said} (${why.join('; ')})`;
  }
  const decided = proven + failed;
  const needed = Math.min(minimum, hadChance + waiting);
  if (decided >= needed) return undefined;
  const others = restOf({ 'under way': underWay, 'without traffic': unproven, 'not given it yet': waiting });
  return `${decided} of at least ${counted(needed, 'device')} decided (${others})`;
}

function restOf(counts: Record<string, number>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([word, count]) => `${count} ${word}`).join(', ');
}
