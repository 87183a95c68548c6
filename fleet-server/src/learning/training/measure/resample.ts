import { createRandom, type SeededRandom } from '../../learners/index.ts';

/** A figure with its 95 % interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

/** Writes how often each row was drawn. */
export type Sampler = (weights: Float64Array, random: SeededRandom) => void;

export function rowSampler(rows: number): Sampler {
  return (weights, random) => {
    weights.fill(0);
    for (let draw = 0; draw < rows; draw++) weights[random.below(rows)]! += 1;
  };
}

export function clusterSampler(clusters: Int32Array): Sampler {
  const members = [...Map.groupBy(clusters.keys(), (row) => clusters[row]!).values()];
  return (weights, random) => {
    weights.fill(0);
    for (let draw = 0; draw < members.length; draw++) {
      for (const row of members[random.below(members.length)]!) weights[row]! += 1;
    }
  };
}

export function quantileOf(sorted: number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}

const SAMPLES = 1000;

/**
 * Several figures of the same rows, each with its percentile interval (Efron & Tibshirani 1993). Clusters are drawn
 * whole; samples in which a figure has no value do not count for it. `figures` gets how often each row counts.
 */
export function bootstrap<Name extends string>(
  clusters: Int32Array,
  figures: (weights: Float64Array) => Record<Name, number>,
  seed: number,
): Record<Name, Interval> {
  const draw = clusterSampler(clusters);
  const random = createRandom(seed);
  const weights = new Float64Array(clusters.length);
  const whole = figures(weights.fill(1));
  const names = Object.keys(whole) as Name[];
  const drawn = new Map(names.map((name) => [name, [] as number[]]));
  for (let sample = 0; sample < SAMPLES; sample++) {
    draw(weights, random);
    const found = figures(weights);
    for (const name of names) if (Number.isFinite(found[name])) drawn.get(name)!.push(found[name]);
  }
  const interval = (name: Name): Interval => {
    const sorted = drawn.get(name)!.toSorted((a, b) => a - b);
    return { value: whole[name], low: quantileOf(sorted, 0.025), high: quantileOf(sorted, 0.975) };
  };
  return Object.fromEntries(names.map((name) => [name, interval(name)])) as Record<Name, Interval>;
}
