import { SCHEMAS, type Field, type MessageName, type ModelProto } from '@plumbline/shared/onnx';

/** Where the bytes of a file can be; `structure` is what is left: tags, lengths, dims, types and small numbers. */
export const PARTS = ['initializers', 'attributes', 'names', 'docs', 'metadata', 'unknown', 'structure'] as const;
export type Part = (typeof PARTS)[number];

export type PartBytes = Record<Part, number>;

/**
 * How many bytes of the file each part takes. Framing counts as structure, so lists that were written one tag an element
 * show there. Linear, nothing is copied.
 * @param sizeBytes length of the file
 */
export function weighParts(model: ModelProto, sizeBytes: number): PartBytes {
  const bytes: PartBytes = { initializers: 0, attributes: 0, names: 0, docs: 0, metadata: 0, unknown: 0, structure: 0 };
  add(bytes, 'model', model, 'structure');
  const named = PARTS.reduce((sum, part) => sum + bytes[part], 0) - bytes.structure;
  return { ...bytes, structure: Math.max(0, sizeBytes - named) };
}

/** Payload of one message (a tensor, an attribute) in the file: values and strings inside it, framing left out. */
export function payloadBytes(name: MessageName, message: object): number {
  const bytes = { initializers: 0, attributes: 0, names: 0, docs: 0, metadata: 0, unknown: 0, structure: 0 };
  add(bytes, name, message, 'initializers');
  return bytes.initializers;
}

/** @param part what numbers and bytes count as, down from here */
function add(bytes: PartBytes, name: MessageName, message: object, part: Part): void {
  const values = message as Record<string, unknown>;
  bytes.unknown += (values['unknown'] as Uint8Array | undefined)?.length ?? 0;
  for (const [, field] of SCHEMAS[name].descending) {
    const value = values[field.name];
    if (value === undefined) continue;
    const items = field.list && !ArrayBuffer.isView(value) ? (value as unknown[]) : [value];
    for (const item of items) {
      if (field.type === 'message') add(bytes, field.message!, item as object, partOf(name, field, part));
      else if (field.type === 'string') bytes[textPart(name, field)] += utf8Bytes(item as string);
      else if (field.name !== 'dims') bytes[part] += numberBytes(item);
    }
  }
}

function partOf(name: MessageName, { message }: Field, part: Part): Part {
  if (name === 'graph') return message === 'tensor' || message === 'sparseTensor' ? 'initializers' : 'structure';
  return message === 'attribute' ? 'attributes' : message === 'graph' ? 'structure' : part;
}

function textPart(name: MessageName, field: Field): Part {
  if (field.name === 'docString') return 'docs';
  return name === 'entry' ? 'metadata' : 'names';
}

/** One of the decoder's values as it lies in the file; of lone small numbers only lists can weigh anything. */
function numberBytes(value: unknown): number {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return varintBytes(value);
  if (value instanceof Int32Array) return value.reduce((sum, one) => sum + (one < 0 ? 10 : varintLength(one)), 0);
  return ArrayBuffer.isView(value) ? value.byteLength : 0;
}

/** By halves: a bigint an element would cost more than decoding did. */
function varintBytes(values: BigInt64Array | BigUint64Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  let bytes = 0;
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1]!;
    bytes += high === 0 ? varintLength(words[at]!) : Math.ceil((64 - Math.clz32(high)) / 7);
  }
  return bytes;
}

function varintLength(value: number): number {
  return Math.max(1, Math.ceil((32 - Math.clz32(value)) / 7));
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text);
}
