import type { GraphOutput, Manifest } from '../manifest/manifest.ts';
import { PredictError } from './errors.ts';

/** What a runtime gives back: one array per graph output, row-major. */
export type RunOutputs = Record<string, { dims: readonly number[]; data: ArrayLike<number | bigint | string> }>;

/** What the model says about one record. */
export interface Scored {
  /** Risk in [0, 1] for classes (probability of the positive class); the value itself for a regression. */
  score: number;
  /** Of a value that has one; a chance has none. */
  unit?: string;
  /** Never there for a value. */
  label?: string;
  probabilities?: Record<string, number>;
}

/** Reads the outputs of one model; made once, as what it looks up is the same for every row. */
export interface Decoder {
  /** The graph output that is read. */
  output: string;
  /** What the model says about the rows `from` ≤ row < `from + rows`. @throws PredictError as `decodeOutputs` */
  read(outputs: RunOutputs, rows: number, from?: number): Scored[];
}

export function createDecoder(output: GraphOutput): Decoder {
  const name = output.kind === 'classes' ? output.probabilities : output.value;
  const width = output.kind === 'classes' ? output.classes.length : 1;
  const scoreAt = output.kind === 'classes' ? classesReader(output, name) : valueReader(output, name);
  return {
    output: name,
    read(outputs, rows, from = 0) {
      const data = outputs[name]?.data;
      if (data === undefined || data.length < (from + rows) * width) throw missing(name, data, from + rows, width);
      const scored: Scored[] = [];
      for (let row = from; row < from + rows; row += 1) scored.push(scoreAt(data, row * width));
      return scored;
    },
  };
}

/**
 * @param rows how many rows of the outputs are real
 * @throws PredictError `output_missing`, `output_not_finite`: the graph does not keep what its manifest says.
 */
export function decodeOutputs(manifest: Pick<Manifest, 'output'>, outputs: RunOutputs, rows: number): Scored[] {
  return createDecoder(manifest.output).read(outputs, rows);
}

type Values = ArrayLike<number | bigint | string>;

function valueReader(
  { unit }: Extract<GraphOutput, { kind: 'value' }>,
  name: string,
): (data: Values, at: number) => Scored {
  if (unit === undefined) return (data, at) => ({ score: finite(data[at], name) });
  return (data, at) => ({ score: finite(data[at], name), unit });
}

function classesReader(
  { classes, positive, threshold }: Extract<GraphOutput, { kind: 'classes' }>,
  name: string,
): (data: Values, at: number) => Scored {
  // A copy of an object that has all classes is made much faster than one that gets them one by one.
  const blank: Record<string, number> = Object.fromEntries(classes.map((cls) => [cls, 0]));
  const own = classes.lastIndexOf(positive);
  const other = classes.find((cls) => cls !== positive) ?? positive;
  const limit = classes.length === 2 ? threshold : undefined;
  return (data, at) => {
    const probabilities = { ...blank };
    let best = -Infinity;
    let label = positive;
    for (let i = 0; i < classes.length; i += 1) {
      const cls = classes[i]!;
      const probability = finite(data[at + i], name);
      probabilities[cls] = probability;
      if (probability > best) {
        best = probability;
        label = cls;
      }
    }
    const score = Number(data[at + own]);
    if (limit !== undefined) label = score >= limit ? positive : other;
    return { score, label, probabilities };
  };
}

function missing(name: string, data: Values | undefined, rows: number, width: number): PredictError {
  return new PredictError('output_missing', `output ${name}: ${data?.length ?? 'no'} values for ${rows} rows`, {
    kind: 'refused',
    field: `outputs.${name}`,
    expected: `${rows} × ${width} values`,
  });
}

function finite(value: number | bigint | string | undefined, name: string): number {
  if (typeof value === 'number' && value - value === 0) return value;
  // Number('') is 0: text is never a score.
  const number = typeof value === 'string' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new PredictError('output_not_finite', `output ${name}: ${String(value)}`, {
    kind: 'refused',
    field: `outputs.${name}`,
  });
}
