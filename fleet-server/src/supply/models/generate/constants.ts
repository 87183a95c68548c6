import { attributeOf, tensorValues, type GraphProto, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';

/** A value that stands in the graph itself. */
export interface Constant {
  dims: number[];
  /** Decoded on demand: weights are large and mostly only their dims are asked for. */
  numbers: () => number[];
}

/** Initializers and Constant nodes of the main graph, by name. */
export function constantsOf(graph: GraphProto): Map<string, Constant> {
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializer) constants.set(tensor.name ?? '', asConstant(tensor));
  for (const node of graph.node) {
    const constant = node.opType === 'Constant' ? ofNode(node) : undefined;
    if (constant !== undefined) constants.set(node.output[0] ?? '', constant);
  }
  return constants;
}

export function asConstant(tensor: TensorProto): Constant {
  return { dims: Array.from(tensor.dims ?? [], Number), numbers: () => Array.from(tensorValues(tensor), Number) };
}

function ofNode(node: NodeProto): Constant | undefined {
  const whole = attributeOf(node, 'value')?.t;
  if (whole !== undefined) return asConstant(whole);
  const floats = attributeOf(node, 'value_floats')?.floats;
  const ints = attributeOf(node, 'value_ints')?.ints;
  const list = floats ?? ints;
  if (list !== undefined) return { dims: [list.length], numbers: () => Array.from(list, Number) };
  const one = attributeOf(node, 'value_float')?.f ?? attributeOf(node, 'value_int')?.i;
  return one === undefined ? undefined : { dims: [], numbers: () => [Number(one)] };
}

/** A numeric list attribute, empty when absent. */
export function numbersAt(node: NodeProto, name: string): number[] {
  const attribute = attributeOf(node, name);
  if (attribute?.t !== undefined) return asConstant(attribute.t).numbers();
  return Array.from<number | bigint, number>(attribute?.floats ?? attribute?.ints ?? [], Number);
}

export function intAt(node: NodeProto, name: string, otherwise: number): number {
  return Number(attributeOf(node, name)?.i ?? otherwise);
}

export function textsAt(node: NodeProto, name: string): string[] {
  return (attributeOf(node, name)?.strings ?? []).map((bytes) => new TextDecoder().decode(bytes));
}
