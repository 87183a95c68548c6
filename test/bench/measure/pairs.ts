import { createSeededRandom } from '@plumbline/shared/testing';

/** One measurement of each side, taken right after one another, in the unit of the figure. */
export interface Pair {
  ours: number;
  bare: number;
}

export interface Sides {
  ours: () => number | Promise<number>;
  bare: () => number | Promise<number>;
}

/**
 * Measures both sides `count` times in turn. Who goes first alternates, so that neither always meets the caches, the
 * frequency and the neighbours that the other left behind. One unmeasured round of both comes before.
 */
export async function measurePairs(count: number, { ours, bare }: Sides): Promise<Pair[]> {
  await ours();
  await bare();
  const pairs: Pair[] = [];
  for (let pair = 0; pair < count; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours();
      pairs.push({ ours: first, bare: await bare() });
    } else {
      const first = await bare();
      pairs.push({ ours: await ours(), bare: first });
    }
  }
  return pairs;
}

/** A median and where it lies with 95 % confidence. */
export interface Interval {
  median: number;
  low: number;
  high: number;
}

const RESAMPLES = 2000;
const SEED = 1;

/** Percentile bootstrap of the median (Efron 1979), seeded: the same values give the same interval. */
export function medianInterval(values: readonly number[]): Interval {
  const random = createSeededRandom(SEED);
  const draw = () => values[Math.floor(random.next() * values.length)] ?? Number.NaN;
  const medians = Float64Array.from({ length: RESAMPLES }, () => median(values.map(draw))).toSorted();
  const at = (share: number) => medians[Math.round(share * (RESAMPLES - 1))] ?? Number.NaN;
  return { median: median(values), low: at(0.025), high: at(0.975) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? Number.NaN) + upper) / 2;
}
