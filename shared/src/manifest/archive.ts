import { ManifestError } from './errors.ts';

/**
 * Bundles are POSIX ustar archives with every free field fixed, so that the same files give the same bytes
 * and any tool reads them. Only these names can stand in one: a path outside the slot cannot be written.
 */
export const BUNDLE_FILES = [
  'card.json',
  'golden.json',
  'manifest.json',
  'model.onnx',
  'model.sig',
  'reasons.bin',
  'reference.json',
] as const;

export type BundleFile = (typeof BUNDLE_FILES)[number];
export type BundleFiles = Partial<Record<BundleFile, Uint8Array>>;

const BLOCK = 512;
const MAX_FILE_BYTES = 0o77777777777;

export function packArchive(files: BundleFiles): Uint8Array {
  const names = BUNDLE_FILES.filter((name) => files[name] !== undefined);
  const sizeBytes = names.reduce((sum, name) => sum + BLOCK + padded(files[name]?.length ?? 0), 2 * BLOCK);
  const archive = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const name of names) {
    const content = files[name] ?? new Uint8Array();
    if (content.length > MAX_FILE_BYTES)
      throw new ManifestError('bundle_too_large', `${name}: over 8 GB`, { field: name });
    archive.set(header(name, content.length), offset);
    archive.set(content, offset + BLOCK);
    offset += BLOCK + padded(content.length);
  }
  return archive;
}

/**
 * @throws ManifestError `bundle_malformed` for anything but what `packArchive` writes: other names, order, checksums,
 * repeated files, bytes after the end.
 */
export function unpackArchive(archive: Uint8Array): BundleFiles {
  const files: BundleFiles = {};
  let offset = 0;
  while (offset + BLOCK <= archive.length && archive[offset] !== 0) {
    const { name, size } = readHeader(archive.subarray(offset, offset + BLOCK), offset);
    if (files[name] !== undefined) throw malformed(`${name} stands twice`);
    const end = offset + BLOCK + size;
    if (end > archive.length) throw malformed(`${name} is cut short`);
    files[name] = archive.slice(offset + BLOCK, end);
    offset += BLOCK + padded(size);
  }
  // Rewriting must give the same bytes: nothing hides in padding, order or header fields.
  const again = packArchive(files);
  if (!isSame(again, archive)) throw malformed('not in the form Plumbline writes');
  return files;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function header(name: BundleFile, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (value: string, at: number) => block.set(new TextEncoder().encode(value), at);
  text(name, 0);
  text('0000644\0', 100);
  text('0000000\0', 108);
  text('0000000\0', 116);
  text(`${size.toString(8).padStart(11, '0')}\0`, 124);
  text('00000000000\0', 136);
  text('        ', 148);
  text('0', 156);
  text('ustar\0', 257);
  text('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function readHeader(block: Uint8Array, offset: number): { name: BundleFile; size: number } {
  const text = new TextDecoder('latin1').decode(block);
  const name = BUNDLE_FILES.find((known) => text.startsWith(`${known}\0`));
  if (name === undefined) throw malformed(`unknown file at byte ${offset}`);
  const octal = text.slice(124, 135);
  if (!/^[0-7]{11}$/.test(octal)) throw malformed(`${name} has no valid size`);
  return { name, size: Number.parseInt(octal, 8) };
}

function malformed(what: string): ManifestError {
  return new ManifestError('bundle_malformed', `bundle: ${what}`, { field: 'bundle', expected: 'a Plumbline bundle' });
}
