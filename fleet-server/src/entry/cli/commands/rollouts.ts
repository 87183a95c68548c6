import type { Command } from 'commander';
import type { CreatedRollout, Rollout } from '../../../delivery/rollouts/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { readPlan } from '../rollouts/read-plan.ts';
import { addForecast, forecastCreated } from '../rollouts/forecast.ts';
import { showForecast, showWarnings, type ShortForecast } from '../rollouts/show-forecast.ts';
import { showDecisions, showList, showRollout, type Shown } from '../rollouts/show.ts';
import { addWatch, allDecisions } from '../rollouts/watch.ts';
import { wholeNumber } from '../whole-number.ts';

const ORDERS = {
  start: 'open the first stage, or ask for its approval',
  approve: 'open the stage that waits for it; not for its author',
  reject: 'end a rollout that waits for its approval, for good',
  proceed: 'let a held stage go on, on what is known',
  pause: 'give nothing more out until it is resumed',
  resume: 'go on after a pause; where gates stopped it, what is known so far is acknowledged',
  stop: 'end it; devices keep what they have',
  revert: 'send everybody back by the return ticket, devices that are away included',
  retry: 'offer the release again to devices that failed',
} as const;

interface Flags {
  reason: string;
  expectedRevision?: string;
  acknowledge?: boolean;
  device?: string;
}

export function addRollouts(program: Command): void {
  const rollouts = program.command('rollouts').description('staged rollouts: plan, start, watch, stop');
  rollouts
    .command('create <plan>')
    .description('write down a rollout from a YAML plan; nothing moves until it is started')
    .option('--forecast', 'print what it would mean as a whole, not its warnings alone', false)
    .action(async (plan: string, flags: { forecast: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const body = await readPlan(plan);
      const client = await connect(global);
      const made = await client.post<CreatedRollout>('/api/v1/rollouts', body);
      const forecast = await forecastCreated(client, made.id);
      const { warnings } = forecast ?? {};
      print(flags.forecast ? { ...made, forecast } : { ...made, warnings }, global.json, () =>
        [showCreated(made), ...foreseen(forecast, flags.forecast)].join('\n'),
      );
    });
  addForecast(rollouts);
  rollouts
    .command('list')
    .description('newest first')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { rollouts: all } = await (await connect(global)).get<{ rollouts: Rollout[] }>('/api/v1/rollouts');
      print(all, global.json, () => showList(all));
    });
  rollouts
    .command('show <id>')
    .description('its stages, how far each came, and what devices wait for')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const shown = await (await connect(global)).get<Shown>(`/api/v1/rollouts/${id}`);
      print(shown, global.json, () => showRollout(shown));
    });
  rollouts
    .command('explain <id>')
    .description('every decision with its sentence, and the numbers of each gate')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const decisions = await allDecisions(client, id);
      const shown = { ...(await client.get<Shown>(`/api/v1/rollouts/${id}`)), decisions };
      print(shown, global.json, () => showDecisions(decisions));
    });
  addWatch(rollouts);
  for (const [order, says] of Object.entries(ORDERS)) addOrder(rollouts, order, says);
}

function addOrder(rollouts: Command, order: string, says: string): void {
  const added = rollouts
    .command(`${order} <id>`)
    .description(says)
    .option('--reason <text>', 'kept with the decision', 'by hand')
    .option('--expected-revision <number>', 'refuse when somebody else has changed it since');
  if (order === 'resume') {
    added
      .option('--acknowledge', 'what is known to fail does not stop it again, also after a pause by a person')
      .option('--no-acknowledge', 'look at everything again');
  }
  if (order === 'retry') added.option('--device <id>', 'this one alone');
  added.action(async (id: string, flags: Flags, command: Command) => {
    const global = command.optsWithGlobals<Global>();
    const { reason, expectedRevision, acknowledge, device } = flags;
    const moved = await (
      await connect(global)
    ).post<Rollout & { retried?: string[] }>(`/api/v1/rollouts/${id}/${order}`, {
      reason,
      ...(expectedRevision !== undefined && { expectedRevision: wholeNumber('expected-revision', expectedRevision) }),
      ...(acknowledge !== undefined && { acknowledge }),
      ...(device !== undefined && { device }),
    });
    const about = moved.retried === undefined ? '' : `; tries again ${moved.retried.join(', ')}`;
    print(moved, global.json, () => `${moved.id} is ${moved.state.status} (revision ${moved.revision})${about}`);
  });
}

function foreseen(forecast: ShortForecast | undefined, isWhole: boolean): string[] {
  if (forecast === undefined || (!isWhole && forecast.warnings.length === 0)) return [];
  return [isWhole ? showForecast(forecast) : showWarnings(forecast.warnings)];
}

function showCreated({ id, stages, leftOut }: CreatedRollout): string {
  const rows = stages.map((one, index) => [index + 1, one.name, one.selected, one.adds]);
  const out = leftOut.map(({ device, reason }) => `left out ${device}: ${reason}`);
  return [id, table(['stage', 'name', 'selects', 'adds'], rows), ...out].join('\n');
}
