import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { parse } from 'yaml';
import type { Rollout } from '../../../delivery/rollouts/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

type Shown = Rollout & { decisions: { at: number; stage: number; verdict: string; sentence: string }[] };

export function addRollouts(program: Command): void {
  const rollouts = program.command('rollouts').description('staged rollouts: plan, start, watch, stop');
  rollouts
    .command('create <plan>')
    .description('write down a rollout from a YAML plan; nothing moves until it is started')
    .action(async (plan: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body: unknown = parse(await readFile(plan, 'utf8'));
      const made = await (await connect(global)).post<{ id: string }>('/api/v1/rollouts', body);
      print(made, global.json, () => made.id);
    });
  rollouts
    .command('list')
    .description('newest first')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { rollouts: all } = await (await connect(global)).get<{ rollouts: Rollout[] }>('/api/v1/rollouts');
      print(all, global.json, () =>
        table(
          ['rollout', 'model', 'state', 'stage', 'reason'],
          all.map((one) => [
            one.id,
            `${one.line}@${one.version}`,
            one.state.status,
            `${one.state.stage + 1} of ${one.plan.stages.length} ${one.state.stageStatus}`,
            one.state.reason,
          ]),
        ),
      );
    });
  rollouts
    .command('explain <id>')
    .description('every decision with its sentence')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const shown = await (await connect(global)).get<Shown>(`/api/v1/rollouts/${id}`);
      print(shown, global.json, () =>
        table(
          ['at', 'stage', 'verdict', 'sentence'],
          shown.decisions.map((one) => [new Date(one.at).toISOString(), one.stage + 1, one.verdict, one.sentence]),
        ),
      );
    });
  for (const order of ['start', 'pause', 'resume', 'stop', 'revert'] as const) {
    rollouts
      .command(`${order} <id>`)
      .description(`${order} a rollout`)
      .option('--reason <text>', 'kept with the decision', 'by hand')
      .action(async (id: string, flags: { reason: string }, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const moved = await (await connect(global)).post<Rollout>(`/api/v1/rollouts/${id}/${order}`, flags);
        print(moved, global.json, () => `${id} is ${moved.state.status}`);
      });
  }
}
