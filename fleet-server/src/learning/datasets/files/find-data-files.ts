import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../errors.ts';

const TABLES = /\.(csv|ndjson|jsonl|parquet)$/i;
const SCHEDULES = /\.(xer|xml)$/i;

/** Files as given; directories as the tables directly in them, or the schedules where there are none. Sorted, each once. */
export async function findDataFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) for (const file of await expand(path)) found.add(file);
  if (found.size > 0) return [...found].toSorted();
  const where = paths.join(', ') || 'no path given';
  throw new DatasetError('dataset_not_found', `no file to read: ${where}`, {
    kind: 'not-found',
    field: 'paths',
    expected: 'CSV, NDJSON, Parquet, XER or Microsoft Project XML files, or a directory that holds some',
  });
}

async function expand(path: string): Promise<string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new DatasetError('dataset_not_found', `${path} cannot be found`, { kind: 'not-found', field: path, cause });
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const tables = names.filter((name) => TABLES.test(name));
  const chosen = tables.length > 0 ? tables : names.filter((name) => SCHEDULES.test(name));
  return chosen.map((name) => join(path, name));
}
