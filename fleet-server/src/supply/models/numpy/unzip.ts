import { crc32, inflateRawSync } from 'node:zlib';
import { SampleError } from '../samples/errors.ts';
import { MAX_SAMPLE_BYTES } from '../samples/load-sample-files.ts';

export interface ZipMember {
  name: string;
  bytes: Uint8Array;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_MEMBERS = 4096;
const UNSET = 0xffff_ffff;

interface Entry {
  name: string;
  method: number;
  flags: number;
  crc: number;
  packedBytes: number;
  sizeBytes: number;
  offset: number;
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * The members of a ZIP archive by its central directory (APPNOTE 6.3, stored and deflated, zip64). A member is
 * unpacked to the length it states and not a byte further, and its checksum must agree: fflate does neither.
 * @throws SampleError samples_malformed, samples_too_large
 */
export function unzip(archive: Uint8Array, file: string): ZipMember[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  try {
    const entries = readDirectory(archive, view, file);
    const total = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
    if (total > MAX_SAMPLE_BYTES)
      throw tooLarge(file, `unfolds to ${total} bytes`, `at most ${MAX_SAMPLE_BYTES} bytes`);
    return entries.map((entry) => ({ name: entry.name, bytes: unpack(archive, view, entry, file) }));
  } catch (cause) {
    if (cause instanceof SampleError) throw cause;
    throw malformed(file, 'is cut short', 'a whole archive', cause);
  }
}

function readDirectory(archive: Uint8Array, view: DataView, file: string): Entry[] {
  const { count, offset } = findDirectory(view, file);
  if (count > MAX_MEMBERS) throw tooLarge(file, `has ${count} members`, `at most ${MAX_MEMBERS} members`);
  const entries: Entry[] = [];
  let at = offset;
  for (let index = 0; index < count; index++) {
    if (view.getUint32(at, true) !== ENTRY) throw malformed(file, `has no member ${index}`, `${count} members`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameBytes!));
    if (entries.some((entry) => entry.name === name)) throw malformed(file, `has "${name}" twice`, 'each member once');
    const entry = {
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    entries.push(widen(entry, view, at + 46 + nameBytes!, extraBytes!));
    at += 46 + nameBytes! + extraBytes! + commentBytes!;
  }
  return entries;
}

function findDirectory(view: DataView, file: string): { count: number; offset: number } {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65_535); at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR_64) {
      const end = large(view, at - 12);
      if (view.getUint32(end, true) === END_64) return { count: large(view, end + 32), offset: large(view, end + 48) };
    }
    return { count: view.getUint16(at + 10, true), offset: view.getUint32(at + 16, true) };
  }
  throw malformed(file, 'has no directory, so it was cut short', 'a whole archive');
}

/** Lengths of four bytes that stand in the zip64 extra field instead. */
function widen(entry: Entry, view: DataView, extra: number, extraBytes: number): Entry {
  const wide = { ...entry };
  for (let at = extra; at + 4 <= extra + extraBytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    for (const name of ['sizeBytes', 'packedBytes', 'offset'] as const) {
      if (wide[name] !== UNSET) continue;
      wide[name] = large(view, field);
      field += 8;
    }
  }
  return wide;
}

function unpack(archive: Uint8Array, view: DataView, entry: Entry, file: string): Uint8Array {
  const where = `${file}: ${entry.name}`;
  if ((entry.flags & 1) !== 0) throw malformed(where, 'is encrypted', 'a plain member');
  if (view.getUint32(entry.offset, true) !== LOCAL)
    throw malformed(where, 'is not where the directory says', 'a member');
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = archive.subarray(start, start + entry.packedBytes);
  if (packed.length !== entry.packedBytes) throw malformed(where, 'is cut short', `${entry.packedBytes} bytes`);
  const bytes = inflate(packed, entry, where);
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc) {
    throw malformed(where, 'is damaged: length or checksum differ', `${entry.sizeBytes} bytes as they were written`);
  }
  return bytes;
}

function inflate(packed: Uint8Array, entry: Entry, where: string): Uint8Array {
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw malformed(where, `is packed by method ${entry.method}`, 'stored or deflated');
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) });
  } catch (cause) {
    throw malformed(where, 'cannot be unpacked to the length it states', `${entry.sizeBytes} bytes`, cause);
  }
}

function large(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function malformed(where: string, what: string, expected: string, cause?: unknown): SampleError {
  return new SampleError('samples_malformed', `${where} ${what}`, { field: where, expected, cause });
}

function tooLarge(file: string, what: string, expected: string): SampleError {
  return new SampleError('samples_too_large', `${file} ${what}`, { kind: 'too-large', field: file, expected });
}
