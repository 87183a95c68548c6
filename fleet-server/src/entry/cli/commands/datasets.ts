import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openDataset, summary, type Dataset, type TableRoles } from '../../../learning/datasets/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

type Flags = { [Role in 'label' | 'time' | 'group' | 'site']?: string };

export function addDatasets(program: Command): void {
  const datasets = program.command('datasets').description('data: what a reader makes of it');
  withRoles(
    datasets.command('inspect <path...>').description('read CSV files or folders; nothing is registered'),
  ).action(async (paths: string[], flags: Flags, command: Command) => {
    const dataset = await read(paths, flags);
    const { examples: _examples, rejected: _rejected, ...head } = dataset;
    const shown = { ...head, summary: summary(dataset) };
    print(shown, command.optsWithGlobals<Global>().json, () =>
      [
        `${dataset.reader}, version ${dataset.version.slice(0, 16)}: ${shown.summary.kept} of ${shown.summary.rowsIn} rows kept`,
        `label 1: ${dataset.target}`,
        `split by ${dataset.split}; features: ${dataset.features.map((feature) => feature.name).join(', ')}`,
        table(
          ['year due', 'rows', 'late', 'share'],
          Object.entries(shown.summary.byYear).map(([year, one]) => [
            year,
            one.rows,
            one.late,
            one.baseRate.toFixed(3),
          ]),
        ),
        table(['rejected because', 'rows'], Object.entries(shown.summary.rejected)),
      ].join('\n'),
    );
  });
  withRoles(datasets.command('register <path...>').description('keep one version of a dataset on the server'))
    .option('--name <name>', 'what it is called; without it the name of its reader')
    .action(async (paths: string[], { name, ...roles }: Flags & { name?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const dataset = await read(paths, roles, name);
      const client = await connect(global);
      const registered = await client.post<Registered>('/api/v1/datasets', dataset);
      print(registered, global.json, () => `${registered.name}@${registered.version}: ${registered.summary.kept} rows`);
    });
}

interface Registered {
  name: string;
  version: string;
  summary: { kept: number };
}

function withRoles(command: Command): Command {
  return command
    .option('--label <column>', 'column that holds the outcome (0 or 1)')
    .option('--time <column>', 'column that says when')
    .option('--group <column>', 'rows of one group stay together')
    .option('--site <column>', 'where');
}

async function read(paths: string[], roles: TableRoles, name?: string): Promise<Dataset> {
  return openDataset(
    paths.map((path) => resolve(path)),
    { ...(Object.keys(roles).length > 0 ? { roles } : {}), ...(name === undefined ? {} : { name }) },
  );
}
