import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CodedError, codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import {
  assessQuality,
  deriveFeatures,
  openDataset,
  type Dataset,
  type QualityFinding,
} from '../../../learning/datasets/index.ts';
import {
  trainDelayModel,
  trainModel,
  type TrainedDelayModel,
  type TrainedModel,
} from '../../../learning/pipelines/index.ts';
import { openJournalFile, type SearchOptions } from '../../../learning/training/index.ts';
import { openWorkbench } from '../../../workbench.ts';
import type { Global } from '../connection.ts';
import { postRun } from '../experiments/post-run.ts';
import { print } from '../output.ts';
import { readTrainFlags, type TrainRequest } from './read-train-flags.ts';
import { runFileOf, runOfTraining } from './run-of-training.ts';
import { showTraining } from './show-training.ts';
import type { TrainFlags } from './train.ts';
import { reportOf, type TrainingReport } from './training-report.ts';
import { filesOf, writeFiles } from './write-training.ts';

const JOURNAL = 'search.journal';
const DEFAULT_HOLDOUT = 0.2;
/** Refused by the gate: understood, done, and rightly not to be registered. */
const REFUSED = 4;

type Trained = TrainedModel | TrainedDelayModel;

/** Trains, writes what was asked for, and tells; a search that is stopped can be resumed from its folder. */
export async function runTrain(flags: TrainFlags, global: Global): Promise<void> {
  const request = readTrainFlags(flags);
  const startedAt = Date.now();
  const dataset = await datasetOf(request, global);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const journal = await journalOf(request);
    const notes: string[] = [];
    // Against the split that is used, which need not be the one that the columns suggest.
    const { findings } = assessQuality({ ...dataset, split: request.split ?? dataset.split });
    const trained = await trainWhatIsThere(request, dataset, notes, {
      ...optionsOf(request),
      signal: stop.signal,
      onProgress: tellProgress,
      onGate: tellGate,
      findings,
      ...(journal === undefined ? {} : { journal: openJournalFile(journal) }),
    });
    tell('');
    const report = reportOf(trained, findings, notes, request.published);
    const lost = await keep(trained, report, request, global, startedAt);
    // What it kept is in the model now.
    if (journal !== undefined) await rm(journal, { force: true });
    print(report, global.json, () => showTraining(report, request.published));
    if (report.gate.verdict === 'refuse') process.exitCode = REFUSED;
    if (lost !== undefined) throw lost;
  } finally {
    tell('');
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** In the folder and on the server, as was asked for. @returns why it is not on the server: what is written stays */
async function keep(
  trained: Trained,
  report: TrainingReport,
  { out, record }: TrainRequest,
  global: Global,
  startedAt: number,
): Promise<CodedError | undefined> {
  if (out === undefined && record === undefined) return undefined;
  const files = await filesOf(trained, report);
  const run = runOfTraining(trained, report, files, { startedAt, endedAt: Date.now() });
  if (out !== undefined) report.files = await writeFiles(resolve(out), [...files, runFileOf(run)]);
  if (record === undefined) return undefined;
  try {
    const bytes = new Map(files.map((file) => [file.name, file.bytes]));
    report.run = (await postRun(global, record, run, async (name) => bytes.get(name)!)).id;
    return undefined;
  } catch (cause) {
    const later =
      out === undefined
        ? '--out, so that it can be written down later'
        : `later: plumbline runs record --from ${quoted(out)} --experiment ${quoted(record)}`;
    return new CodedError('run_not_recorded', `the run is not on the server: ${messageOf(cause)} [${codeOf(cause)}]`, {
      kind: isCodedError(cause) ? cause.kind : 'internal',
      field: 'record',
      expected: later,
      cause,
    });
  }
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w./@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

async function datasetOf(request: TrainRequest, global: Global): Promise<Dataset> {
  return deriveFeatures(await readDataset(request, global), request.derive);
}

async function readDataset({ source }: TrainRequest, { state }: Global): Promise<Dataset> {
  if ('dataset' in source) {
    await using bench = openWorkbench();
    return bench.readDataset(state, source.dataset);
  }
  const stated = Object.keys(source.roles).length > 0;
  return openDataset(
    source.files.map((file) => resolve(file)),
    stated ? { roles: source.roles } : {},
  );
}

/** Kept beside what will be written, so that the same command with --resume goes on. */
async function journalOf({ out, resume }: TrainRequest): Promise<string | undefined> {
  if (out === undefined) return undefined;
  const file = join(resolve(out), JOURNAL);
  if (!resume) await rm(file, { force: true });
  await mkdir(resolve(out), { recursive: true });
  if (resume && !existsSync(file)) tell('nothing to resume: the search begins anew\n');
  return file;
}

function optionsOf(request: TrainRequest) {
  const { algorithms, strategy, folds, repeats, seed, workers, memoryMb, permutations, split } = request;
  return {
    strategy,
    folds,
    repeats,
    seed,
    workers,
    memoryMb,
    gatePermutations: permutations,
    finalists: true,
    ...(algorithms === undefined ? {} : { algorithms }),
    ...(split === undefined ? {} : { split }),
  };
}

type Options = ReturnType<typeof optionsOf> &
  Pick<SearchOptions, 'signal' | 'onProgress' | 'journal'> & { onGate: () => void; findings: QualityFinding[] };

/** Where nobody asked for a hold-out and the rows do not suffice for one, all of them are learned from. */
async function trainWhatIsThere(
  request: TrainRequest,
  dataset: Dataset,
  notes: string[],
  options: Options,
): Promise<Trained> {
  const { holdout = DEFAULT_HOLDOUT } = request;
  try {
    return await trainFor(request, dataset, { ...options, ...(holdout === 0 ? {} : { holdout }) });
  } catch (error) {
    if (codeOf(error) !== 'no_holdout' || request.holdout !== undefined) throw error;
    notes.push(`Nothing was held out: ${dataset.examples.length} rows are too few for it.`);
    return trainFor(request, dataset, options);
  }
}

function trainFor(request: TrainRequest, dataset: Dataset, options: Options & { holdout?: number }): Promise<Trained> {
  const { task, loss, classWeight, costs } = request;
  if (task === 'regression') return trainDelayModel(dataset, { ...options, ...(loss === undefined ? {} : { loss }) });
  return trainModel(dataset, {
    ...options,
    ...(classWeight === undefined ? {} : { classWeight }),
    ...(costs === undefined ? {} : { costs }),
  });
}

function tellProgress(done: number, total: number, remainingS?: number): void {
  const left = remainingS === undefined || done === total ? '' : `, about ${showSeconds(remainingS)} left`;
  tell(`${done} of ${total} fits${left}`);
}

function tellGate(): void {
  tell('quality gate: retraining on shuffled answers …');
}

function showSeconds(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}

/** The line for a person who waits; a program sees none of it. */
function tell(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}
