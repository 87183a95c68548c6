import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { assessQuality, describeQuality, summary, type QualityReport } from '../../../learning/datasets/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { addKept } from './kept.ts';
import { addMade } from './made.ts';
import { pathOf } from './reference.ts';
import { readFiles, withRoles, type RoleFlags } from './roles.ts';

export function addDatasets(program: Command): void {
  const datasets = program.command('datasets').description('data: read, judged, kept by version, split and taken out');
  addReading(datasets);
  addKept(datasets);
  addMade(datasets);
}

function addReading(datasets: Command): void {
  withRoles(
    datasets.command('inspect <path...>').description('read files or folders; nothing is registered, no server needed'),
  ).action(async (paths: string[], flags: RoleFlags, command: Command) => {
    const dataset = await readFiles(paths, flags);
    const { examples: _examples, rejected: _rejected, ...head } = dataset;
    const shown = { ...head, summary: summary(dataset), quality: assessQuality(dataset) };
    print(shown, command.optsWithGlobals<Global>().json, () =>
      [
        `${dataset.reader}, version ${dataset.version.slice(0, 16)}: ${shown.summary.kept} of ${shown.summary.rowsIn} rows kept`,
        `label 1: ${dataset.target}`,
        `split by ${dataset.split}; features: ${dataset.features.map((feature) => feature.name).join(', ')}`,
        table(['rejected because', 'rows'], Object.entries(shown.summary.rejected)),
        '',
        describeQuality(shown.quality),
      ].join('\n'),
    );
  });
  withRoles(datasets.command('register <path...>').description('keep one version of a dataset on the server'))
    .option('--name <name>', 'what it is called; without it the name of its reader')
    .action(async (paths: string[], { name, ...roles }: RoleFlags & { name?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const dataset = await readFiles(paths, roles, name);
      const client = await connect(global);
      const registered = await client.post<Registered>('/api/v1/datasets', dataset);
      print(registered, global.json, () => `${registered.name}@${registered.version}: ${registered.summary.kept} rows`);
    });
  withRoles(
    datasets
      .command('quality <dataset...>')
      .description('what is wrong with NAME@VERSION, or with files: these need no server'),
  ).action(async (given: string[], flags: RoleFlags, command: Command) => {
    const global = command.optsWithGlobals<Global>();
    const [first = ''] = given;
    const isFile = given.length > 1 || (await stat(first).catch(() => null)) !== null || !first.includes('@');
    const report = isFile
      ? assessQuality(await readFiles(given, flags))
      : await (await connect(global)).get<QualityReport>(`${pathOf(first)}/quality`);
    print(report, global.json, () => describeQuality(report));
  });
}

interface Registered {
  name: string;
  version: string;
  summary: { kept: number };
}
