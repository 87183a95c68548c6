import type { Affine } from './affine.ts';
import { at, compose, UNCHANGED } from './affine.ts';
import type { LinearScores } from './scores.ts';
import { findScores } from './scores.ts';
import type { Traced } from './trace.ts';
import { createTracer } from './trace.ts';
import { DEFAULT_DOMAIN, attributeOf, isOperator, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';

export interface Folded {
  /** Affine functions that went into coefficients. */
  count: number;
  /** By graph value that is now multiplied directly: what was done to it before. */
  sources: Map<string, Affine>;
  /** Why nothing was folded, as the end of a sentence. */
  because?: string;
}

/**
 * Folds what is done to features by constants alone into coefficients and intercepts, in place, also through one Concat
 * of columns: `w' = w × factor`, `b' = b + Σ w × shift`, in double, rounded once. Unused nodes are left for the caller.
 */
export function foldLinear(model: ModelProto): Folded {
  const scores = findScores(model);
  if (scores.length === 0) {
    const because =
      'no linear model: neither LinearClassifier nor LinearRegressor nor just one Gemm or MatMul with constants';
    return { count: 0, sources: new Map(), because };
  }
  const sources = new Map<string, Affine>();
  let [count, shared] = [0, ''];
  for (const each of scores) {
    const parts = partsOf(model, each);
    shared ||= parts.find(({ traced }) => traced.shared)?.traced.shared?.opType ?? '';
    const folding = parts.filter(({ traced }) => traced.affine !== UNCHANGED);
    if (folding.length === 0 || !foldInto(each, parts)) continue;
    for (const { reader, input, traced } of folding) {
      reader.input = reader.input.map((name, index) => (index === input ? traced.source : name));
      sources.set(traced.source, traced.affine);
      count += 1;
    }
  }
  if (count > 0) return { count, sources };
  const why = shared === '' ? 'no constants scale or shift the features directly before the coefficients' : undefined;
  return { count, sources, because: `nothing to fold: ${why ?? `what ${shared} gives is read elsewhere as well`}` };
}

/** Columns that reach the coefficients, in order: all features at once, or one part of a Concat. */
interface Part {
  reader: NodeProto;
  input: number;
  from: number;
  width: number;
  traced: Traced;
}

function partsOf(model: ModelProto, scores: LinearScores): Part[] {
  const tracer = createTracer(model);
  const { node, side, features } = scores;
  const name = node.input[side] ?? '';
  const concat = tracer.producerOf(name);
  if (concat === undefined || !isOperator(concat, DEFAULT_DOMAIN, 'Concat')) {
    const traced = tracer.trace(name);
    const width = tracer.widthOf(traced.source) ?? features;
    return [{ reader: node, input: side, from: 0, width, traced }].filter((part) => width === features && fits(part));
  }
  const axis = attributeOf(concat, 'axis')?.i;
  const widths = concat.input.map((part) => tracer.widthOf(part));
  const unknown = widths.filter((width) => width === undefined).length;
  const known = widths.reduce<number>((sum, width) => sum + (width ?? 0), 0);
  if (!tracer.readOnce(name) || (axis !== 1n && axis !== -1n) || unknown > 1) return [];
  // One part of unknown width has what the others leave.
  if (unknown === 0 ? known !== features : known >= features) return [];
  let from = 0;
  return concat.input
    .map((part, input): Part => {
      const width = widths[input] ?? features - known;
      from += width;
      return { reader: concat, input, from: from - width, width, traced: tracer.trace(part) };
    })
    .filter(fits);
}

/** A row of constants must have the width of the columns, or it would have spread one column over several. */
function fits({ traced, width }: Part): boolean {
  return [traced.affine.factors, traced.affine.shifts].every((list) => list.length === 1 || list.length === width);
}

function foldInto(scores: LinearScores, parts: readonly Part[]): boolean {
  const { features, outputs } = scores;
  const factors = new Float64Array(features).fill(1);
  const shifts = new Float64Array(features);
  for (const { from, width, traced } of parts) {
    const affine = compose(traced.affine, UNCHANGED);
    for (let feature = 0; feature < width; feature += 1) {
      factors[from + feature] = at(affine.factors, feature);
      shifts[from + feature] = at(affine.shifts, feature);
    }
  }
  const old = Array.from({ length: features * outputs }, (_, index) =>
    scores.coefficient(Math.floor(index / outputs), index % outputs),
  );
  const written = old.map((each, index) => Math.fround(each * factors[Math.floor(index / outputs)]!));
  const intercepts = Float32Array.from({ length: outputs }, (_, output) =>
    shifts.reduce((sum, shift, feature) => sum + shift * old[feature * outputs + output]!, scores.intercept(output)),
  );
  // Beyond float32 there is nothing to gain.
  if (![...written, ...intercepts].every(Number.isFinite)) return false;
  scores.write((feature, output) => written[feature * outputs + output]!, intercepts);
  return true;
}
