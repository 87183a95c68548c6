import { graphsOf, nodesOf } from './walk.ts';
import { operatorName } from './operator.ts';
import type { ValueView } from './value-type.ts';
import { describeValue, feedsOf } from './value-type.ts';
import { decodeModel } from '../codec/decode-model.ts';
import type { DecodeLimits } from '../codec/limits.ts';
import type { AttributeProto, ModelProto } from '../codec/messages.ts';
import { tensorBytes } from '../codec/tensor.ts';

export interface ModelView {
  irVersion: number;
  /** Version by domain; the default domain is called `ai.onnx`. */
  opsets: Record<string, number>;
  producer: string;
  inputs: ValueView[];
  outputs: ValueView[];
  /** Count by `domain::op`, bodies of control flow and local functions included. */
  operators: Record<string, number>;
  sizeBytes: number;
  initializersBytes: number;
  /** Up to ten, largest first: initializers by name, and attributes (where trees keep their weight) as `node.attribute`. */
  largest: { name: string; bytes: number }[];
}

const LARGEST = 10;

/**
 * What a model file is, without running it.
 * @throws {OnnxError} as `decodeModel`
 */
export function inspectModel(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): ModelView {
  const model = decodeModel(bytes, limits);
  const initializers = [...graphsOf(model)].flatMap((graph) => graph.initializer);
  const weights = initializers.map((tensor) => ({ name: tensor.name ?? '', bytes: tensorBytes(tensor) }));
  return {
    irVersion: Number(model.irVersion ?? 0n),
    opsets: opsetsOf(model),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    inputs: feedsOf(model.graph).map(describeValue),
    outputs: model.graph.output.map(describeValue),
    operators: countOperators(model),
    sizeBytes: bytes.length,
    initializersBytes: weights.reduce((sum, weight) => sum + weight.bytes, 0),
    largest: [...weights, ...heavyAttributes(model)].toSorted((a, b) => b.bytes - a.bytes).slice(0, LARGEST),
  };
}

function opsetsOf(model: ModelProto): Record<string, number> {
  return Object.fromEntries(
    model.opsetImport.map((opset) => [opset.domain ? opset.domain : 'ai.onnx', Number(opset.version ?? 0n)]),
  );
}

function countOperators(model: ModelProto): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { node } of nodesOf(model)) {
    const name = operatorName(node);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function heavyAttributes(model: ModelProto): { name: string; bytes: number }[] {
  return [...nodesOf(model)].flatMap(({ node, path }) =>
    node.attribute.map((attribute) => ({
      name: `${node.name ? node.name : path}.${attribute.name ?? ''}`,
      bytes: attributeBytes(attribute),
    })),
  );
}

/** Bytes of payload in the file; ints are counted as they are packed. */
function attributeBytes(attribute: AttributeProto): number {
  let bytes = (attribute.floats?.byteLength ?? 0) + (attribute.t === undefined ? 0 : tensorBytes(attribute.t));
  for (const value of attribute.ints ?? []) bytes += varintBytes(value);
  for (const value of attribute.strings ?? []) bytes += value.length;
  return bytes;
}

function varintBytes(value: bigint): number {
  if (value < 0n) return 10;
  return Math.max(1, Math.ceil(value.toString(2).length / 7));
}
