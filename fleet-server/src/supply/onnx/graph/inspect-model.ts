import { nodesOf } from './walk.ts';
import { decodeModel, operatorName, type DecodeLimits, type ModelProto } from '@plumbline/shared/onnx';
import type { ValueView } from './value-type.ts';
import { describeValue, feedsOf } from './value-type.ts';
import { placedGraphs } from '../check/places.ts';
import type { DuplicateWeights } from '../view/duplicate-weights.ts';
import { duplicateWeights } from '../view/duplicate-weights.ts';
import type { FamilyView } from '../view/family.ts';
import { guessFamily } from '../view/family.ts';
import type { Part } from '../view/weigh-parts.ts';
import { PARTS, payloadBytes, weighParts } from '../view/weigh-parts.ts';

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
  /** Where the bytes are, most first; shares of `sizeBytes`, from 0 to 1. */
  parts: { part: Part; bytes: number; share: number }[];
  /** Up to ten, largest first: initializers by name, and attributes (where trees keep their weight) as `node.attribute`. */
  largest: { name: string; bytes: number; share: number }[];
  /** Up to ten groups of equal tensors, those that waste most first. */
  duplicateWeights: DuplicateWeights[];
  family: FamilyView;
  /** What the exporter wrote about the model; devices never see it. */
  metadata: { key: string; value: string }[];
}

const LARGEST = 10;

/**
 * What a model file is, without running it.
 * @throws {OnnxError} as `decodeModel`
 */
export function inspectModel(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): ModelView {
  const model = decodeModel(bytes, limits);
  const sizeBytes = bytes.length;
  const partBytes = weighParts(model, sizeBytes);
  const parts = PARTS.map((part) => ({ part, bytes: partBytes[part], share: partBytes[part] / sizeBytes }));
  return {
    irVersion: Number(model.irVersion ?? 0n),
    opsets: opsetsOf(model),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' '),
    inputs: feedsOf(model.graph).map(describeValue),
    outputs: model.graph.output.map(describeValue),
    operators: countOperators(model),
    sizeBytes,
    initializersBytes: partBytes.initializers,
    parts: parts.toSorted((a, b) => b.bytes - a.bytes),
    largest: largestOf(model, sizeBytes),
    duplicateWeights: duplicateWeights(model).slice(0, LARGEST),
    family: guessFamily(model),
    metadata: model.metadataProps.map(({ key = '', value = '' }) => ({ key, value })),
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

/** Keeps ten at a time: a hostile file may have millions. */
function largestOf(model: ModelProto, sizeBytes: number): ModelView['largest'] {
  let largest: ModelView['largest'] = [];
  const offer = (bytes: number, nameOf: () => string) => {
    if (bytes === 0 || (largest.length === LARGEST && bytes <= largest[LARGEST - 1]!.bytes)) return;
    largest.push({ name: nameOf(), bytes, share: bytes / sizeBytes });
    largest = largest.toSorted((a, b) => b.bytes - a.bytes).slice(0, LARGEST);
  };
  for (const { item: graph } of placedGraphs(model)) {
    for (const tensor of graph.initializer) offer(payloadBytes('tensor', tensor), () => tensor.name ?? '');
  }
  for (const { node, path } of nodesOf(model)) {
    for (const attribute of node.attribute) {
      // The body of a control-flow operator is no weight: what it holds is offered by itself.
      const { g: _body, graphs: _bodies, ...rest } = attribute;
      offer(payloadBytes('attribute', rest), () => `${node.name ? node.name : path}.${attribute.name ?? ''}`);
    }
  }
  return largest;
}
