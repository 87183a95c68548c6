import { binCount, binOf, type FeatureBins } from '@plumbline/shared/drift';
import { CodedError } from '@plumbline/shared/errors';
import { sketchColumn, valueOf } from './column-sketch.ts';
import { columnOf, openTable, type OpenTable } from './open-table.ts';

/** A reference file in bins of its own making. */
export interface CountedReference {
  path: string;
  rows: number;
  columns: { bins: FeatureBins; counts: number[] }[];
  skipped: { name: string; reason: string }[];
}

/**
 * Reads a file twice: for what its columns are and where their quantiles lie, then to count it into bins.
 * @throws CodedError `column_unknown` for a name to ignore that is none, `file_empty`
 */
export async function countReference(path: string, ignored: readonly string[]): Promise<CountedReference> {
  const first = await openTable(path);
  for (const name of ignored) columnOf(first, name, path);
  const sketches = first.header.map(sketchColumn);
  let rows = 0;
  for await (const { cells } of first.rows) {
    rows += 1;
    for (const [i, sketch] of sketches.entries()) sketch.take(cells[i] ?? '');
  }
  if (rows === 0) throw noRows(path);
  const bins: FeatureBins[] = [];
  const skipped: CountedReference['skipped'] = [];
  for (const [i, sketch] of sketches.entries()) {
    const name = first.header[i] ?? '';
    const found = ignored.includes(name) ? { skipped: 'ignored' } : sketch.end();
    if ('skipped' in found) skipped.push({ name, reason: found.skipped });
    else bins.push(found);
  }
  if (bins.length === 0) {
    const reasons = skipped.map(({ name, reason }) => `${name} ${reason}`).join(', ');
    throw new CodedError('nothing_to_compare', `${path}: no column can be compared: ${reasons}`, {
      field: path,
      expected: 'at least one column of numbers or categories',
    });
  }
  const counter = createCounter(bins, await openTable(path), path);
  for await (const { cells } of counter.rows) counter.take(cells);
  return { path, rows, columns: bins.map((one, i) => ({ bins: one, counts: counter.counts()[i] ?? [] })), skipped };
}

/** Counts the rows of a file into the bins of a reference. */
export interface RowCounter {
  rows: OpenTable['rows'];
  take(cells: readonly string[]): void;
  /** One list for each column of the reference. */
  counts(): number[][];
  /** Begins a new window. */
  clear(): void;
}

/** @throws CodedError `column_unknown`, naming a column of the reference that the file does not have */
export function createCounter(bins: readonly FeatureBins[], table: OpenTable, path: string): RowCounter {
  const places = bins.map((one) => columnOf(table, one.name, path));
  const empty = () => bins.map((one) => Array<number>(binCount(one)).fill(0));
  let counts = empty();
  return {
    rows: table.rows,
    take(cells) {
      for (const [i, one] of bins.entries()) {
        const bin = binOf(one, valueOf(one, cells[places[i] ?? -1] ?? ''));
        const column = counts[i]!;
        column[bin] = (column[bin] ?? 0) + 1;
      }
    },
    counts: () => counts,
    clear() {
      counts = empty();
    },
  };
}

export function noRows(path: string): CodedError {
  return new CodedError('file_empty', `${path} has a header and no rows`, { field: path, expected: 'rows' });
}
