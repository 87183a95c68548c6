import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openDataset, summary, type TableRoles } from '../../../learning/datasets/index.ts';
import type { Global } from '../connection.ts';
import { print, table } from '../output.ts';

type Flags = { [Role in 'label' | 'time' | 'group' | 'site']?: string };

export function addDatasets(program: Command): void {
  const datasets = program.command('datasets').description('data: what a reader makes of it');
  datasets
    .command('inspect <path...>')
    .description('read CSV files or folders; nothing is registered')
    .option('--label <column>', 'column that holds the outcome (0 or 1)')
    .option('--time <column>', 'column that says when')
    .option('--group <column>', 'rows of one group stay together')
    .option('--site <column>', 'where')
    .action(async (paths: string[], flags: Flags, command: Command) => {
      const roles: TableRoles = { ...flags };
      const options = Object.keys(flags).length > 0 ? { roles } : {};
      const dataset = await openDataset(
        paths.map((path) => resolve(path)),
        options,
      );
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
}
