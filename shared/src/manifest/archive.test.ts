import { execFileSync } from 'node:child_process';
import { assert, option, property, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../errors/index.ts';
import { BUNDLE_FILES, packArchive, unpackArchive, type BundleFiles } from './archive.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const small = packArchive({
  'manifest.json': bytes('{}'),
  'model.onnx': bytes('model'),
  'reasons.bin': new Uint8Array(),
});
const malformed = expect.objectContaining({
  name: 'ManifestError',
  code: 'bundle_malformed',
  field: 'bundle',
}) as Error;
const contents = (files: BundleFiles) => Object.entries(files).map(([name, file]) => [name, [...file]]);

/** What somebody would read in it: its files, or the code it is refused with. */
function readingOf(archive: Uint8Array): string {
  try {
    return JSON.stringify(contents(unpackArchive(archive)));
  } catch (error) {
    return codeOf(error);
  }
}

describe('an archive', () => {
  const file = option(uint8Array({ maxLength: 1100 }), { nil: undefined });
  const anyFiles = record(Object.fromEntries(BUNDLE_FILES.map((name) => [name, file])));

  it('gives back the files it was made of, and the same bytes for the same files', () => {
    assert(
      property(anyFiles, (drawn) => {
        const files = Object.fromEntries(Object.entries(drawn).filter(([, content]) => content !== undefined));
        const archive = packArchive(files as BundleFiles);
        expect(archive.length % 512).toBe(0);
        expect(contents(unpackArchive(archive)).toSorted()).toEqual(contents(files as BundleFiles).toSorted());
        const backwards = Object.fromEntries(Object.entries(files).toReversed());
        expect(packArchive(backwards as BundleFiles)).toEqual(archive);
      }),
      { numRuns: 60 },
    );
  });

  it('never says the same after one byte was changed', () => {
    const original = readingOf(small);
    const readings = new Set<string>();
    for (let i = 0; i < small.length; i += 1) {
      for (const mask of [1, 0x20, 0xff]) {
        const flipped = small.slice();
        flipped[i] = (flipped[i] ?? 0) ^ mask;
        readings.add(readingOf(flipped));
      }
    }
    expect(readings).not.toContain(original);
    expect(readings).not.toContain('internal_error');
    expect(readings).toContain('bundle_malformed');
  });

  it('is refused wherever it was cut', () => {
    for (let length = 0; length < small.length; length += 1) {
      expect(() => unpackArchive(small.subarray(0, length)), `${length} bytes`).toThrow(malformed);
    }
  });

  it.each([
    ['bytes after its end', Uint8Array.from([...small, 0])],
    ['another empty block', Uint8Array.from([...small, ...new Uint8Array(512)])],
    ['a second archive after it', Uint8Array.from([...small, ...small])],
    ['a file that stands twice', Uint8Array.from([...small.subarray(0, 1024), ...small])],
    ['files in another order', reordered()],
    ['something hidden in its padding', changedAt(512 + 100, 1)],
    ['no bytes at all', new Uint8Array()],
    ['a gzip header', Uint8Array.from([0x1f, 0x8b, ...new Uint8Array(1022)])],
  ])('is refused with %s', (_, archive) => {
    expect(() => unpackArchive(archive)).toThrow(malformed);
  });

  it.each([
    '../../../etc/passwd',
    '/etc/passwd',
    'card.json/../x',
    'Card.json',
    'model.onnx.',
    './model.onnx',
    '__proto__',
  ])('cannot bring a file called %s', (name) => {
    expect(() => unpackArchive(renamed(name))).toThrow(malformed);
  });

  it('claiming 8 GB in its header is refused without asking for the memory', () => {
    const huge = small.slice();
    huge.set(bytes('77777777777'), 124);
    expect(() => unpackArchive(huge)).toThrow(malformed);
  });

  it('is read by the tar of the system', () => {
    const listed = execFileSync('tar', ['tvf', '-'], { input: small, encoding: 'utf8' });
    const files = listed
      .trim()
      .split('\n')
      .map((line) => [line.split(/\s+/)[2], line.split(/\s+/).at(-1)]);
    expect(files).toEqual([
      ['2', 'manifest.json'],
      ['5', 'model.onnx'],
      ['0', 'reasons.bin'],
    ]);
    expect(execFileSync('tar', ['xOf', '-', 'model.onnx'], { input: small, encoding: 'utf8' })).toBe('model');
  });
});

/** The first header under another name, its checksum made to fit. */
function renamed(name: string): Uint8Array {
  const archive = small.slice();
  archive.fill(0, 0, 100);
  archive.set(bytes(name), 0);
  archive.set(bytes('        '), 148);
  const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  archive.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return archive;
}

function reordered(): Uint8Array {
  return Uint8Array.from([...small.subarray(1024, 2048), ...small.subarray(0, 1024), ...small.subarray(2048)]);
}

function changedAt(at: number, value: number): Uint8Array {
  const archive = small.slice();
  archive[at] = value;
  return archive;
}
