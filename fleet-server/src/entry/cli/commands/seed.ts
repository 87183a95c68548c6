import type { Command } from 'commander';
import { readConfig } from '../../../config.ts';
import { openWorkbench } from '../../../workbench.ts';
import { seedFleet } from '../../seed/index.ts';
import type { Global } from '../connection.ts';
import { wholeNumber } from '../whole-number.ts';

const [MAX_DEVICES, MAX_ROWS] = [100_000, 100_000_000];

interface Flags {
  devices: string;
  rows: string;
  seed: string;
  database?: string;
}

export function addSeed(program: Command): void {
  program
    .command('seed')
    .description('fill an empty fleet with invented devices and predictions, to try the console and to measure')
    .option('--devices <n>', 'devices, five on a site', '1000')
    .option('--rows <n>', 'predictions over all devices', '100000')
    .option('--seed <n>', 'seed of everything that is drawn', '7')
    .option('--database <url>', 'sqlite:PATH or postgres://…')
    .addHelpText(
      'after',
      '\nDevices are invented in the books alone: nobody answers for them, and a server that starts shows them as away.' +
        '\nSeed while the server runs to see them connected.',
    )
    .action(async (flags: Flags, command: Command) => {
      const { state, json } = command.optsWithGlobals<Global>();
      const options = {
        devices: wholeNumber('devices', flags.devices, { min: 1, max: MAX_DEVICES }),
        rows: wholeNumber('rows', flags.rows, { max: MAX_ROWS }),
        seed: wholeNumber('seed', flags.seed, { max: 0xffff_ffff }),
      };
      const database = flags.database === undefined ? {} : { PLUMBLINE_DATABASE_URL: flags.database };
      const config = readConfig({ ...process.env, ...database, PLUMBLINE_STATE: state });
      await using workbench = openWorkbench();
      const books = await workbench.openBooks(config);
      try {
        const isShown = !json && process.stderr.isTTY;
        const told = (rows: number) =>
          void (isShown && process.stderr.write(`\r${rows} of ${options.rows} predictions`));
        const made = await seedFleet(books, 'user:operator', options, told);
        if (isShown) process.stderr.write('\r\u001b[K');
        console.log(
          json
            ? JSON.stringify(made)
            : `${made.devices} devices on ${made.sites} sites, ${made.online} of them connected, and ${made.rows} predictions`,
        );
      } finally {
        await books.database.close();
      }
    });
}
