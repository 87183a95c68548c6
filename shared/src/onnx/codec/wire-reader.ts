import { OnnxError } from '../onnx-error.ts';

/** Protobuf wire types we accept; groups (3, 4) are deprecated and no ONNX writer emits them. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * A position in a byte range. A varint is left in `low` and `high` (two unsigned 32-bit halves),
 * because one bigint an element would cost more than the rest of decoding together.
 */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  low: number;
  high: number;
}

export function cursorOver(bytes: Uint8Array): Cursor {
  return { bytes, at: 0, low: 0, high: 0 };
}

function malformed(what: string, at: number): OnnxError {
  return new OnnxError('onnx_not_a_model', `${what} at byte ${at}: this is not an ONNX protobuf`, {
    expected: 'a complete ModelProto message',
  });
}

/** Reads up to 64 bits into `cursor.low` and `cursor.high`; ten bytes at most, as the wire format has it. */
export function readVarint(cursor: Cursor): void {
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw malformed('truncated varint', cursor.at);
    cursor.at += 1;
    const bits = byte & 0x7f;
    if (shift <= 28) low |= bits << shift;
    if (shift === 28) high |= bits >>> 4;
    if (shift > 28) high |= bits << (shift - 32);
    if (byte < 0x80) {
      cursor.low = low >>> 0;
      cursor.high = high >>> 0;
      return;
    }
  }
  throw malformed('varint of more than ten bytes', cursor.at);
}

/** Reads a tag; `low` of the varint splits into field number and wire type. */
export function readTag(cursor: Cursor): { number: number; wire: number } {
  const start = cursor.at;
  readVarint(cursor);
  const number = cursor.low >>> 3;
  if (cursor.high !== 0 || number === 0) throw malformed('impossible field number', start);
  return { number, wire: cursor.low & 7 };
}

/** A view of the next length-delimited value; never a copy. */
export function readBytes(cursor: Cursor): Uint8Array {
  readVarint(cursor);
  if (cursor.high !== 0) throw malformed('impossible length', cursor.at);
  return take(cursor, cursor.low);
}

/** A view of the next `length` bytes. */
export function take(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw malformed('value longer than its message', cursor.at);
  const view = cursor.bytes.subarray(cursor.at, cursor.at + length);
  cursor.at += length;
  return view;
}

/** Moves past one value of the given wire type. */
export function skipValue(cursor: Cursor, wire: number): void {
  if (wire === WIRE.varint) readVarint(cursor);
  else if (wire === WIRE.fixed64) take(cursor, 8);
  else if (wire === WIRE.bytes) readBytes(cursor);
  else if (wire === WIRE.fixed32) take(cursor, 4);
  else throw malformed(`wire type ${wire}`, cursor.at);
}
