import { assemble } from './assemble.ts';
import { DatasetError } from './errors.ts';
import { findDataFiles } from './files/find-data-files.ts';
import { readCsvSource } from './files/load-csv-file.ts';
import { loadDataFile } from './files/load-data-file.ts';
import { READERS } from './readers/index.ts';
import { readRolesFile } from './table/read-roles-file.ts';
import { table } from './table/table.ts';
import type { Dataset, RejectedRow } from './dataset.ts';
import type { DataFile } from './files/data-file.ts';
import type { Reader } from './readers/reader.ts';
import { statesTarget, type TableRoles } from './table/roles.ts';

export interface OpenDatasetOptions {
  /** Without it the name of the reader. */
  name?: string;
  /** Instead of `dataset.yaml` beside the files. Whoever states roles wants a table, whatever the header looks like. */
  roles?: TableRoles;
}

/**
 * CSV, NDJSON, Parquet or schedule files, or directories of them → one dataset. The kind is recognised by column names, never by the name of a file
 * or folder. A file that nobody recognises beside recognised ones is left out and listed in `rejected` with line 0.
 * Throws a coded error (`DatasetError`, `CsvError`, `NdjsonError`, `ParquetError`, `ScheduleError`, `ExpressionError`);
 * then nothing was made.
 */
export async function openDataset(paths: readonly string[], options: OpenDatasetOptions = {}): Promise<Dataset> {
  const found = await findDataFiles(paths);
  const roles = options.roles ?? (await readRolesFile(paths));
  const files: DataFile[] = [];
  for (const path of found) files.push(await loadDataFile(path));
  return datasetOf(files, options.name, roles);
}

export interface SentCsv {
  /** Of the dataset. */
  name: string;
  /** What the file was called where it came from. */
  source: string;
  csv: string;
  roles: TableRoles;
}

/** The text of one CSV → one dataset; otherwise as `openDataset`. */
export async function openCsv({ name, source, csv, roles }: SentCsv): Promise<Dataset> {
  const file = await readCsvSource(source, chunksOf(new TextEncoder().encode(csv)));
  return datasetOf([file], name, roles);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function datasetOf(files: readonly DataFile[], name: string | undefined, roles: TableRoles): Dataset {
  const reader = statesTarget(roles) ? table : recognise(files);
  const own = files.filter((file) => reader === table || bestReader(file.header) === reader);
  const dataset = assemble(name ?? reader.name, reader, own, reader.read(own, roles));
  return { ...dataset, rejected: [...dataset.rejected, ...strangers(files, own)] };
}

function recognise(files: readonly DataFile[]): Reader {
  const readers = [...new Set(files.map((file) => bestReader(file.header)))].filter((reader) => reader !== null);
  if (readers.length <= 1) return readers[0] ?? table;
  throw new DatasetError(
    'dataset_mixed',
    `the files are of several kinds: ${readers.map(({ name }) => name).join(', ')}`,
    {
      field: 'paths',
      expected: 'files of one kind',
    },
  );
}

function bestReader(header: readonly string[]): Reader | null {
  const scored = READERS.map((reader) => ({ reader, score: reader.recognise(header) }));
  const best = scored.toSorted((a, b) => b.score - a.score)[0];
  return best && best.score > 0 ? best.reader : null;
}

function strangers(files: readonly DataFile[], own: readonly DataFile[]): RejectedRow[] {
  return files
    .filter((file) => !own.includes(file))
    .map(({ source, header }) => ({
      source,
      line: 0,
      code: 'file_not_recognised',
      message: `left out: its columns (${header.slice(0, 5).join(', ')} …) belong to no known input`,
    }));
}
