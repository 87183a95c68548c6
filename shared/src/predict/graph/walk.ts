import {
  attributeOf,
  createConstants,
  dtypeName,
  tensorValues,
  type Constant,
  type ModelProto,
  type NodeProto,
} from '../../onnx/index.ts';
import type { Dtype } from '../../manifest/manifest.ts';
import type { Column } from './columns.ts';
import type { Expression } from './expression.ts';

/** A value of the graph as far as it is understood; `dims` are its dimensions after the rows. */
export type Value = { dims: number[]; dtype: Dtype } & (
  | { kind: 'columns'; columns: Column[] }
  | { kind: 'scores'; scores: Expression[] }
);

/** Thrown inside a walk where the graph does what is not understood; the message is the end of a sentence. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
}

/** What the rules for one operator may ask. */
export interface Walk {
  valueOf(name: string): Value;
  /** A constant of floats; undefined for what depends on the input. */
  constantOf(name: string): Constant | undefined;
  /** A constant of integers, such as a shape. */
  integersOf(name: string): number[] | undefined;
  /** How many dimensions a constant has. */
  rankOf(name: string): number | undefined;
  /** Rows of a graph that insists on a number of them. */
  fixedRows: number | undefined;
}

/** Looks up integers among initializers and Constant nodes. */
export function createLookups(model: ModelProto): Pick<Walk, 'constantOf' | 'integersOf' | 'rankOf'> {
  const tensors = new Map(model.graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  for (const node of model.graph.node) {
    const tensor = node.opType === 'Constant' ? attributeOf(node, 'value')?.t : undefined;
    const [name] = node.output;
    if (tensor !== undefined && name !== undefined) tensors.set(name, tensor);
  }
  return {
    constantOf: createConstants(model),
    rankOf: (name) => tensors.get(name) && (tensors.get(name)?.dims?.length ?? 0),
    integersOf(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined || !['int64', 'int32'].includes(dtypeName(tensor.dataType))) return undefined;
      return Array.from(tensorValues(tensor) as BigInt64Array, Number);
    },
  };
}

/** One number for each column, from a list of one or of all; the constant is a row, not a column. */
export function rowOf(constant: Constant | undefined, width: number): number[] {
  if (constant === undefined) throw new NotUnderstood('computes with two values that depend on the input');
  const { dims, values } = constant;
  const isRow = dims.slice(0, -1).every((dim) => dim === 1) && dims.length <= 2;
  if (!isRow || (values.length !== 1 && values.length !== width)) throw new NotUnderstood('spreads a constant');
  return Array.from({ length: width }, (_, at) => values[values.length === 1 ? 0 : at]!);
}

/** Shapes that only rename the dimensions after the rows. @returns undefined for another operator */
export function reshape(node: NodeProto, walk: Walk): Value | undefined {
  const axesOf = () => Array.from(attributeOf(node, 'axes')?.ints ?? [], Number);
  const first = () => walk.valueOf(node.input[0] ?? '');
  switch (node.opType) {
    case 'Identity':
      return first();
    case 'Flatten':
      if ((attributeOf(node, 'axis')?.i ?? 1n) !== 1n) throw new NotUnderstood('flattens the rows');
      return { ...first(), dims: [size(first().dims)] };
    case 'Squeeze': {
      const axes = walk.integersOf(node.input[1] ?? '') ?? axesOf();
      const value = first();
      const dropped = axes.map((axis) => (axis < 0 ? axis + value.dims.length + 1 : axis) - 1);
      if (dropped.length === 0 || dropped.some((at) => value.dims[at] !== 1)) throw new NotUnderstood('squeezes');
      return { ...value, dims: value.dims.filter((_, at) => !dropped.includes(at)) };
    }
    case 'Unsqueeze': {
      const [axis, ...others] = walk.integersOf(node.input[1] ?? '') ?? axesOf();
      const value = first();
      const at = axis === undefined ? -1 : axis < 0 ? axis + value.dims.length + 2 : axis;
      if (others.length > 0 || at < 1 || at > value.dims.length + 1) throw new NotUnderstood('adds dimensions');
      return { ...value, dims: value.dims.toSpliced(at - 1, 0, 1) };
    }
    case 'Reshape': {
      const [rows, ...dims] =
        walk.integersOf(node.input[1] ?? '') ?? Array.from(attributeOf(node, 'shape')?.ints ?? [], Number);
      const value = first();
      const keepsRows = rows === -1 || rows === 0 || (rows !== undefined && rows === walk.fixedRows);
      const known = dims.filter((dim) => dim > 0);
      const rest = size(value.dims) / size(known);
      const named = dims.map((dim) => (dim === -1 && rows !== -1 ? rest : dim));
      if (!keepsRows || size(named) !== size(value.dims) || named.some((dim) => dim < 1)) {
        throw new NotUnderstood('reshapes the rows');
      }
      return { ...value, dims: named };
    }
    default:
      return undefined;
  }
}

function size(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
