import type { DecodeState } from './limits.ts';
import { charge, checkDepth, pathOf } from './limits.ts';
import type { NumberList } from './number-list.ts';
import { appendOne, appendPacked, createNumberList, finishNumberList, NUMBERS, packedMemory } from './number-list.ts';
import type { Field, MessageName, Schema } from './schema.ts';
import { SCHEMAS } from './schema.ts';
import type { Cursor } from './wire-reader.ts';
import { cursorOver, readBytes, readTag, readVarint, skipValue, take, WIRE } from './wire-reader.ts';
import { OnnxError } from '../onnx-error.ts';

/** Estimated cost in memory of an object and of a string or view. */
const OBJECT_BYTES = 128;
const VALUE_BYTES = 48;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A message being read. What may still grow is closed by `close`. */
interface Draft {
  readonly message: Record<string, unknown>;
  readonly numbers: Map<string, NumberList>;
  /** Pieces of a message that is not a list: protobuf merges repeated ones, and merging is joining their bytes. */
  readonly pieces: Map<Field, Uint8Array[]>;
  readonly unknown: Uint8Array[];
}

/**
 * Reads one message by its schema. A known field with a foreign wire type counts as unknown, as protobuf has it.
 * Linear in the bytes, whatever their order.
 */
export function decodeMessage(state: DecodeState, name: MessageName, bytes: Uint8Array): Record<string, unknown> {
  checkDepth(state);
  charge(state, OBJECT_BYTES);
  const schema = SCHEMAS[name];
  const draft: Draft = { message: {}, numbers: new Map(), pieces: new Map(), unknown: [] };
  for (const list of schema.alwaysLists) draft.message[list] = [];
  const cursor = cursorOver(bytes);
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const { number, wire } = readTag(cursor);
    const field = schema.byNumber.get(number);
    if (field === undefined || !fits(field, wire)) {
      skipValue(cursor, wire);
      charge(state, VALUE_BYTES);
      draft.unknown.push(bytes.subarray(start, cursor.at));
    } else {
      if (field.oneof) forgetSiblings(draft, schema, field);
      readField(state, draft, field, cursor, wire);
    }
  }
  return close(state, draft);
}

function wireOf(type: Field['type']): number {
  return type === 'string' || type === 'bytes' || type === 'message' ? WIRE.bytes : NUMBERS[type].wire;
}

function fits(field: Field, wire: number): boolean {
  return wire === wireOf(field.type) || (field.list === true && wire === WIRE.bytes);
}

function forgetSiblings(draft: Draft, schema: Schema, kept: Field): void {
  for (const field of schema.oneofs) {
    if (field === kept) continue;
    delete draft.message[field.name];
    draft.pieces.delete(field);
  }
}

function readField(state: DecodeState, draft: Draft, field: Field, cursor: Cursor, wire: number): void {
  const { message } = draft;
  const { name, type } = field;
  if (type === 'message') return readChild(state, draft, field, readBytes(cursor));
  if (type === 'string' || type === 'bytes') {
    const bytes = readBytes(cursor);
    charge(state, VALUE_BYTES + (type === 'string' ? bytes.length : 0));
    const value = type === 'string' ? readString(state, name, bytes) : bytes;
    if (field.list) listOf(message, name).push(value);
    else message[name] = value;
    return;
  }
  if (!field.list) {
    message[name] = readNumber(type, cursor);
    return;
  }
  let list = draft.numbers.get(name);
  if (list === undefined) draft.numbers.set(name, (list = createNumberList(type)));
  if (wire === NUMBERS[type].wire) {
    charge(state, NUMBERS[type].width);
    appendOne(list, cursor);
  } else {
    const packed = readBytes(cursor);
    charge(state, packedMemory(type, packed));
    appendPacked(list, packed);
  }
}

function readChild(state: DecodeState, draft: Draft, field: Field, bytes: Uint8Array): void {
  if (field.list) {
    const list = listOf(draft.message, field.name);
    list.push(decodeChild(state, field, `${field.name}[${list.length}]`, bytes));
    return;
  }
  charge(state, VALUE_BYTES);
  const pieces = draft.pieces.get(field);
  if (pieces === undefined) draft.pieces.set(field, [bytes]);
  else pieces.push(bytes);
}

function decodeChild(state: DecodeState, field: Field, step: string, bytes: Uint8Array): Record<string, unknown> {
  state.path.push(step);
  const message = decodeMessage(state, field.message!, bytes);
  if (field.message === 'tensor') refuseExternalData(state, message);
  state.path.pop();
  return message;
}

function close(state: DecodeState, draft: Draft): Record<string, unknown> {
  const { message } = draft;
  for (const [name, list] of draft.numbers) {
    // An empty packed piece says nothing, and would not be written back.
    if (list.count > 0) message[name] = finishNumberList(list);
  }
  for (const [field, pieces] of draft.pieces) {
    message[field.name] = decodeChild(state, field, field.name, join(state, pieces));
  }
  if (draft.unknown.length > 0) message['unknown'] = join(state, draft.unknown);
  return message;
}

function join(state: DecodeState, pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  charge(state, total);
  const joined = new Uint8Array(total);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function listOf(message: Record<string, unknown>, name: string): unknown[] {
  return (message[name] ??= []) as unknown[];
}

function readString(state: DecodeState, name: string, bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    const field = pathOf(state, name);
    throw new OnnxError('onnx_not_a_model', `${field} is not UTF-8`, { field, expected: 'UTF-8 text', cause });
  }
}

function readNumber(type: keyof typeof NUMBERS, cursor: Cursor): number | bigint {
  if (type === 'float' || type === 'double') {
    const bytes = take(cursor, NUMBERS[type].width);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return type === 'float' ? view.getFloat32(0, true) : view.getFloat64(0, true);
  }
  readVarint(cursor);
  if (type === 'int32') return cursor.low | 0;
  const bits = (BigInt(cursor.high) << 32n) | BigInt(cursor.low);
  return type === 'int64' ? BigInt.asIntN(64, bits) : bits;
}

/** TensorProto.DataLocation */
const EXTERNAL = 1;

function refuseExternalData(state: DecodeState, tensor: Record<string, unknown>): void {
  if (tensor['dataLocation'] !== EXTERNAL && tensor['externalData'] === undefined) return;
  const field = pathOf(state);
  throw new OnnxError('onnx_external_data', `${field} keeps its data in another file`, {
    field,
    expected: 'a model that carries all its weights, e.g. saved with save_as_external_data=False',
  });
}
