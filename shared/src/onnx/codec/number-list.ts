import type { Cursor } from './wire-reader.ts';
import { cursorOver, readVarint, take, WIRE } from './wire-reader.ts';
import { OnnxError } from '../onnx-error.ts';

export type NumberType = 'int32' | 'int64' | 'uint64' | 'float' | 'double';

export type NumberArray = Int32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array;

/** Wire type and in-memory width of each number; the host is little-endian, as every platform Node supports in practice. */
export const NUMBERS = {
  int32: { wire: WIRE.varint, width: 4, wrap: (buffer: ArrayBuffer) => new Int32Array(buffer) },
  int64: { wire: WIRE.varint, width: 8, wrap: (buffer: ArrayBuffer) => new BigInt64Array(buffer) },
  uint64: { wire: WIRE.varint, width: 8, wrap: (buffer: ArrayBuffer) => new BigUint64Array(buffer) },
  float: { wire: WIRE.fixed32, width: 4, wrap: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  double: { wire: WIRE.fixed64, width: 8, wrap: (buffer: ArrayBuffer) => new Float64Array(buffer) },
} as const;

/**
 * A repeated number field while it is being read: packed and unpacked pieces may alternate,
 * so it grows by doubling and stays linear for a writer that emits one tag an element.
 */
export interface NumberList {
  readonly type: NumberType;
  bytes: Uint8Array<ArrayBuffer>;
  words: Int32Array;
  count: number;
}

export function createNumberList(type: NumberType): NumberList {
  return { type, bytes: new Uint8Array(0), words: new Int32Array(0), count: 0 };
}

/** Appends one element read from the cursor. */
export function appendOne(list: NumberList, cursor: Cursor): void {
  const { wire, width } = NUMBERS[list.type];
  reserve(list, 1, true);
  if (wire === WIRE.varint) appendVarint(list, cursor);
  else {
    list.bytes.set(take(cursor, width), list.count * width);
    list.count += 1;
  }
}

/** Appends a packed piece. */
export function appendPacked(list: NumberList, packed: Uint8Array): void {
  const { wire, width } = NUMBERS[list.type];
  if (wire === WIRE.varint) {
    reserve(list, countVarints(packed));
    const cursor = cursorOver(packed);
    while (cursor.at < packed.length) appendVarint(list, cursor);
    return;
  }
  if (packed.length % width !== 0) {
    throw new OnnxError(
      'onnx_not_a_model',
      `a packed list of ${packed.length} bytes holds no whole number of elements`,
      {
        expected: `a multiple of ${width} bytes`,
      },
    );
  }
  reserve(list, packed.length / width);
  list.bytes.set(packed, list.count * width);
  list.count += packed.length / width;
}

/** Bytes the elements of a packed piece will take in memory. */
export function packedMemory(type: NumberType, packed: Uint8Array): number {
  const { wire, width } = NUMBERS[type];
  return wire === WIRE.varint ? countVarints(packed) * width : packed.length;
}

/** The list as a typed array of exactly its elements. */
export function finishNumberList(list: NumberList): NumberArray {
  const { width, wrap } = NUMBERS[list.type];
  const used = list.count * width;
  return wrap(list.bytes.length === used ? list.bytes.buffer : list.bytes.buffer.slice(0, used));
}

function appendVarint(list: NumberList, cursor: Cursor): void {
  readVarint(cursor);
  if (NUMBERS[list.type].width === 4) list.words[list.count] = cursor.low;
  else {
    list.words[2 * list.count] = cursor.low;
    list.words[2 * list.count + 1] = cursor.high;
  }
  list.count += 1;
}

function reserve(list: NumberList, extra: number, byDoubling = list.count > 0): void {
  const { width } = NUMBERS[list.type];
  const needed = (list.count + extra) * width;
  if (needed <= list.bytes.length) return;
  const capacity = byDoubling ? Math.max(needed, 2 * list.bytes.length, 64) : needed;
  const grown = new Uint8Array(capacity);
  grown.set(list.bytes.subarray(0, list.count * width));
  list.bytes = grown;
  list.words = new Int32Array(grown.buffer);
}

function countVarints(packed: Uint8Array): number {
  let count = 0;
  for (const byte of packed) if (byte < 0x80) count += 1;
  return count;
}
