import type { Tree } from '../../supply/onnx/fitted-model.ts';
import { LearnerError } from './errors.ts';
import type { Matrix } from './matrix.ts';

/** Targets in units of their own spread, so that the bounds inside a learner suit days as well as seconds. */
export interface StandardTargets {
  values: Float64Array;
  mean: number;
  /** 1 where all targets are the same. */
  scale: number;
}

/** The targets of a regression, weighted as the rows are. Throws `bad_value` naming the row, `bad_parameter` without any. */
export function standardTargets({ rows, targets, weights }: Matrix): StandardTargets {
  if (targets === undefined || targets.length !== rows) {
    const expected = `a number for each of the ${rows} rows`;
    throw new LearnerError('bad_parameter', `targets hold ${targets?.length ?? 'no'} numbers, expected ${expected}`, {
      field: 'targets',
      expected,
    });
  }
  const absent = targets.findIndex((value) => !Number.isFinite(value));
  if (absent >= 0) {
    const [field, expected] = [`targets[${absent}]`, 'a finite number'];
    throw new LearnerError('bad_value', `${field} is ${targets[absent]}, expected ${expected}`, { field, expected });
  }
  const mean = weightedMean(targets, weights, (value) => value);
  const variance = weightedMean(targets, weights, (value) => (value - mean) ** 2);
  // Below the resolution of float32 targets differ by rounding alone.
  const spread = Math.sqrt(variance);
  const scale = spread > Math.abs(mean) * 1e-7 ? spread : 1;
  return { values: Float64Array.from(targets, (value) => (value - mean) / scale), mean, scale };
}

function weightedMean(values: Float32Array, weights: Float64Array | undefined, of: (value: number) => number): number {
  let [sum, total] = [0, 0];
  for (let row = 0; row < values.length; row++) {
    const weight = weights?.[row] ?? 1;
    sum += weight * of(values[row]!);
    total += weight;
  }
  return total === 0 ? 0 : sum / total;
}

/** Integers up to here are exact in float32. */
const EXACT = 2 ** 24;

/**
 * Rounds leaves and base to whole multiples of one power of two, so coarse that no sum of them leaves what float32 holds
 * exactly: every runtime then answers the same bits in whatever order it adds, and thousands of days lose nothing to
 * the adding. A leaf moves by at most one part in 2^24 of the largest possible sum.
 */
export function roundForExactSums(trees: Tree[], base: number): { trees: Tree[]; base: number } {
  const largest = trees.reduce(
    (sum, { value }) => sum + value.reduce((most, one) => Math.max(most, Math.abs(one)), 0),
    Math.abs(base),
  );
  if (largest === 0) return { trees, base };
  // Half a unit a tree is what rounding up may add to the largest sum.
  const unit = 2 ** Math.ceil(Math.log2(largest / (EXACT - trees.length - 1)));
  const round = (value: number): number => Math.round(value / unit) * unit;
  return { trees: trees.map((tree) => ({ ...tree, value: tree.value.map(round) })), base: round(base) };
}
