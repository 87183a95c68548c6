import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  attributeOf,
  dtypeName,
  isOperator,
  type DType,
  type ModelProto,
  type NodeProto,
} from '@plumbline/shared/onnx';
import { graphsOf, nodesOf } from '../graph/walk.ts';

/** Gives names that no value of the model has, the same ones for the same model and questions. */
export function freshNames(model: ModelProto): (wish: string) => string {
  const taken = new Set<string>();
  for (const graph of graphsOf(model)) {
    for (const value of [...graph.input, ...graph.output, ...graph.initializer]) taken.add(value.name ?? '');
  }
  for (const { node } of nodesOf(model)) for (const name of [...node.input, ...node.output]) taken.add(name);
  return (wish) => {
    let name = wish;
    for (let count = 2; taken.has(name); count += 1) name = `${wish}_${count}`;
    taken.add(name);
    return name;
  };
}

/** Version of an operator set that the model imports. */
export function opsetOf(model: ModelProto, domain: string): number | undefined {
  const found = model.opsetImport.find((opset) => (opset.domain ? opset.domain : DEFAULT_DOMAIN) === domain);
  return found === undefined ? undefined : Number(found.version ?? 0n);
}

/** The model with another version of an operator set; the one given is left as it is. */
export function withOpset(model: ModelProto, domain: string, version: number): ModelProto {
  const others = model.opsetImport.filter((opset) => (opset.domain ? opset.domain : DEFAULT_DOMAIN) !== domain);
  return {
    ...model,
    opsetImport: [...others, { domain: domain === DEFAULT_DOMAIN ? '' : domain, version: BigInt(version) }],
  };
}

/**
 * The model in a newer file format. Before version 4 initializers were listed as inputs as well; later that means that
 * a caller may replace them, which keeps a runtime from computing with them at load.
 */
export function withIrVersion(model: ModelProto, version: number): ModelProto {
  const current = Number(model.irVersion ?? 0n);
  if (current >= version) return model;
  const given = new Set(current < 4 ? model.graph.initializer.map((tensor) => tensor.name) : []);
  const input = model.graph.input.filter((value) => !given.has(value.name));
  return { ...model, irVersion: BigInt(version), graph: { ...model.graph, input } };
}

/** The model without initializers that nothing reads, bodies of control flow included. */
export function dropUnusedInitializers(model: ModelProto): ModelProto {
  const read = new Set<string>();
  for (const { node } of nodesOf(model)) for (const name of node.input) read.add(name);
  for (const graph of graphsOf(model)) for (const output of graph.output) read.add(output.name ?? '');
  for (const value of model.graph.input) read.add(value.name ?? '');
  const initializer = model.graph.initializer.filter((tensor) => read.has(tensor.name ?? ''));
  return { ...model, graph: { ...model.graph, initializer } };
}

/** Operators of the main domain whose result has the dtype of their first input. */
const KEEPING = new Set(
  [
    'Identity',
    'Reshape',
    'Flatten',
    'Concat',
    'Transpose',
    'Squeeze',
    'Unsqueeze',
    'Slice',
    'Gather',
    'Split',
    'Expand',
    'Pad',
  ].concat([
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Clip',
    'Relu',
    'Abs',
    'Neg',
    'Exp',
    'Log',
    'Sqrt',
    'Sigmoid',
    'MatMul',
    'Gemm',
  ]),
);

/** Operators of ai.onnx.ml whose only result is float32. */
const FLOAT = new Set([
  'Scaler',
  'Normalizer',
  'FeatureVectorizer',
  'OneHotEncoder',
  'LinearRegressor',
  'TreeEnsembleRegressor',
]);

/**
 * Dtype of a value in the main graph, as far as it can be told without inference: declared, or following from what
 * produces it. Undefined when it cannot.
 */
export function elementType(model: ModelProto, name: string): DType | undefined {
  const { graph } = model;
  const producers = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const declared = new Map(
    [...graph.input, ...graph.valueInfo, ...graph.output].map((value) => [
      value.name ?? '',
      value.type?.tensorType?.elemType,
    ]),
  );
  for (const tensor of graph.initializer) declared.set(tensor.name ?? '', tensor.dataType);
  let current: string | undefined = name;
  // Each step goes to an earlier node; a malformed graph could go in circles.
  for (let steps = 0; current !== undefined && steps <= graph.node.length; steps += 1) {
    const known = declared.get(current);
    if (known !== undefined && known !== 0) return asDType(known);
    const node = producers.get(current);
    if (node === undefined) return undefined;
    const given = resultOf(node);
    if (given !== undefined) return given;
    current = keeps(node) ? node.input[0] : undefined;
  }
  return undefined;
}

function asDType(dataType: number): DType | undefined {
  const name = dtypeName(dataType);
  return name.startsWith('unknown') ? undefined : (name as DType);
}

function resultOf(node: NodeProto): DType | undefined {
  if (isOperator(node, DEFAULT_DOMAIN, 'Cast')) return asDType(Number(attributeOf(node, 'to')?.i ?? 0n));
  return FLOAT.has(node.opType ?? '') && isOperator(node, ML_DOMAIN, node.opType ?? '') ? 'float32' : undefined;
}

function keeps(node: NodeProto): boolean {
  if (isOperator(node, ML_DOMAIN, 'Imputer') || isOperator(node, ML_DOMAIN, 'ArrayFeatureExtractor')) return true;
  return KEEPING.has(node.opType ?? '') && isOperator(node, DEFAULT_DOMAIN, node.opType ?? '');
}
