import { SampleError } from '../samples/errors.ts';
import type { FoundArray } from '../samples/sample-set.ts';
import type { LabData } from '../../../platform/ports/index.ts';

const MAGIC = '\x93NUMPY';
const MAX_HEADER_BYTES = 65_536;

type Numbers = Exclude<LabData, string[]>;
type Construct = { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBuffer): Numbers };

/** numpy's kind and width → our dtype; float16 stays as its 16 bits, bool as bytes. */
const NUMBERS: Record<string, { dtype: string; construct: Construct }> = {
  f2: { dtype: 'float16', construct: Uint16Array },
  f4: { dtype: 'float32', construct: Float32Array },
  f8: { dtype: 'float64', construct: Float64Array },
  i1: { dtype: 'int8', construct: Int8Array },
  i2: { dtype: 'int16', construct: Int16Array },
  i4: { dtype: 'int32', construct: Int32Array },
  i8: { dtype: 'int64', construct: BigInt64Array },
  u1: { dtype: 'uint8', construct: Uint8Array },
  u2: { dtype: 'uint16', construct: Uint16Array },
  u4: { dtype: 'uint32', construct: Uint32Array },
  u8: { dtype: 'uint64', construct: BigUint64Array },
  b1: { dtype: 'bool', construct: Uint8Array },
};

const READABLE = `${Object.keys(NUMBERS).join(', ')}, S or U`;

/** Names of what numpy can write and nobody here should read; an object array is a pickle, which runs code. */
const REFUSED: Record<string, string> = {
  O: 'an object array (a pickle)',
  c: 'complex numbers',
  M: 'dates',
  m: 'time spans',
  V: 'records or raw bytes',
};

export function isNpy(bytes: Uint8Array): boolean {
  return [...MAGIC].every((letter, at) => bytes[at] === letter.charCodeAt(0));
}

/**
 * One array in numpy's own format, versions 1.0 to 3.0 (NEP 1), as C order and little-endian.
 * @param where `file` or `file: member`, for errors
 * @throws SampleError samples_malformed, samples_dtype, samples_shape
 */
export function readNpy(bytes: Uint8Array, where: string): Pick<FoundArray, 'dtype' | 'dims' | 'data'> {
  const { descr, fortran, dims, offset } = readHeader(bytes, where);
  const { order, kind, width } = readDescr(descr, where);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const body = bytes.subarray(offset);
  if (!Number.isSafeInteger(count * width) || body.length !== count * width) {
    throw malformed(where, `holds ${body.length} bytes of data`, `${count * width} bytes for (${dims.join(', ')})`);
  }
  const plain = fortran && dims.length > 1 ? toRowMajor(body, dims, width) : new Uint8Array(body);
  if (kind === 'S') return { dtype: 'string', dims, data: readBytesTexts(plain, count, width, where) };
  if (kind === 'U') return { dtype: 'string', dims, data: readTexts(plain, count, width, order === '>', where) };
  const { dtype, construct } = NUMBERS[`${kind}${width}`]!;
  if (order === '>') swapBytes(plain, width);
  return { dtype, dims, data: new construct(plain.buffer) };
}

function readHeader(bytes: Uint8Array, where: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const major = bytes[6] ?? 0;
  const start = major === 1 ? 10 : 12;
  if (!isNpy(bytes) || bytes.length < start) throw malformed(where, 'is cut short or no numpy array', 'an .npy file');
  if (major < 1 || major > 3) throw malformed(where, `is of version ${major}.${bytes[7]}`, 'version 1.0, 2.0 or 3.0');
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES || start + length > bytes.length) {
    throw malformed(where, `has a header of ${length} bytes`, 'a header within the file');
  }
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, start + length));
  if (/'descr':\s*[[(]/.test(text)) throw refused(where, 'records with named fields');
  const descr = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape':\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || shape === undefined) {
    throw malformed(where, 'has no readable header', "a header with 'descr', 'fortran_order' and 'shape'");
  }
  const dims = (shape.match(/\d+/g) ?? []).map(Number);
  return { descr, fortran: fortran === 'True', dims, offset: start + length };
}

function readDescr(descr: string, where: string): { order: string; kind: string; width: number } {
  const parsed = /^([<>|=]?)([A-Za-z])(\d*)(\[.*\])?$/.exec(descr);
  const [order = '', kind = '', size = ''] = parsed?.slice(1) ?? [];
  if (kind in REFUSED) throw refused(where, `${REFUSED[kind]} ('${descr}')`);
  if (kind === 'S' && size !== '') return { order, kind, width: Number(size) };
  if (kind === 'U' && size !== '') return { order, kind, width: 4 * Number(size) };
  if (!Object.hasOwn(NUMBERS, `${kind}${size}`)) throw refused(where, `values of '${descr}'`);
  return { order, kind, width: Number(size) };
}

/** Column-major bytes → row-major bytes. */
function toRowMajor(from: Uint8Array, dims: number[], width: number): Uint8Array<ArrayBuffer> {
  const to = new Uint8Array(from.length);
  const strides = dims.map((_, axis) => dims.slice(0, axis).reduce((product, dim) => product * dim, width));
  const index = dims.map(() => 0);
  let source = 0;
  for (let at = 0; at < to.length; at += width) {
    for (let byte = 0; byte < width; byte++) to[at + byte] = from[source + byte]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      source -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return to;
}

function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
}

/** Fixed-width bytes, padded with NUL; read as UTF-8, which ASCII is. */
function readBytesTexts(bytes: Uint8Array, count: number, width: number, where: string): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return Array.from({ length: count }, (_, at) => {
    const padded = bytes.subarray(at * width, (at + 1) * width);
    try {
      return decoder.decode(padded.subarray(0, padded.findLastIndex((byte) => byte !== 0) + 1));
    } catch (cause) {
      throw malformed(where, `element ${at} is not UTF-8`, 'UTF-8 text', cause);
    }
  });
}

/** Fixed-width UCS-4, padded with NUL. */
function readTexts(bytes: Uint8Array, count: number, width: number, big: boolean, where: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, element) => {
    const points: number[] = [];
    for (let at = element * width; at < (element + 1) * width; at += 4) points.push(view.getUint32(at, !big));
    const text = points.slice(0, points.findLastIndex((point) => point !== 0) + 1);
    if (text.some((point) => point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))) {
      throw malformed(where, `element ${element} is not Unicode`, 'Unicode text');
    }
    return text.map((point) => String.fromCodePoint(point)).join('');
  });
}

function refused(where: string, what: string): SampleError {
  return new SampleError('samples_dtype', `${where} holds ${what}, which is not read`, {
    kind: 'refused',
    field: where,
    expected: READABLE,
  });
}

function malformed(where: string, what: string, expected: string, cause?: unknown): SampleError {
  return new SampleError('samples_malformed', `${where} ${what}`, { field: where, expected, cause });
}
