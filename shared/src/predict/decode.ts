import type { GraphOutput, Manifest } from '../manifest/manifest.ts';
import { PredictError } from './errors.ts';

/** What a runtime gives back: one array per graph output, row-major. */
export type RunOutputs = Record<string, { dims: readonly number[]; data: ArrayLike<number | bigint | string> }>;

/** What the model says about one record. */
export interface Scored {
  /** Risk in [0, 1] for classes (probability of the positive class); the value itself for a regression. */
  score: number;
  label?: string;
  probabilities?: Record<string, number>;
}

/**
 * @param rows how many rows of the outputs are real
 * @throws PredictError `output_missing`, `output_not_finite`: the graph does not keep what its manifest says.
 */
export function decodeOutputs(manifest: Pick<Manifest, 'output'>, outputs: RunOutputs, rows: number): Scored[] {
  const { output } = manifest;
  const name = output.kind === 'classes' ? output.probabilities : output.value;
  const found = outputs[name];
  const width = output.kind === 'classes' ? output.classes.length : 1;
  if (found === undefined || found.data.length < rows * width) {
    throw new PredictError('output_missing', `output ${name}: ${found?.data.length ?? 'no'} values for ${rows} rows`, {
      kind: 'refused',
      field: `outputs.${name}`,
      expected: `${rows} × ${width} values`,
    });
  }
  return Array.from({ length: rows }, (_, row) => scoredOf(output, found.data, row * width, name));
}

function scoredOf(output: GraphOutput, data: ArrayLike<number | bigint | string>, at: number, name: string): Scored {
  if (output.kind === 'value') return { score: finite(data[at], name) };
  const probabilities: Record<string, number> = {};
  let best = -Infinity;
  let label = output.positive;
  output.classes.forEach((cls, i) => {
    const probability = finite(data[at + i], name);
    probabilities[cls] = probability;
    if (probability > best) {
      best = probability;
      label = cls;
    }
  });
  const score = probabilities[output.positive] ?? 0;
  if (output.threshold !== undefined && output.classes.length === 2) {
    const other = output.classes.find((cls) => cls !== output.positive) ?? output.positive;
    label = score >= output.threshold ? output.positive : other;
  }
  return { score, label, probabilities };
}

function finite(value: number | bigint | string | undefined, name: string): number {
  // Number('') is 0: text is never a score.
  const number = typeof value === 'string' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new PredictError('output_not_finite', `output ${name}: ${String(value)}`, {
    kind: 'refused',
    field: `outputs.${name}`,
  });
}
