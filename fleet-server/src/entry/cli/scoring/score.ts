import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import {
  MAX_REASONS,
  nameOf,
  scoreFile,
  timeOfCell,
  type ResultFormat,
  type RowPlan,
  type ScoreCounts,
} from '../../../learning/scoring/index.ts';
import { openWorkbench } from '../../../workbench.ts';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';
import { modelOf, type ModelFlags } from './model-of.ts';

interface Flags extends ModelFlags {
  file: string;
  out: string;
  id?: string;
  asOf?: string;
  reasons: string;
  batch: string;
}

const SOME_BAD = 4;
const MOST_BATCH_ROWS = 100_000;

/** `plumbline score`: a file of rows and a model; every row comes back once, with a score or with the code of an error. */
export function addScore(program: Command): void {
  program
    .command('score')
    .description('score the rows of a file; exit 4 when some have an error in the place of a score')
    .requiredOption('--model <model>', 'NAME@VERSION, NAME@ALIAS, NAME, BUNDLE.plb or MODEL.onnx')
    .requiredOption('--file <file>', 'CSV, NDJSON or Parquet')
    .requiredOption('--out <file>', 'the result, as CSV or, by its name, NDJSON')
    .option('--mapping <file>', 'what the inputs of an ONNX file mean, as YAML')
    .option('--variant <name>', 'which encoding of a version; the first that is for any device without')
    .option('--id <column>', 'whose row it is; `activity` or `id` without')
    .option('--as-of <column-or-date>', 'when a row is asked for: a column, or a date for all; `asOf` or now without')
    .option('--reasons <n>', `reasons a row, up to ${MAX_REASONS}`, '0')
    .option('--batch <n>', 'rows that are asked in one go', '1000')
    .option('--server', 'ask the running server for the bundle instead of its state folder', false)
    .option('--unverified', 'take a model that nobody approved or sealed', false)
    .action(async (flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const reasons = wholeNumber('reasons', flags.reasons, { max: MAX_REASONS });
      const batchRows = wholeNumber('batch', flags.batch, { min: 1, max: MOST_BATCH_ROWS });
      const format = formatOf(flags.out);
      await using bench = openWorkbench();
      const model = await modelOf(bench, flags, global);
      if (model.sealedBy === undefined) console.error(`${nameOf(model)}: UNVERIFIED, nobody's seal was asked for`);
      const { file, out } = flags;
      const order = { model, file, out, format, plan: planOf(flags), reasons, batchRows, onBatch: showProgress };
      const scored = await scoreFile(bench, order);
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
      const bad = Object.values(scored.bad).reduce((sum, one) => sum + one, 0);
      if (bad > 0) process.exitCode = SOME_BAD;
      const { line, version, variant, sha256, sealedBy } = model;
      const about = { line, version, variant, sha256, sealedBy: sealedBy ?? null };
      print({ model: about, out: flags.out, ...scored }, global.json, () =>
        [
          `${nameOf(model)}: ${scored.rows} rows → ${flags.out}`,
          ...Object.entries(scored.bad).map(([code, count]) => `  ${count} without a score: ${code}`),
          ...(scored.absent.length > 0 ? [`  not in the file, taken as missing: ${scored.absent.join(', ')}`] : []),
        ].join('\n'),
      );
    });
}

/** A date is one for all rows; anything else is the name of a column. */
function planOf({ id, asOf }: Flags): RowPlan {
  const moment = asOf === undefined || !/^\d/.test(asOf) ? null : timeOfCell(asOf);
  return { id, asOf: moment === null ? asOf : undefined, asOfMs: moment ?? Date.now() };
}

function formatOf(out: string): ResultFormat {
  if (/\.csv$/i.test(out)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(out)) return 'ndjson';
  const expected = 'a name that ends with .csv or .ndjson';
  throw new CodedError('config_invalid', `--out: ${out}`, { field: 'out', expected });
}

function showProgress({ rows }: ScoreCounts): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${rows} rows …`);
}
