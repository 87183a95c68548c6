import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { isRetryable } from '@plumbline/shared/errors';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface Health {
  status: string;
  now: number;
  development: boolean;
}

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('whether the server of this state folder answers')
    .option('--wait <seconds>', 'give it this long to start', '0')
    .action(async (flags: { wait: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const until = Date.now() + Number(flags.wait) * 1000;
      for (;;) {
        try {
          const client = await connect(global);
          const health = await client.get<Health>('/api/v1/health');
          print(
            { url: client.url, ...health },
            global.json,
            () => `${client.url} answers${health.development ? ' (development keys)' : ''}`,
          );
          return;
        } catch (error) {
          if (!isRetryable(error) || Date.now() >= until) throw error;
        }
        await wait(200);
      }
    });
}
