import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { referencesIn } from '../../../learning/pipelines/file/references.ts';
import type { PipelineRun } from '../../../learning/pipelines/index.ts';
import { drawMermaid, drawSvg, drawText } from '../../../learning/pipelines/picture/draw.ts';
import { nodesOf, type Node } from '../../../learning/pipelines/picture/nodes.ts';
import { latestOf } from '../../../learning/pipelines/runs/read.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { latestRun, readRun, showRun, timeOf, type ShownRun } from './runs.ts';

/** `status`, `graph` and `logs` of a run: the newest, or the one that is named. */
export function addPipelineLooks(pipelines: Command): void {
  pipelines
    .command('status <pipeline>')
    .description('the steps of a run; one that failed ends with exit code 4')
    .option('--run <id>', 'which one; the newest without')
    .action(async (name: string, flags: { run?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const shown = await readRun(client, await latestRun(client, name, flags.run));
      print(shown, global.json, () => showRun(shown));
      if (shown.run.state === 'failed') process.exitCode = 4;
    });
  pipelines
    .command('graph <pipeline>')
    .description('the picture of a run')
    .option('--run <id>', 'which one; the newest without')
    .option('--svg <file>', 'as a drawing')
    .option('--mermaid', 'as a Mermaid flow chart')
    .action(async (name: string, flags: { run?: string; svg?: string; mermaid?: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const shown = await readRun(client, await latestRun(client, name, flags.run));
      const nodes = nodesOfRun(shown);
      const title = `${shown.run.pipeline}, run ${shown.run.id}: ${shown.run.state}`;
      if (flags.svg !== undefined) {
        await writeFile(flags.svg, drawSvg(nodes, title));
        return print({ file: flags.svg }, global.json, () => `${title} → ${flags.svg}`);
      }
      const drawn = flags.mermaid === true ? drawMermaid(nodes) : `${title}\n${drawText(nodes)}`;
      print({ nodes }, global.json, () => drawn);
    });
  pipelines
    .command('logs <pipeline>')
    .description('what the steps of a run said')
    .option('--run <id>', 'which one; the newest without')
    .option('--step <name>', 'of this step only')
    .action(async (name: string, flags: { run?: string; step?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const id = await latestRun(client, name, flags.run);
      const query = flags.step === undefined ? '' : `?step=${encodeURIComponent(flags.step)}`;
      const { lines } = await client.get<{ lines: { at: number; step: string; line: string }[] }>(
        `/api/v1/pipeline-runs/${encodeURIComponent(id)}/logs${query}`,
      );
      print({ run: id, lines }, global.json, () =>
        lines.map(({ at, step, line }) => `${timeOf(at)} ${step}: ${line}`).join('\n'),
      );
    });
}

/** Steps below what they wait for: what they take, and what they say they need. */
function nodesOfRun({ run, attempts }: ShownRun): Node[] {
  const waits = waitsOf(run);
  const placed = new Set<string>();
  const ordered: { name: string; uses: string; after: string[] }[] = [];
  // The server has refused cycles, so that every round places one.
  while (ordered.length < run.spec.steps.length) {
    for (const { name, uses } of run.spec.steps) {
      const after = waits.get(name) ?? [];
      if (placed.has(name) || !after.every((one) => placed.has(one))) continue;
      placed.add(name);
      ordered.push({ name, uses, after });
    }
  }
  return nodesOf(ordered, latestOf(attempts), Date.now());
}

function waitsOf({ spec }: PipelineRun): Map<string, string[]> {
  return new Map(
    spec.steps.map(({ name, needs, with: inputs, when }) => {
      const taken = referencesIn({ inputs, when }).found.map(({ source }) => source);
      return [name, [...new Set([...needs, ...taken.filter((source) => source !== 'parameters')])]];
    }),
  );
}
