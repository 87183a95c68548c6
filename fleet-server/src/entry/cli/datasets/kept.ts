import type { Command } from 'commander';
import type { DatasetDiff, DatasetHead, DatasetRecord } from '../../../learning/datasets/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';
import { pathOf } from './reference.ts';

/** Commands that look at what is registered. */
export function addKept(datasets: Command): void {
  datasets
    .command('list')
    .description('registered versions, newest first')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const all = await everyPage(client, '/api/v1/datasets', (page: { datasets: DatasetHead[] }) => page.datasets);
      print(all, global.json, () => heads(all));
    });
  datasets
    .command('history <name>')
    .description('the versions of one dataset, oldest first, and what each was made from')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/datasets/${encodeURIComponent(name)}`;
      const { versions } = await (await connect(global)).get<{ versions: DatasetHead[] }>(path);
      print(versions, global.json, () => heads(versions));
    });
  datasets
    .command('show <dataset>')
    .description('NAME@VERSION: sources, lineage and balance')
    .action(async (reference: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const shown = await (await connect(global)).get<Omit<DatasetRecord, 'quality'>>(pathOf(reference));
      print(shown, global.json, () => describe(shown));
    });
  datasets
    .command('diff <from> <to>')
    .description('rows by ref and columns by name, from one NAME@VERSION to another')
    .action(async (from: string, to: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `${pathOf(from)}/diff?to=${encodeURIComponent(to)}`;
      const diff = await (await connect(global)).get<DatasetDiff>(path);
      print(diff, global.json, () => describeDiff(diff));
    });
}

function heads(all: readonly DatasetHead[]): string {
  return table(
    ['dataset', 'rows', 'rejected', 'reader', 'created', 'by', 'made from'],
    all.map((one) => [
      `${one.name}@${one.version.slice(0, 16)}`,
      one.rows,
      one.rejected,
      one.reader,
      new Date(one.createdAt).toISOString(),
      one.createdBy,
      one.derivedFrom.map(({ dataset, operation }) => `${shortened(dataset)} (${operation})`).join('; ') || 'files',
    ]),
  );
}

function describe(shown: Omit<DatasetRecord, 'quality'>): string {
  const { overall, byYear } = shown.summary;
  return [
    `${shown.name}@${shown.version}`,
    `${shown.rows} rows, ${overall.late} late (${overall.baseRate.toFixed(3)}); ${shown.rejected} rejected`,
    `reader ${shown.reader}${shown.readerVersion === null ? '' : ` ${shown.readerVersion}`}`,
    ...shown.sources.map(({ name, sha256, rows }) => `from ${name}, ${rows} rows, sha256 ${sha256}`),
    ...shown.derivedFrom.map(({ dataset, operation }) => `made from ${shortened(dataset)}: ${operation}`),
    ...shown.ledTo.map(({ dataset, operation }) => `led to ${shortened(dataset)}: ${operation}`),
    table(
      ['year due', 'rows', 'late', 'share'],
      Object.entries(byYear).map(([year, one]) => [year, one.rows, one.late, one.baseRate.toFixed(3)]),
    ),
  ].join('\n');
}

function describeDiff(diff: DatasetDiff): string {
  const { rows, columns } = diff;
  if (diff.same) return 'the same version';
  return [
    `rows: ${rows.added} added, ${rows.removed} removed, ${rows.changed} changed, ${rows.unchanged} unchanged`,
    ...named('added', diff.added),
    ...named('removed', diff.removed),
    ...diff.changed.map(({ ref, fields }) => `changed ${ref}: ${fields.join(', ')}`),
    ...named('columns added', columns.added),
    ...named('columns removed', columns.removed),
    ...named('columns changed', columns.changed),
    ...named('other', diff.other),
  ].join('\n');
}

function named(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
}

function shortened(reference: string): string {
  return reference.replace(/@([0-9a-f]{16})[0-9a-f]+$/, '@$1');
}
