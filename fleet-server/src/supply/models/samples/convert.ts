import type { LabData } from '../../../platform/ports/index.ts';
import { SampleError } from './errors.ts';

type Numbers = Exclude<LabData, string[]>;

const ARRAYS: Record<string, new (length: number) => Numbers> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** Zeroed data of a dtype. @throws SampleError samples_dtype for a dtype that no runtime exchanges */
export function allocate(dtype: string, length: number, where: string): LabData {
  if (dtype === 'string') return Array<string>(length).fill('');
  const construct = ARRAYS[dtype];
  if (construct !== undefined) return new construct(length);
  throw new SampleError('samples_dtype', `${where} is ${dtype}, which a device cannot exchange`, {
    field: where,
    expected: ['string', ...Object.keys(ARRAYS)].join(', '),
  });
}

export function isFloat(dtype: string): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}

/** True when values of one dtype may become those of the other, value by value. */
export function isConvertible(from: string, to: string): boolean {
  return from === to || (from !== 'string' && to !== 'string' && from in ARRAYS && to in ARRAYS);
}

/**
 * Values as another dtype: floats are rounded to the nearest, integers and bools must stay what they are. numpy writes
 * float64 and int64 unless told otherwise, and models want float32.
 * @throws SampleError samples_value naming the element
 */
export function convert(data: LabData, from: string, to: string, where: string): LabData {
  if (from === to || typeof data[0] === 'string') return data;
  const values = data as Numbers;
  const result = allocate(to, values.length, where);
  for (let at = 0; at < values.length; at++) {
    const value = from === 'float16' ? fromHalf(Number(values[at])) : values[at]!;
    if (!place(result, at, to, value)) {
      throw new SampleError('samples_value', `${where}: element ${at} is ${value}, which ${to} cannot hold`, {
        field: where,
        expected: `values of ${to}`,
      });
    }
  }
  return result;
}

/** Writes one value; false, and nothing written, when the dtype cannot hold it. */
export function place(data: LabData, at: number, dtype: string, value: number | bigint): boolean {
  const values = data as Float64Array;
  if (dtype === 'float16') values[at] = toHalf(Number(value));
  else if (isFloat(dtype)) values[at] = Number(value);
  else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return false;
    data[at] = BigInt(value);
    return data[at] === BigInt(value);
  } else {
    values[at] = Number(value);
    return values[at] === Number(value) && (dtype !== 'bool' || values[at] <= 1);
  }
  return true;
}

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** The 16 bits of the nearest float16 (IEEE 754 binary16), ties to even. */
export function toHalf(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x4780_0000) return sign | 0x7c00;
  // Below 2^-14 a step is 2^-24; above, the mantissa loses 13 bits.
  if (magnitude < 0x3880_0000) return sign | roundToEven(Math.abs(FLOAT[0]) * 2 ** 24);
  return sign | (((magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13) & 0x7fff);
}

export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
