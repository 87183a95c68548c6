import { rename, rm, writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import {
  DatasetError,
  EXPORT_FORMATS,
  SPLIT_WAYS,
  type ExportFormat,
  type RegisteredConcat,
  type RegisteredFilter,
  type RegisteredFleet,
  type RegisteredSplit,
  type SplitWay,
} from '../../../learning/datasets/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { pathOf } from './reference.ts';

/** Longest export that is taken. */
const MAX_EXPORT_BYTES = 2 ** 30;

/** Commands that make something from a registered version. */
export function addMade(datasets: Command): void {
  addExport(datasets);
  addSplit(datasets);
  addFilter(datasets);
  addConcat(datasets);
  datasets
    .command('from-fleet')
    .description('a new version of a dataset with the outcomes that sites recorded')
    .requiredOption('--base <dataset>', 'NAME@VERSION to begin with')
    .requiredOption('--line <line>', 'model line whose outcomes they are')
    .option('--as-of <time>', 'only what was known before: 2026-03-01, or 2026-03-01T06:00:00Z; without it, now')
    .action(async (flags: { base: string; line: string; asOf?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { base, line } = flags;
      const body = { base, line, ...(flags.asOf === undefined ? {} : { asOf: timeOf(flags.asOf) }) };
      const made = await (await connect(global)).post<RegisteredFleet>('/api/v1/datasets/from-fleet', body);
      const left = made.left === 0 ? '' : `; ${made.left} of the base were not known yet`;
      print(
        made,
        global.json,
        () => `${made.name}@${made.version}: ${made.rows} rows, ${made.added} from the fleet${left}`,
      );
    });
}

function addExport(datasets: Command): void {
  const formats = EXPORT_FORMATS.filter((one) => one !== 'roles');
  datasets
    .command('export <dataset>')
    .description('all rows of NAME@VERSION as a file, with the roles file by which it is read again')
    .addOption(new Option('--format <format>', 'of the file').choices(formats).default('csv'))
    .requiredOption('--out <file>', 'where to; FILE.yaml is written beside it')
    .action(async (reference: string, { format, out }: { format: ExportFormat; out: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const bytesOf = (one: ExportFormat) =>
        client.bytes(`${pathOf(reference)}/export?format=${one}`, MAX_EXPORT_BYTES);
      const [bytes, roles] = [await bytesOf(format), await bytesOf('roles')];
      await writeWhole(`${out}.yaml`, roles);
      await writeWhole(out, bytes);
      const written = { out, roles: `${out}.yaml`, bytes: bytes.length };
      print(written, global.json, () => `${out}: ${bytes.length} bytes; its roles: ${out}.yaml`);
    });
}

/** Under another name first: a file of that name is whole. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw new DatasetError('dataset_unreadable', `${path} cannot be written`, { field: 'out', cause });
  }
}

function addSplit(datasets: Command): void {
  datasets
    .command('split <dataset>')
    .description('NAME@VERSION in two: NAME.train and NAME.holdout')
    .addOption(new Option('--by <way>', 'how rows are dealt').choices([...SPLIT_WAYS]).makeOptionMandatory())
    .option('--share <share>', 'of the rows, for the first part', '0.8')
    .option('--seed <seed>', 'another seed, another split', '1')
    .action(async (reference: string, flags: { by: SplitWay; share: string; seed: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { by: flags.by, share: Number(flags.share), seed: wholeNumber('seed', flags.seed) };
      const split = await (await connect(global)).post<RegisteredSplit>(`${pathOf(reference)}/split`, body);
      print(split, global.json, () => describeSplit(split));
    });
}

function addFilter(datasets: Command): void {
  datasets
    .command('filter <dataset>')
    .description('the rows of NAME@VERSION for which a condition holds, as a dataset of its own')
    .requiredOption(
      '--where <condition>',
      "over the columns of an export: trade == 'steel' and start_at >= '2025-03-01'",
    )
    .requiredOption('--name <name>', 'what the new dataset is called')
    .action(async (reference: string, flags: { where: string; name: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = { where: flags.where, name: flags.name };
      const made = await (await connect(global)).post<RegisteredFilter>(`${pathOf(reference)}/filter`, body);
      const open = made.open === 0 ? '' : `, ${made.open} of them because cells are missing`;
      print(
        made,
        global.json,
        () => `${titleOf(made, flags.name)}: ${made.rows} rows; ${made.leftOut} left out${open}`,
      );
    });
}

function addConcat(datasets: Command): void {
  datasets
    .command('concat <datasets...>')
    .description('the rows of several NAME@VERSION with the same columns, as a dataset of its own')
    .requiredOption('--name <name>', 'what the new dataset is called')
    .action(async (references: string[], flags: { name: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      for (const reference of references) pathOf(reference);
      const body = { datasets: references, name: flags.name };
      const made = await (await connect(global)).post<RegisteredConcat>('/api/v1/datasets/concat', body);
      const repeated = made.repeated === 0 ? '' : `; ${made.repeated} stood there more than once`;
      print(made, global.json, () => `${titleOf(made, flags.name)}: ${made.rows} rows${repeated}`);
    });
}

/** One version has one name: the one it had first. */
function titleOf({ name, version }: { name: string; version: string }, asked: string): string {
  return name === asked ? `${name}@${version}` : `${name}@${version} (registered before '${asked}' was asked for)`;
}

function describeSplit({ train, holdout, leftOut, groupsOnBothSides, cutAt }: RegisteredSplit): string {
  const lines = [train, holdout].map(({ name, version, rows }) => `${name}@${version}: ${rows} rows`);
  if (cutAt !== undefined) lines.push(`cut at ${new Date(cutAt).toISOString()}: the first part was known then`);
  if (leftOut > 0) lines.push(`${leftOut} rows on neither side: due before the cut, known after it`);
  lines.push(groupsOnBothSides === 0 ? 'no group on both sides' : `${groupsOnBothSides} groups on both sides`);
  return lines.join('\n');
}

function timeOf(given: string): number {
  const time = Date.parse(given);
  if (!Number.isNaN(time)) return time;
  throw new DatasetError('split_option', `'${given}' is no time`, { field: 'as-of', expected: '2026-03-01' });
}
