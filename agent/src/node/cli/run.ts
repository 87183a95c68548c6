import type { Command } from 'commander';
import { Option } from 'commander';
import { codeOf } from '@plumbline/shared/errors';
import { configOf, type NodeConfig, type RawSettings } from '../config.ts';
import { createNodeAgent } from '../create-node-agent.ts';
import { FAULTS } from '../inject.ts';
import { createLog, type Logger } from '../platform/log.ts';
import { openStateFolder } from '../storage/state-folder.ts';
import { print } from './output.ts';
import { watchedBy } from './service.ts';

/** Told apart by the unit: a device that has left its fleet is not started again. */
const RETIRED_EXIT_CODE = 5;

/** `run`: the agent itself, until SIGTERM or SIGINT, or until it was ordered to leave its fleet and has. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('run the agent, its local API and its sources until SIGTERM')
    .option('--port <n>', 'port of the local API, 0 for any free one (default: 7420)')
    .option('--listen <host:port>', 'local API on the site network too; needs TLS and tokens')
    .option('--tls-cert <file>', 'its certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--token-file <file>', 'who may ask: lines of read|write NAME TOKEN')
    .option('--allow-origin <origin...>', 'web origins whose pages may ask on the site network')
    .option('--drop-folder <dir>', 'predict the CSV and NDJSON files that appear there')
    .option('--source-mqtt <url>', 'predict the records that a broker of the site passes on, mqtts:// (or loopback)')
    .option('--source-topic <filter>', 'where they come from')
    .option('--result-topic <topic>', 'where the answers go')
    .option('--source-error-topic <topic>', 'where messages go that are none (default: RESULT/errors)')
    .option('--source-credentials <file>', 'JSON with username and password for that broker')
    .option('--source-ca <file>', 'the authority of that broker, PEM; those of the system when left out')
    .option('--source-line <name>', 'model line that sources ask; needed where several run')
    .option('--source-reasons <n>', 'reasons a record from sources (default: 0)')
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
      const log = createLog(config.logLevel);
      if ((await runUntilTheEnd(config, log, json)) === 'stopped') return;
      openStateFolder(config.stateFolder).erase();
      print({ retired: true }, json, () => 'this device has left its fleet, and nothing of it is left here');
      process.exitCode = RETIRED_EXIT_CODE;
    });
}

/** @returns `retired` when the device left its fleet, now or before; everything is closed then */
async function runUntilTheEnd(config: NodeConfig, log: Logger, json: boolean): Promise<'stopped' | 'retired'> {
  try {
    await using all = new AsyncDisposableStack();
    const running = all.use(await createNodeAgent(config, log));
    const { url, lanUrl, site, device, retired } = running;
    const said = { listening: url, device, site, ...(lanUrl !== undefined && { lan: lanUrl }) };
    print(said, json, () => `${site}/${device} listening on ${[url, lanUrl].filter(Boolean).join(' and ')}`);
    all.use(watchedBy(config, running, log));
    return await Promise.race([stopSignal(), retired.then(() => 'retired' as const)]);
  } catch (error) {
    if (codeOf(error) === 'device_retired') return 'retired';
    throw error;
  }
}

function stopSignal(): Promise<'stopped'> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('stopped'));
    process.once('SIGINT', () => resolve('stopped'));
  });
}
