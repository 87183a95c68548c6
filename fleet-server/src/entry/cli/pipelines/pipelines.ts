import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
// Not by the door of the room: training behind it would cost every command seconds.
import { readPipelineFile } from '../../../learning/pipelines/file/read-file.ts';
import type { Pipeline, PipelineRun, PutPipeline } from '../../../learning/pipelines/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { addPipelineLooks } from './looks.ts';
import { latestRun, pathOf, showRun, timeOf, waitForRun } from './runs.ts';

interface RunFlags {
  set: string[];
  commit?: string;
  cache: boolean;
  wait?: boolean;
}

/** `plumbline pipelines`: how models come about, step by step. */
export function addPipelines(program: Command): void {
  const pipelines = program.command('pipelines').description('how models come about, step by step, and their runs');
  pipelines
    .command('put <file>')
    .description('make a pipeline what a YAML or JSON file says')
    .action(async (file: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const put = await (
        await connect(global)
      ).post<PutPipeline & { warnings: string[] }>('/api/v1/pipelines', await readPipeline(file));
      const { pipeline, action, secret, warnings } = put;
      const lines = [
        `${pipeline.name}: ${action}, ${pipeline.spec.steps.length} steps, next ${timeOf(pipeline.nextAt)}`,
      ];
      lines.push(...warnings.map((one) => `warning: ${one}`));
      if (secret !== undefined) lines.push(`secret for calls from outside, shown this once: ${secret}`);
      print(put, global.json, () => lines.join('\n'));
    });
  pipelines
    .command('list')
    .description('all pipelines')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const answer = await (
        await connect(global)
      ).get<{ pipelines: (Pipeline & { last?: PipelineRun })[] }>('/api/v1/pipelines');
      print(answer, global.json, () =>
        table(
          ['pipeline', 'state', 'steps', 'next', 'last run', 'outcome'],
          answer.pipelines.map(({ name, state, spec, nextAt, last }) => [
            name,
            state,
            spec.steps.length,
            timeOf(nextAt),
            last?.id ?? '–',
            last?.state ?? '–',
          ]),
        ),
      );
    });
  pipelines
    .command('run <pipeline>')
    .description('order a run')
    .option('--set <name=value>', 'a parameter; may be repeated', (one: string, all: string[]) => [...all, one], [])
    .option('--commit <hash>', 'the Git commit that the run is of')
    .option('--no-cache', 'results of earlier runs do not count')
    .option('--wait', 'until it is over; a failure ends with exit code 4')
    .action(async (name: string, flags: RunFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const { run } = await client.post<{ run: PipelineRun }>(`${pathOf(name)}/runs`, {
        set: readSet(flags.set),
        noCache: !flags.cache,
        ...(flags.commit !== undefined && { commit: flags.commit }),
      });
      if (flags.wait !== true) return print({ run }, global.json, () => `${run.id} of ${name} is ${run.state}`);
      const shown = await waitForRun(client, run.id);
      print(shown, global.json, () => showRun(shown));
      if (shown.run.state !== 'succeeded') process.exitCode = 4;
    });
  pipelines
    .command('cancel <pipeline>')
    .description('end a run: the one that is not over, or --run')
    .option('--run <id>', 'which one')
    .action(async (name: string, flags: { run?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const id = await latestRun(client, name, flags.run, { isOpen: true });
      const run = await client.post<PipelineRun>(`/api/v1/pipeline-runs/${encodeURIComponent(id)}/cancel`, {});
      print(run, global.json, () => `${id} of ${name} is ${run.state}`);
    });
  for (const [order, says] of [
    ['pause', 'nothing begins until it is resumed'],
    ['resume', 'go on; what fell into the pause is over'],
  ] as const) {
    pipelines
      .command(`${order} <pipeline>`)
      .description(says)
      .action(async (name: string, _flags: unknown, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const pipeline = await (await connect(global)).post<Pipeline>(`${pathOf(name)}/${order}`, {});
        print(pipeline, global.json, () => `${name}: ${pipeline.state}, next ${timeOf(pipeline.nextAt)}`);
      });
  }
  pipelines
    .command('secret <pipeline>')
    .description('another secret for calls from outside; the old one counts no more')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const made = await (await connect(global)).post<{ secret: string }>(`${pathOf(name)}/secret`, {});
      print(made, global.json, () => made.secret);
    });
  addPipelineLooks(pipelines);
}

async function readPipeline(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `${file}: cannot be read`;
    throw new CodedError('file_unreadable', message, { field: 'file', expected: 'a readable file', cause });
  });
  return readPipelineFile(text);
}

function readSet(given: readonly string[]): Record<string, string> {
  const pairs = given.map((one): [string, string] => {
    const at = one.indexOf('=');
    if (at > 0) return [one.slice(0, at), one.slice(at + 1)];
    throw new CodedError('config_invalid', `--set ${one}`, { field: 'set', expected: 'NAME=VALUE' });
  });
  return Object.fromEntries(pairs);
}
