import { readFile, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import { toBase64 } from '@plumbline/shared/trust';
import type { BatchJob, BatchRun, BatchSource } from '../../../learning/scoring/index.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';
import { wholeNumber } from '../whole-number.ts';

interface CreateFlags {
  model: string;
  dataset?: string;
  file?: string;
  activities?: string | true;
  cron?: string;
  once?: boolean;
  zone: string;
  reasons: string;
  keep: string;
}

type Shown = BatchJob & { runs: BatchRun[] };
type Client = Awaited<ReturnType<typeof connect>>;

const RUN_FAILED = 4;
const path = (id: string, order = '') => `/api/v1/batch/${encodeURIComponent(id)}${order}`;

/** `plumbline batch`: jobs in the server that score rows again and again. */
export function addBatch(program: Command): void {
  const batch = program.command('batch').description('rows that the server scores by the clock, and what came of them');
  addCreate(batch);
  batch
    .command('list')
    .description('all jobs')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { jobs } = await (await connect(global)).get<{ jobs: BatchJob[] }>('/api/v1/batch');
      print(jobs, global.json, () =>
        table(
          ['job', 'model', 'rows', 'when', 'state', 'next'],
          jobs.map((job) => [job.id, job.model, sourceOf(job), job.cron ?? 'once', stateOf(job), timeOf(job.nextAt)]),
        ),
      );
    });
  batch
    .command('show <job>')
    .description('one job and its runs; exit 4 when the newest has failed')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const job = await (await connect(global)).get<Shown>(path(id));
      if (job.runs[0]?.state === 'failed') process.exitCode = RUN_FAILED;
      print(job, global.json, () => describe(job));
    });
  for (const [order, says] of [
    ['run', 'run it at the next look, whatever its hour'],
    ['pause', 'do not run it until it is resumed'],
    ['resume', 'go on with its next hour'],
  ] as const) {
    batch
      .command(`${order} <job>`)
      .description(says)
      .action(async (id: string, _flags: unknown, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const job = await (await connect(global)).post<BatchJob>(path(id, `/${order}`), {});
        print(job, global.json, () => `${job.id}: ${stateOf(job)}, next ${timeOf(job.nextAt)}`);
      });
  }
  batch
    .command('delete <job>')
    .description('remove a job with its runs')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const gone = await (await connect(global)).delete<{ runs: number }>(path(id));
      print(gone, global.json, () => `${id} is gone, with ${gone.runs} runs`);
    });
  batch
    .command('results <job>')
    .description('the rows of a run, as NDJSON')
    .requiredOption('--out <file>', 'where to')
    .option('--run <n>', 'which one; the newest that succeeded without')
    .action(async (id: string, flags: { out: string; run?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const query = flags.run === undefined ? '' : `?run=${wholeNumber('run', flags.run, { min: 1 })}`;
      const bytes = await (await connect(global)).bytes(path(id, `/results${query}`), Number.MAX_SAFE_INTEGER);
      await writeFile(`${flags.out}.part`, bytes);
      await rename(`${flags.out}.part`, flags.out);
      print({ job: id, out: flags.out, sizeBytes: bytes.length }, global.json, () => `${id} → ${flags.out}`);
    });
}

function addCreate(batch: Command): void {
  batch
    .command('create <job>')
    .description('score rows by the clock, or once')
    .requiredOption('--model <model>', 'NAME@VERSION, NAME@ALIAS or NAME; what it means is asked by each run')
    .option('--dataset <name@version>', 'the rows of a registered dataset')
    .option('--file <file>', 'the rows of a CSV, NDJSON or Parquet file, which is uploaded now')
    .option('--activities [site]', 'what is planned on a site and not over, or on all sites')
    .option('--cron <pattern>', 'five fields, as "0 5 * * *"')
    .option('--once', 'at once, and not again')
    .option('--zone <name>', 'time zone of the pattern', 'UTC')
    .option('--reasons <n>', 'reasons a row', '0')
    .option('--keep <n>', 'how many runs are kept', '30')
    .action(async (id: string, flags: CreateFlags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      if ((flags.cron === undefined) !== (flags.once === true)) throw wrong('cron', 'either --cron or --once');
      const client = await connect(global);
      const job = await client.post<BatchJob>('/api/v1/batch', {
        id,
        model: flags.model,
        source: await readSource(client, flags),
        ...(flags.cron !== undefined && { cron: flags.cron }),
        zone: flags.zone,
        reasons: wholeNumber('reasons', flags.reasons),
        keepRuns: wholeNumber('keep', flags.keep, { min: 1 }),
      });
      print(job, global.json, () => `${job.id}: ${sourceOf(job)} by ${job.model}, next ${timeOf(job.nextAt)}`);
    });
}

async function readSource(client: Client, { dataset, file, activities }: CreateFlags): Promise<BatchSource> {
  const given = [dataset, file, activities].filter((one) => one !== undefined);
  if (given.length !== 1) throw wrong('dataset', 'one of --dataset, --file and --activities');
  if (dataset !== undefined) return { kind: 'dataset', dataset };
  if (file === undefined) return { kind: 'activities', ...(typeof activities === 'string' && { site: activities }) };
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CodedError('file_unreadable', `${file}: cannot be read`, {
      field: 'file',
      expected: 'a readable file',
      cause,
    });
  });
  const sent = await client.post<{ artifact: string }>('/api/v1/batch/uploads', { base64: toBase64(bytes) });
  return { kind: 'upload', artifact: sent.artifact, name: basename(file) };
}

function describe(job: Shown): string {
  return [
    `${job.id}: ${sourceOf(job)} by ${job.model}, ${job.cron ?? 'once'} ${job.zone}, ${stateOf(job)}, next ${timeOf(job.nextAt)}`,
    table(
      ['run', 'due', 'ended', 'model', 'rows', 'bad', 'outcome'],
      job.runs.map((run) => [
        run.run,
        timeOf(run.dueAt),
        timeOf(run.finishedAt),
        run.version === undefined ? '–' : `${run.line}@${run.version}`,
        run.rows,
        run.bad,
        run.error === undefined ? run.state : `${run.error.code}: ${run.error.message}`,
      ]),
    ),
  ].join('\n');
}

function sourceOf({ source }: BatchJob): string {
  if (source.kind === 'dataset') return source.dataset.replace(/(@[0-9a-f]{16})[0-9a-f]+$/, '$1');
  return source.kind === 'upload' ? source.name : `activities of ${source.site ?? 'all sites'}`;
}

function stateOf({ state, runningFor }: BatchJob): string {
  return runningFor === undefined ? state : 'running';
}

function timeOf(at: number | undefined): string {
  return at === undefined ? '–' : new Date(at).toISOString().slice(0, 19);
}

function wrong(field: string, expected: string): CodedError {
  return new CodedError('config_invalid', `--${field}: ${expected}`, { field, expected });
}
