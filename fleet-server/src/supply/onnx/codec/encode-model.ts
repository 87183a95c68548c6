import type { BackWriter } from './back-writer.ts';
import { createBackWriter, finish, prependBytes, prependTag, prependVarint, writtenLength } from './back-writer.ts';
import {
  NUMBERS,
  SCHEMAS,
  WIRE,
  type Field,
  type MessageName,
  type ModelProto,
  type NumberArray,
  type NumberType,
} from '@plumbline/shared/onnx';

export interface EncodeOptions {
  /** False writes one tag an element, as the proto2 file of ONNX's Python converters does; for comparison only. */
  packed?: boolean;
}

/** Writes a model: fields in ascending number, unknown ones last, so equal models give equal bytes. */
export function encodeModel(model: ModelProto, options: EncodeOptions = {}): Uint8Array {
  const writer = createBackWriter(1 << 16);
  writeMessage(writer, 'model', model as unknown as Record<string, unknown>, options.packed ?? true);
  return finish(writer);
}

function writeMessage(writer: BackWriter, name: MessageName, message: Record<string, unknown>, packed: boolean): void {
  if (message['unknown'] !== undefined) prependBytes(writer, message['unknown'] as Uint8Array);
  for (const [number, field] of SCHEMAS[name].descending) {
    const value = message[field.name];
    if (value === undefined) continue;
    if (!field.list) writeOne(writer, number, field, value, packed);
    else if (field.type === 'string' || field.type === 'bytes' || field.type === 'message') {
      for (const item of (value as unknown[]).toReversed()) writeOne(writer, number, field, item, packed);
    } else writeNumbers(writer, number, field.type, value as NumberArray, packed);
  }
}

function writeOne(writer: BackWriter, number: number, field: Field, value: unknown, packed: boolean): void {
  const { type } = field;
  if (type === 'message') {
    const before = writtenLength(writer);
    writeMessage(writer, field.message!, value as Record<string, unknown>, packed);
    prependHeader(writer, number, writtenLength(writer) - before);
  } else if (type === 'string' || type === 'bytes') {
    const bytes = type === 'string' ? new TextEncoder().encode(value as string) : (value as Uint8Array);
    prependBytes(writer, bytes);
    prependHeader(writer, number, bytes.length);
  } else {
    writeNumber(writer, type, value as number | bigint);
    prependTag(writer, number, NUMBERS[type].wire);
  }
}

function prependHeader(writer: BackWriter, number: number, length: number): void {
  prependVarint(writer, length);
  prependTag(writer, number, WIRE.bytes);
}

function writeNumber(writer: BackWriter, type: NumberType, value: number | bigint): void {
  if (type === 'float') prependBytes(writer, bytesOf(Float32Array.of(value as number)));
  else if (type === 'double') prependBytes(writer, bytesOf(Float64Array.of(value as number)));
  // A negative int32 is sign-extended to 64 bits on the wire.
  else if (type === 'int32') prependVarint(writer, value as number, (value as number) < 0 ? 0xffffffff : 0);
  else
    prependVarint(
      writer,
      Number(BigInt.asUintN(32, value as bigint)),
      Number(BigInt.asUintN(32, (value as bigint) >> 32n)),
    );
}

function writeNumbers(
  writer: BackWriter,
  number: number,
  type: NumberType,
  values: NumberArray,
  packed: boolean,
): void {
  if (!packed) {
    for (let index = values.length - 1; index >= 0; index -= 1) {
      writeNumber(writer, type, values[index]!);
      prependTag(writer, number, NUMBERS[type].wire);
    }
    return;
  }
  if (values.length === 0) return;
  const before = writtenLength(writer);
  if (NUMBERS[type].wire === WIRE.varint) writeVarints(writer, type, values);
  else prependBytes(writer, bytesOf(values));
  prependHeader(writer, number, writtenLength(writer) - before);
}

function writeVarints(writer: BackWriter, type: NumberType, values: NumberArray): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  for (let index = values.length - 1; index >= 0; index -= 1) {
    if (type === 'int32') writeNumber(writer, type, values[index]!);
    else prependVarint(writer, words[2 * index]!, words[2 * index + 1]!);
  }
}

function bytesOf(values: NumberArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
