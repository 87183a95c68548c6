import type { Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SampleError } from './errors.ts';
import type { SampleFile } from './sample-set.ts';

/** All files together. */
export const MAX_SAMPLE_BYTES = 256 * 2 ** 20;

const SAMPLE_FILE = /\.(csv|npz|npy|pb)$/i;
const DATA_SET_FOLDER = /^test_data_set_\d+$/;
const MAX_FILES = 10_000;

/**
 * Files as given; of a folder its sample files and those of its `test_data_set_N` folders, in order of name and number.
 * @throws SampleError samples_not_found, samples_too_large
 */
export async function loadSampleFiles(paths: readonly string[]): Promise<SampleFile[]> {
  const found: string[] = [];
  for (const path of paths) found.push(...(await expand(path)));
  if (found.length === 0) throw notFound(paths.join(', '), 'holds no sample file');
  if (found.length > MAX_FILES) throw tooLarge(paths.join(', '), `${found.length} files`, `at most ${MAX_FILES} files`);
  let sizeBytes = 0;
  for (const path of found) {
    sizeBytes += (await statOf(path)).size;
    if (sizeBytes > MAX_SAMPLE_BYTES) throw tooLarge(path, 'the samples', `at most ${MAX_SAMPLE_BYTES} bytes in all`);
  }
  const files: SampleFile[] = [];
  for (const path of found) files.push({ name: path, bytes: await readFile(path) });
  return files;
}

async function expand(path: string): Promise<string[]> {
  if (!(await statOf(path)).isDirectory()) return [path];
  const entries = (await readdir(path, { withFileTypes: true })).toSorted((a, b) => byNumber(a.name, b.name));
  const own = entries.filter((entry) => entry.isFile() && SAMPLE_FILE.test(entry.name));
  const inside = entries.filter((entry) => entry.isDirectory() && DATA_SET_FOLDER.test(entry.name));
  const nested: string[] = [];
  for (const folder of inside) nested.push(...(await expand(join(path, folder.name))));
  return [...own.map((entry) => join(path, entry.name)), ...nested];
}

/** `input_10` stands after `input_9`; the same on every machine, unlike a locale's order. */
function byNumber(a: string, b: string): number {
  return padded(a) < padded(b) ? -1 : 1;
}

function padded(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
}

async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((cause: unknown) => {
    throw notFound(path, 'cannot be found', cause);
  });
}

function notFound(path: string, what: string, cause?: unknown): SampleError {
  return new SampleError('samples_not_found', `${path} ${what}`, {
    kind: 'not-found',
    field: basename(path),
    expected: 'a CSV, NPZ, NPY or PB file, or a folder that holds some',
    cause,
  });
}

function tooLarge(path: string, what: string, expected: string): SampleError {
  return new SampleError('samples_too_large', `${path}: too large (${what})`, {
    kind: 'too-large',
    field: basename(path),
    expected,
  });
}
