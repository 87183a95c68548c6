import type { Affine } from './affine.ts';
import { compose, stepOf, UNCHANGED } from './affine.ts';
import {
  ML_DOMAIN,
  attributeOf,
  createConstants,
  dtypeName,
  isOperator,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { countReads } from '../rewrite/edit-graph.ts';
import { describeValue, feedsOf } from '../graph/value-type.ts';

/** What lies before a value: the value from which it comes by an affine function alone. */
export interface Traced {
  source: string;
  affine: Affine;
  /** Node that computes a foldable step, but whose result others read too. */
  shared?: NodeProto;
}

export interface Tracer {
  trace(name: string): Traced;
  producerOf(name: string): NodeProto | undefined;
  /** Number of columns of a matrix, where the graph tells. */
  widthOf(name: string): number | undefined;
  /** Nothing else reads the value. */
  readOnce(name: string): boolean;
}

/** Values that have the columns, or the type, of their first input. */
const PASSING = new Set(['Add', 'Cast', 'Div', 'Identity', 'Imputer', 'Mul', 'Normalizer', 'Scaler', 'Sub']);
const ALWAYS_FLOAT32 = new Set(['FeatureVectorizer', 'Normalizer', 'OneHotEncoder', 'Scaler']);

export function createTracer(model: ModelProto): Tracer {
  const constantOf = createConstants(model);
  const reads = countReads(model);
  const producers = new Map(model.graph.node.flatMap((each) => each.output.map((name) => [name, each] as const)));
  const feeds = new Map(feedsOf(model.graph).map((input) => [input.name ?? '', describeValue(input)]));
  const producerOf = (name: string) => producers.get(name);
  const readOnce = (name: string) => reads.get(name) === 1;

  const dataOf = (each: NodeProto) => each.input.find((name) => constantOf(name) === undefined) ?? '';
  const isFloat32 = (name: string, depth = 0): boolean => {
    const producer = producers.get(name);
    if (producer === undefined) return feeds.get(name)?.dtype === 'float32';
    const { opType = '' } = producer;
    if (ALWAYS_FLOAT32.has(opType)) return true;
    if (opType === 'Cast') return dtypeName(Number(attributeOf(producer, 'to')?.i ?? 0n)) === 'float32';
    const passes = PASSING.has(opType) || opType === 'Concat';
    return passes && depth < model.graph.node.length && isFloat32(dataOf(producer), depth + 1);
  };
  const widthOf = (name: string, depth = 0): number | undefined => {
    const producer = producers.get(name);
    if (producer === undefined || depth > model.graph.node.length) {
      const shape = feeds.get(name)?.shape;
      return shape?.length === 2 && typeof shape[1] === 'number' ? shape[1] : undefined;
    }
    const { opType = '' } = producer;
    if (isOperator(producer, ML_DOMAIN, 'OneHotEncoder')) return categoriesOf(producer);
    if (opType === 'Concat') {
      const widths = producer.input.map((part) => widthOf(part, depth + 1));
      return widths.includes(undefined) ? undefined : (widths as number[]).reduce((sum, width) => sum + width, 0);
    }
    return PASSING.has(opType) ? widthOf(dataOf(producer), depth + 1) : undefined;
  };
  const trace = (name: string): Traced => {
    let traced: Traced = { source: name, affine: UNCHANGED };
    for (;;) {
      const producer = producers.get(traced.source);
      const step = producer && stepOf(producer, constantOf);
      // A Scaler of integers or doubles converts as well, which coefficients cannot.
      if (step === undefined || !isFloat32(step.input)) return traced;
      if (!readOnce(traced.source)) return { ...traced, shared: producer! };
      traced = { source: step.input, affine: compose(traced.affine, step) };
    }
  };
  return { trace, producerOf, widthOf: (name) => widthOf(name), readOnce };
}

function categoriesOf(encoder: NodeProto): number {
  return (
    attributeOf(encoder, 'cats_strings')?.strings?.length ?? attributeOf(encoder, 'cats_int64s')?.ints?.length ?? 0
  );
}
