import { createReadStream } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { calculateNetwork, type Schedule } from '@plumbline/shared/activity/network';
import { CodedError, isCodedError } from '@plumbline/shared/errors';
import { plansOf, readSchedule } from '@plumbline/shared/schedules';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';
import { importPlans, zoneReader } from '../schedules/import.ts';
import { reportOf, showReport } from '../schedules/report.ts';

/** Understood, and correctly declined. */
const REFUSED = 4;

interface ImportFlags {
  site: string;
  timeZone: string;
  typicalDelay?: number;
  ahead?: number;
  actor: string;
}

export function addSchedules(program: Command): void {
  const schedules = program
    .command('schedules')
    .description('Primavera P6 (XER) and Microsoft Project (XML) schedules: look at, take in');
  schedules
    .command('inspect <file>')
    .description('what is in a schedule, and whether its dates and floats are what its network gives; needs no server')
    .action(async (file: string, _flags: unknown, command: Command) => {
      const report = reportOf(await read(file));
      print(report, command.optsWithGlobals<Global>().json, () => showReport(report));
      if (report.refused !== undefined) process.exitCode = REFUSED;
    });
  schedules
    .command('import <file>')
    .description('plans of the open activities, with their floats, into the log of a site')
    .requiredOption('--site <site>', 'whose activities they are')
    .option('--time-zone <zone>', 'zone of the site: schedules are local wall time', 'UTC')
    .option('--typical-delay <days>', 'working days an activity is late by when it is late', days)
    .option('--ahead <days>', 'how long before its start a prediction is wanted', days)
    .option('--actor <name>', 'who the entries are by', 'head-office')
    .action(async (file: string, flags: ImportFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const toEpoch = zoneReader(flags.timeZone);
      const plans = plansOf(calculateNetwork(await read(file)), {
        toEpoch,
        ...(flags.typicalDelay === undefined ? {} : { typicalDelayDays: flags.typicalDelay }),
        ...(flags.ahead === undefined ? {} : { aheadDays: flags.ahead }),
      });
      const { site, actor } = flags;
      const imported = await importPlans(await connect(global), site, plans, { actor, now: Date.now() });
      print(
        imported,
        global.json,
        () => `${imported.added} of ${imported.activities} plans written to ${site}, ${imported.unchanged} unchanged`,
      );
    });
}

/** @throws CodedError `file_unreadable`, or what the reader says of the contents */
async function read(file: string): Promise<Schedule> {
  try {
    return await readSchedule(createReadStream(file));
  } catch (cause) {
    if (isCodedError(cause) || !(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new CodedError('file_unreadable', `${file}: cannot be read`, {
      field: file,
      expected: 'a readable file',
      cause,
    });
  }
}

function days(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 10_000)) throw new InvalidArgumentError('days above 0, at most 10000');
  return value;
}
