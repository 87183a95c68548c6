import type { CohortCluster, GateInput, MaturedCohorts, QualityMeasure } from './gate-input.ts';
import type { GateName, GateResult, Gates, Verdict } from './gates.ts';
import { clusterDifference, meanBounds, MIN_CLUSTERS } from './mean-bounds.ts';
import { counted } from './say.ts';

/** Slices there can be at most: each has this part of the gate's alpha, so that one more changes nothing for the rest. */
export const MAX_SLICES = 16;

interface Compared {
  verdict: Verdict;
  value: number | undefined;
  low: number | undefined;
  high: number | undefined;
  /** Matured outcomes of the candidate. */
  sample: number;
  sentence: string;
}

type Limits = NonNullable<Gates['quality']>;

type Lossy = Pick<GateInput, 'measure' | 'unmeasured'>;

const BRIER: QualityMeasure = { name: 'Brier score' };
const NOTHING = { verdict: 'inconclusive', value: undefined, low: undefined, high: undefined, sample: 0 } as const;

/** Loss on matured outcomes, candidate minus champion, by clusters: Brier score, or of values the absolute error. */
export function qualityGate(
  { quality, measure = BRIER, unmeasured }: Pick<GateInput, 'quality'> & Lossy,
  limits: Limits,
  alpha: number,
): GateResult {
  const base = { gate: 'quality', limit: limits.worseBy } as const;
  if (unmeasured !== undefined) return { ...base, ...NOTHING, sentence: cannot(unmeasured) };
  return { ...base, ...compared(quality, limits, alpha, measure) };
}

function cannot(why: string): string {
  return `quality on matured outcomes cannot be compared: ${why}`;
}

/** The same in every slice, with a part of alpha each; the worst one speaks. Slices with too few outcomes hold nothing up. */
export function fairnessGate(
  { fairness, measure = BRIER, unmeasured }: Pick<GateInput, 'fairness'> & Lossy,
  limits: Limits,
  alpha: number,
): GateResult {
  const base = { gate: 'fairness', limit: limits.worseBy } satisfies { gate: GateName; limit: number };
  if (unmeasured !== undefined) return { ...base, ...NOTHING, sentence: cannot(unmeasured) };
  const slices = fairness.map((of) => {
    const result = compared(of, limits, alpha / Math.max(MAX_SLICES, fairness.length), measure);
    return { ...result, slice: of.slice, sentence: `${of.slice}: ${result.sentence}` };
  });
  const judged = slices.filter(({ value }) => value !== undefined).toSorted(worstFirst);
  const worst = judged.find(({ verdict }) => verdict === 'fail') ?? judged.at(0);
  if (worst === undefined) {
    const few =
      slices.length === 0 ? 'no slice has matured outcomes of both models' : slices.toSorted(byName)[0]?.sentence;
    return { ...base, ...NOTHING, sentence: few ?? '' };
  }
  const { slice: _slice, ...result } = worst;
  const rest = slices.length - judged.length;
  const open = rest === 0 ? '' : `; ${counted(rest, 'slice')} with too few outcomes to say`;
  return { ...base, ...result, sentence: `worst of ${counted(judged.length, 'slice')}, ${worst.sentence}${open}` };
}

function compared(
  { candidate, champion }: MaturedCohorts,
  { worseBy, minimum }: Limits,
  alpha: number,
  { name, unit }: QualityMeasure,
): Compared {
  const [ours, theirs] = [outcomesOf(candidate), outcomesOf(champion)];
  const none = { verdict: 'inconclusive', value: undefined, low: undefined, high: undefined, sample: ours } as const;
  if (ours < minimum || theirs < minimum) {
    const sentence = `${ours} outcomes of the candidate and ${theirs} of the champion have matured; at least ${minimum} of each are needed`;
    return { ...none, sentence };
  }
  const difference = clusterDifference(candidate, champion);
  if (difference === undefined || difference.n < MIN_CLUSTERS) {
    const sentence = `the matured outcomes lie on too few sites to tell the model from the site (they count as ${short(Math.floor(10 * (difference?.n ?? 0)) / 10)}; at least ${MIN_CLUSTERS} are needed)`;
    return { ...none, sentence };
  }
  const bounds = meanBounds(difference, alpha);
  const value = difference.mean;
  const inUnit = unit === undefined ? '' : ` ${unit}`;
  const how = `${short(Math.abs(value))}${inUnit} ${value > 0 ? 'worse' : 'better'}`;
  const said = `${name} ${how} than the champion's on ${ours} and ${theirs} outcomes`;
  const limit = worseBy === 0 ? 'worse' : `worse by more than ${worseBy}${inUnit}`;
  if (bounds.low > worseBy) {
    const sentence = `${said}; it is surely ${limit} (at least ${short(bounds.low)}${inUnit})`;
    return { verdict: 'fail', value, ...bounds, sample: ours, sentence };
  }
  return value <= worseBy
    ? { verdict: 'pass', value, ...bounds, sample: ours, sentence: `${said}; it may not be ${limit}` }
    : {
        verdict: 'inconclusive',
        value,
        ...bounds,
        sample: ours,
        sentence: `${said}; it may not be ${limit}, and it may be chance`,
      };
}

function outcomesOf(clusters: readonly CohortCluster[]): number {
  return clusters.reduce((sum, { count }) => sum + count, 0);
}

type Named = { slice: string; value: number | undefined };

function worstFirst(a: Named, b: Named): number {
  return (b.value ?? -Infinity) - (a.value ?? -Infinity) || byName(a, b);
}

function byName(a: Named, b: Named): number {
  return a.slice < b.slice ? -1 : 1;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
