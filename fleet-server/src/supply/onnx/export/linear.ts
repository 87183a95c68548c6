import { designMatrix } from './design-matrix.ts';
import type { GraphPart } from './graph-part.ts';
import { VALUES } from './graph-part.ts';
import { signsOf } from './outputs.ts';
import { float, floats, floatTensor, mlNode, node } from './proto.ts';
import type { LinearModel, NumberColumn } from '../fitted-model.ts';

/**
 * Above this sum of |weight · mean / scale|, folding the mean into the bias would subtract two large float32 numbers
 * and cost more than about 1e-6 of score (16 · 2^-24); the mean is then subtracted in a node of its own.
 */
const FOLDABLE = 16;

/**
 * Scores of a linear model for both classes, float32 `[N, 2]` = (-score, score); of a value `[N, 1]`, the score alone.
 * Standardisation becomes part of weights and bias: `w' = w / scale`, `bias' = bias - Σ w' · (mean - centre)`,
 * where `centre` is 0 when everything folds, else the mean as float32 (its rounding goes into the bias as well).
 */
export function linearScores(model: LinearModel): GraphPart {
  const { numbers } = model.columns;
  const centres = centresOf(model);
  const weights = Float64Array.from(model.weights, (weight, j) => weight / (numbers[j]?.scale ?? 1));
  let { bias } = model;
  for (const [j, column] of numbers.entries()) bias -= weights[j]! * (column.mean - centres[j]!);
  const design = designMatrix(model.columns, prepareNumbers(numbers, centres));
  const signs = signsOf(model);
  const signed = new Float32Array(signs.length * weights.length);
  for (const [j, weight] of weights.entries()) {
    for (const [at, sign] of signs.entries()) signed[signs.length * j + at] = sign * weight;
  }
  return {
    nodes: [...design.nodes, node('Gemm', [design.output, 'weights', 'bias'], ['scores'])],
    initializers: [
      ...design.initializers,
      floatTensor('weights', [weights.length, signs.length], signed),
      floatTensor(
        'bias',
        [signs.length],
        Float32Array.from(signs, (sign) => sign * bias),
      ),
    ],
    output: 'scores',
  };
}

function centresOf(model: LinearModel): number[] {
  const { numbers } = model.columns;
  const shift = numbers.reduce((sum, { mean, scale }, j) => sum + Math.abs((model.weights[j]! * mean) / scale), 0);
  return foldableCentres(numbers, shift);
}

/** What is subtracted from each number before it is multiplied. @param shift sum of |weight · mean / scale| */
export function foldableCentres(numbers: NumberColumn[], shift: number): number[] {
  return numbers.map(({ mean }) => (shift > FOLDABLE ? Math.fround(mean) : 0));
}

/** Centres, then imputes: NaN passes through Sub, and the imputed value is rounded where it is small. */
export function prepareNumbers(numbers: NumberColumn[], centres: number[]): GraphPart {
  const centred = centres.some((centre) => centre !== 0);
  const imputed = Float32Array.from(numbers, ({ impute }, j) => impute - centres[j]!);
  const source = centred ? 'centred' : VALUES.numbers;
  const attributes = [floats('imputed_value_floats', imputed), float('replaced_value_float', Number.NaN)];
  return {
    nodes: [
      ...(centred ? [node('Sub', [VALUES.numbers, 'centres'], ['centred'])] : []),
      mlNode('Imputer', [source], ['imputed'], attributes),
    ],
    initializers: centred ? [floatTensor('centres', [numbers.length], Float32Array.from(centres))] : [],
    output: 'imputed',
  };
}
