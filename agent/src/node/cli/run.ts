import type { Command } from 'commander';
import { Option } from 'commander';
import { configOf, type RawSettings } from '../config.ts';
import { createNodeAgent } from '../create-node-agent.ts';
import { FAULTS } from '../inject.ts';
import { createLog } from '../platform/log.ts';
import { print } from './output.ts';

/** `run`: the agent itself, until SIGTERM or SIGINT. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('run the agent and its local API on loopback until SIGTERM')
    .option('--port <n>', 'port of the local API, 0 for any free one (default: 7420)')
    .option('--profile <id>', 'firmware profile; the one of the enrolment when left out')
    .option('--first-delay-ms <n>', 'spread of the first reconnect after a drop (default: 60000)')
    .option('--log-level <level>', 'error, warn, info or debug (default: info)')
    .option('--clock <kind>', 'development: "driven" is set through POST /v1/clock (default: real)')
    .option('--now <time>', 'development: where a driven clock starts, ISO 8601')
    .option('--development', 'allow what must not run on a site')
    .addOption(new Option('--inject <fault...>', 'development: plant faults').choices(FAULTS))
    .action(async (_own: unknown, command: Command) => {
      const { json, ...flags } = command.optsWithGlobals<RawSettings & { json: boolean }>();
      const config = configOf(flags);
      await using running = await createNodeAgent(config, createLog(config.logLevel));
      const { url, site, device } = running;
      print({ listening: url, device, site }, json, () => `${site}/${device} listening on ${url}`);
      await stopSignal();
    });
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}
