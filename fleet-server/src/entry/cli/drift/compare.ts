import type { Command } from 'commander';
import type { Comparison } from '@plumbline/shared/drift';
import type { Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { countReference, createCounter, noRows, type CountedReference } from './count-columns.ts';
import { namesIn } from './names-in.ts';
import { openTable } from './open-table.ts';
import { compareColumns } from './replay-windows.ts';

/** What `drift compare --json` prints. */
export interface FileComparison {
  reference: { file: string; rows: number };
  current: { file: string; rows: number };
  alarm: boolean;
  columns: (Comparison & { type: 'number' | 'category' })[];
  skipped: CountedReference['skipped'];
}

/** `drift compare REF CUR`: which columns of two files differ, and how surely; needs no server. A difference is no failure. */
export function addCompare(drift: Command): void {
  drift
    .command('compare <reference> <current>')
    .description('which columns of two CSV files differ, and how surely; no server needed')
    .option('--ignore <columns>', 'of the reference, with commas', '')
    .action(async (reference: string, current: string, { ignore }: { ignore: string }, command: Command) => {
      const found = await compareFiles(reference, current, namesIn(ignore));
      print(found, command.optsWithGlobals<Global>().json, () => describe(found));
    });
}

async function compareFiles(before: string, after: string, ignored: readonly string[]): Promise<FileComparison> {
  const reference = await countReference(before, ignored);
  const bins = reference.columns.map((column) => column.bins);
  const counter = createCounter(bins, await openTable(after), after);
  let rows = 0;
  for await (const { cells } of counter.rows) {
    counter.take(cells);
    rows += 1;
  }
  if (rows === 0) throw noRows(after);
  const columns = compareColumns(reference, counter.counts()).map((one, i) => {
    return { ...one, type: bins[i]?.type ?? 'category' };
  });
  return {
    reference: { file: before, rows: reference.rows },
    current: { file: after, rows },
    alarm: columns.some(({ alarm }) => alarm),
    columns,
    skipped: reference.skipped,
  };
}

function describe({ reference, current, alarm, columns, skipped }: FileComparison): string {
  const rows = columns
    .toSorted((a, b) => Number(b.alarm) - Number(a.alarm) || b.effect - a.effect)
    .map((one) => [
      one.alarm ? '!' : '',
      one.name,
      one.type,
      one.effect.toFixed(3),
      one.p.toPrecision(2),
      ...one.tests.map(({ statistic, threshold }) => `${statistic.toPrecision(3)} of ${threshold.toPrecision(3)}`),
    ]);
  const head = ['', 'column', 'type', 'effect', 'p', 'χ²', 'PSI', 'Jensen–Shannon'];
  const sizes = `${current.rows} rows against ${reference.rows}`;
  return [
    alarm ? `${sizes}: columns marked ! have moved` : `${sizes}: no column has moved`,
    table(head, rows),
    ...skipped.map(({ name, reason }) => `not compared: ${name} (${reason})`),
  ].join('\n');
}
