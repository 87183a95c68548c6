import type { Command } from 'commander';
import type { Penalty } from '../../../delivery/rollouts/index.ts';
import type { Freeze } from '../../../sites/devices/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

/** `freeze` and `unfreeze`: the brake over everything. */
export function addFreeze(program: Command): void {
  program
    .command('freeze')
    .description('nothing new goes out to any device, at once, until the brake is lifted; going back stays possible')
    .requiredOption('--all', 'the whole fleet')
    .requiredOption('--reason <text>', 'kept in the audit')
    .action(async ({ reason }: { reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const freeze = await (await connect(global)).post<Freeze>('/api/v1/freeze', { reason });
      print(freeze, global.json, () => `the fleet is frozen: ${freeze.reason}`);
    });
}

export function addUnfreeze(program: Command): void {
  program
    .command('unfreeze')
    .description('lift the brake over the fleet')
    .option('--reason <text>', 'kept in the audit', 'by hand')
    .action(async ({ reason }: { reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const freeze = await (await connect(global)).post<Freeze>('/api/v1/unfreeze', { reason });
      print(freeze, global.json, () => `the brake of ${freeze.actor} (${freeze.reason}) is lifted`);
    });
}

/** `penalties`: devices that failed three times, and are left alone for a day. */
export function addPenalties(program: Command): void {
  const penalties = program.command('penalties').description('devices that failed again and again');
  penalties
    .command('list')
    .description('who sits in the penalty box, why and until when')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { penalties: all } = await (await connect(global)).get<{ penalties: Penalty[] }>('/api/v1/penalties');
      print(all, global.json, () =>
        table(
          ['device', 'failures', 'until', 'last reason'],
          all.map((one) => [one.device, one.failures, new Date(one.until).toISOString().slice(0, 19), one.reason]),
        ),
      );
    });
  penalties
    .command('release [device]')
    .description('let one device out, or all of them')
    .option('--all', 'everybody', false)
    .option('--reason <text>', 'kept in the audit', 'by hand')
    .action(async (device: string | undefined, flags: { all: boolean; reason: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      if ((device === undefined) !== flags.all) command.error('error: name a device, or --all', { exitCode: 2 });
      const body = { reason: flags.reason, ...(device !== undefined && { device }) };
      const { released } = await (
        await connect(global)
      ).post<{ released: string[] }>('/api/v1/penalties/release', body);
      print(released, global.json, () =>
        released.length === 0 ? 'nobody is in the penalty box' : `${released.length} let out: ${released.join(', ')}`,
      );
    });
}
