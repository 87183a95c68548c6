import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Run, RunArtifact, RunComparison } from '../../../learning/experiments/index.ts';
import { connect, type Global } from '../connection.ts';
import { addRunsExport } from '../mlflow/export-runs.ts';
import { print, table } from '../output.ts';
import { parseTags } from './parse-tags.ts';
import { addRunsRecord } from './record-run.ts';
import { day, figure, showComparison, showRun } from './show-run.ts';

interface Filter {
  experiment?: string;
  state?: string;
  kind?: string;
  dataset?: string;
  archived: boolean;
  limit?: string;
  cursor?: string;
}

export function addRuns(program: Command): void {
  const runs = program.command('runs').description('what was trained, with what, and how it did');
  runs
    .command('list')
    .description('the newest first')
    .option('--experiment <name>', 'of one experiment')
    .option('--state <state>', 'running, finished, failed or stopped')
    .option('--kind <kind>', 'train, import or retrain')
    .option('--dataset <version>', 'on one version of a dataset')
    .option('--archived', 'those that were put away too', false)
    .option('--limit <count>', 'runs a page')
    .option('--cursor <next>', 'where the page before ended')
    .action(async ({ archived, ...flags }: Filter, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = new URLSearchParams({ ...flags, ...(archived ? { archived: 'true' } : {}) });
      const page = await (await connect(global)).get<{ runs: Run[]; next?: string }>(`/api/v1/runs?${query}`);
      print(page, global.json, () =>
        [
          table(
            ['run', 'experiment', 'kind', 'state', 'AUC', 'Brier', 'accuracy', 'gate', 'result', 'began'],
            page.runs.map(({ id, experiment, kind, state, metrics: { values, gate }, result, startedAt }) => [
              id,
              experiment,
              kind,
              state,
              figure(values['auc']),
              figure(values['brier']),
              figure(values['accuracy']),
              gate?.verdict ?? '–',
              result === null ? '–' : `${result.line}@${result.version}`,
              day(startedAt),
            ]),
          ),
          ...(page.next === undefined ? [] : [`more: --cursor ${page.next}`]),
        ].join('\n'),
      );
    });
  runs
    .command('show <run>')
    .description('settings, figures of every fold, files')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const run = await (await connect(global)).get<Run & { artifacts: RunArtifact[] }>(pathOf(id));
      print(run, global.json, () => showRun(run));
    });
  runs
    .command('compare <run> <other...>')
    .description('what differs, and by how much the others are better than the first')
    .action(async (first: string, others: string[], _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/run-comparisons?${new URLSearchParams({ runs: [first, ...others].join(',') })}`;
      const compared = await (await connect(global)).get<RunComparison>(path);
      print(compared, global.json, () => showComparison(compared));
    });
  runs
    .command('plots <run>')
    .description('write the drawings, the card and the page of a run into a folder')
    .option('--out <dir>', 'where to; a folder named after the run without')
    .action(async (id: string, flags: { out?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const { artifacts } = await client.get<{ artifacts: RunArtifact[] }>(pathOf(id));
      const folder = resolve(flags.out ?? id);
      await mkdir(folder, { recursive: true });
      for (const { name } of artifacts) {
        const bytes = await client.bytes(`${pathOf(id)}/artifacts/${encodeURIComponent(name)}`);
        // The name comes from the server: it stays in the folder.
        await writeFile(join(folder, basename(name)), bytes);
      }
      const names = artifacts.map(({ name }) => name);
      print({ folder, files: names }, global.json, () =>
        names.length === 0 ? `${id} left no files` : `${names.length} files in ${folder}; look at index.html`,
      );
    });
  runs
    .command('tag <run> <tags...>')
    .description('KEY=VALUE sets a tag, KEY= takes it away')
    .action(async (id: string, given: string[], _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const tags = parseTags(given);
      const run = await (await connect(global)).post<Run>(`${pathOf(id)}/tags`, { tags });
      print(
        run,
        global.json,
        () =>
          Object.entries(run.tags)
            .map((pair) => pair.join('='))
            .join('\n') || 'no tags',
      );
    });
  runs
    .command('archive <run>')
    .description('lists leave it out; nothing is deleted')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const run = await (await connect(global)).post<Run>(`${pathOf(id)}/archive`, {});
      print(run, global.json, () => `${id} is put away`);
    });
  addRunsRecord(runs);
  addRunsExport(runs);
}

function pathOf(id: string): string {
  return `/api/v1/runs/${encodeURIComponent(id)}`;
}
