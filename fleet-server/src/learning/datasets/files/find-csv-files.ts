import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../errors.ts';

/** Files as given, directories as the `.csv` files directly in them; sorted, each once. */
export async function findCsvFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) for (const file of await expand(path)) found.add(file);
  if (found.size > 0) return [...found].toSorted();
  const where = paths.join(', ') || 'no path given';
  throw new DatasetError('dataset_not_found', `no CSV file to read: ${where}`, {
    kind: 'not-found',
    field: 'paths',
    expected: 'CSV files, or a directory that holds some',
  });
}

async function expand(path: string): Promise<string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new DatasetError('dataset_not_found', `${path} cannot be found`, { kind: 'not-found', field: path, cause });
  });
  if (!info.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && /\.csv$/i.test(entry.name)).map((entry) => join(path, entry.name));
}
