import { dtypeName, tensorValues } from '../codec/tensor.ts';
import type { ModelProto, NodeProto, TensorProto } from '../codec/messages.ts';
import { attributeOf, DEFAULT_DOMAIN, domainOf } from './operator.ts';

const FLOATS = { float32: 4, float64: 8, float16: 2 } as const;
export type FloatType = keyof typeof FLOATS;

/** A tensor of floats known before any input arrives, row-major. */
export interface Constant {
  dtype: FloatType;
  dims: number[];
  values: Float32Array | Float64Array;
  /** What it takes in the file, which may hold it in another type or order. */
  storedBytes: number;
}

/**
 * Looks up constants of the main graph by name: initializers, Constant nodes, and what Identity, Reshape, Cast
 * between floats and Transpose of a matrix make of them.
 * @throws {OnnxError} onnx_tensor_invalid when dims and data of a tensor that is asked for disagree
 */
export function createConstants(model: ModelProto): (name: string) => Constant | undefined {
  const tensors = new Map(model.graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const producers = new Map(model.graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const known = new Map<string, Constant | undefined>();
  const shapeOf = (name: string): number[] | undefined => {
    const tensor = tensors.get(name) ?? attributeOf(producers.get(name) ?? NONE, 'value')?.t;
    if (tensor === undefined || dtypeName(tensor.dataType) !== 'int64') return undefined;
    return Array.from(tensorValues(tensor) as BigInt64Array, Number);
  };
  const look = (name: string): Constant | undefined => {
    if (known.has(name)) return known.get(name);
    // Also ends the search in a graph with a cycle, which no runtime would load.
    known.set(name, undefined);
    const tensor = tensors.get(name);
    const producer = producers.get(name);
    const found = tensor === undefined ? producer && computed(producer, look, shapeOf) : read(tensor);
    known.set(name, found);
    return found;
  };
  return look;
}

export function isFloatType(dtype: string): dtype is FloatType {
  return dtype in FLOATS;
}

const NONE: NodeProto = { input: [], output: [], attribute: [] };

function computed(
  node: NodeProto,
  look: (name: string) => Constant | undefined,
  shapeOf: (name: string) => number[] | undefined,
): Constant | undefined {
  if (domainOf(node) !== DEFAULT_DOMAIN) return undefined;
  if (node.opType === 'Constant') {
    const tensor = attributeOf(node, 'value')?.t;
    return tensor && read(tensor);
  }
  if (!['Identity', 'Cast', 'Reshape', 'Transpose'].includes(node.opType ?? '')) return undefined;
  const source = look(node.input[0] ?? '');
  if (source === undefined || node.opType === 'Identity') return source;
  if (node.opType === 'Reshape') return reshaped(source, shapeOf(node.input[1] ?? ''));
  return node.opType === 'Cast' ? cast(source, node) : transposed(source, node);
}

function reshaped(source: Constant, shape: number[] | undefined): Constant | undefined {
  const known = shape?.map((dim, axis) => (dim === 0 ? (source.dims[axis] ?? 0) : dim)) ?? [];
  const rest = source.values.length / known.reduce((product, dim) => (dim === -1 ? product : product * dim), 1);
  const dims = known.map((dim) => (dim === -1 ? rest : dim));
  const fits = shape !== undefined && dims.reduce((product, dim) => product * dim, 1) === source.values.length;
  return fits && dims.every((dim) => Number.isInteger(dim) && dim > 0) ? { ...source, dims } : undefined;
}

function read(tensor: TensorProto): Constant | undefined {
  const dtype = dtypeName(tensor.dataType);
  if (!isFloatType(dtype)) return undefined;
  const stored = tensorValues(tensor);
  const values = dtype === 'float16' ? fromFloat16(stored as Uint16Array) : (stored as Float32Array | Float64Array);
  return { dtype, dims: Array.from(tensor.dims ?? [], Number), values, storedBytes: values.length * FLOATS[dtype] };
}

function cast(source: Constant, node: NodeProto): Constant | undefined {
  const dtype = dtypeName(Number(attributeOf(node, 'to')?.i ?? 0n));
  if (dtype === 'float64') return { ...source, dtype, values: Float64Array.from(source.values) };
  if (dtype !== 'float32') return undefined;
  return { ...source, dtype, values: Float32Array.from(source.values) };
}

function transposed(source: Constant, node: NodeProto): Constant | undefined {
  const [rows, columns] = source.dims;
  if (rows === undefined || columns === undefined || source.dims.length !== 2) return undefined;
  const perm = attributeOf(node, 'perm')?.ints;
  if (perm !== undefined && perm[0] === 0n) return source;
  const values = source.values.slice();
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      values[column * rows + row] = source.values[row * columns + column]!;
    }
  }
  return { ...source, dims: [columns, rows], values };
}

/** The numbers that float16 bits stand for; exact. */
export function fromFloat16(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}
