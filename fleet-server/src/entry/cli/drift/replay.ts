import { Option, type Command } from 'commander';
import { DETECTOR_NAMES, type DetectorName } from '@plumbline/shared/drift';
import { CodedError } from '@plumbline/shared/errors';
import type { Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { countReference } from './count-columns.ts';
import { namesIn } from './names-in.ts';
import { replayErrors, type Replay } from './replay-errors.ts';
import { replayWindows } from './replay-windows.ts';

interface Flags {
  file: string;
  error?: string;
  reference?: string;
  detector: DetectorName;
  window: string;
  ignore: string;
}

const SMALLEST_WINDOW = 20;

/** `drift replay`: what a detector would have said of a file, row by row; needs no server. Alarms are no failure. */
export function addReplay(drift: Command): void {
  drift
    .command('replay')
    .description('what a detector says of a file, row by row; no server needed')
    .requiredOption('--file <csv>', 'the stream, in order')
    .option('--error <column>', '1 where a prediction was wrong, 0 where it was right')
    .option('--reference <csv>', 'what windows of the file are held against, by psi or chi2')
    .addOption(new Option('--detector <name>', 'which').choices(DETECTOR_NAMES).makeOptionMandatory())
    .option('--window <rows>', 'of psi and chi2', '500')
    .option('--ignore <columns>', 'of the reference, with commas', '')
    .action(async (flags: Flags, command: Command) => {
      const replay = await replayFile(flags);
      const { n } = replay;
      // Programs get these fields and no others.
      const alarms = replay.alarms.map(({ position, detector, statistic, threshold }) => {
        return { position, detector, statistic, threshold };
      });
      print({ n, alarms }, command.optsWithGlobals<Global>().json, () => describe(replay));
    });
}

async function replayFile({ file, error, reference, detector, window: given, ignore }: Flags): Promise<Described> {
  const window = wholeNumber('--window', given);
  if (window < SMALLEST_WINDOW) {
    const expected = `${SMALLEST_WINDOW} rows or more`;
    throw new CodedError('window_too_small', `--window: ${window}`, { field: '--window', expected });
  }
  if ((error === undefined) === (reference === undefined)) {
    const expected = 'one of --error COLUMN and --reference CSV';
    throw new CodedError('config_invalid', `--error, --reference: ${expected}`, { field: '--error', expected });
  }
  if (error !== undefined) return replayErrors(file, { column: error, detector, window });
  if (detector !== 'psi' && detector !== 'chi2') {
    throw new CodedError('error_column_required', `--detector ${detector} watches errors, not columns`, {
      field: '--error',
      expected: 'a column of 0 and 1; or --detector psi or chi2 with --reference',
    });
  }
  return replayWindows(file, await countReference(reference ?? '', namesIn(ignore)), { detector, window });
}

type Described = Omit<Replay, 'alarms'> & { alarms: (Replay['alarms'][number] & { columns?: string[] })[] };

function describe({ n, alarms }: Described): string {
  if (alarms.length === 0) return `${n} rows, no alarm`;
  const head = ['row', 'statistic', 'threshold', 'columns'];
  const rows = alarms.map(({ position, statistic, threshold, columns = [] }) => {
    return [String(position), statistic.toPrecision(4), threshold.toPrecision(4), columns.join(', ')];
  });
  return `${n} rows, ${alarms.length} alarms of ${alarms[0]?.detector}\n${table(head, rows)}`;
}
