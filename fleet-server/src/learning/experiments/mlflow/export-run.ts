import { createHash } from 'node:crypto';
import { ExperimentError } from '../errors.ts';
import type { Run, RunArtifact } from '../runs/run.ts';
import { uploadFiles, type ExportFile } from './artifacts.ts';
import { batchesOf } from './batches.ts';
import type { Mlflow } from './rest.ts';
import { findRun, logInput, openExperiment, openRun, type MlflowRun } from './tracking.ts';
import { tagsOf, valuesOf, type Pair, type Values } from './values.ts';

/** A run with its files, as the server gives them out. */
export interface RunSource {
  run: Run;
  artifacts: readonly RunArtifact[];
  bytesOf(name: string): Promise<Uint8Array>;
}

export interface ExportedRun {
  /** Ours, and theirs. */
  run: string;
  mlflowRun: string;
  experiment: string;
  /** `completed`: it was there, and something of it was missing or has changed since. */
  outcome: 'created' | 'completed' | 'unchanged';
  /** `recorded`: this server takes no files; their hashes stand in tags. */
  files: 'uploaded' | 'recorded' | 'none';
  artifactUri: string;
}

/** Something that becomes one run there. */
export interface Exportable extends Values {
  /** Which names it for good. */
  mark: Pair;
  name: string;
  startedAt: number;
  endedAt: number;
  status: 'FINISHED' | 'FAILED' | 'KILLED';
  dataset?: { name: string; version: string };
  parent?: Pair;
  files: ExportFile[];
}

/** Everything that was exported, so that the same export again changes nothing. */
const STAMP = 'plumbline.export';
const STATUS = { finished: 'FINISHED', failed: 'FAILED', stopped: 'KILLED' } as const;

/**
 * Writes a run that has ended into MLflow. It is found there by its tag `plumbline.run`, so that a second export, or one
 * after a crash, goes on with the same run.
 * @param experiment its name there; that of the run without
 * @throws ExperimentError `run_still_running`; as `createMlflow`, `openExperiment`
 */
export async function exportRun(mlflow: Mlflow, source: RunSource, experiment?: string): Promise<ExportedRun> {
  const { run } = source;
  const name = experiment ?? run.experiment;
  return { run: run.id, experiment: name, ...(await exportTo(mlflow, name, exportableOf(source))) };
}

export async function exportTo(
  mlflow: Mlflow,
  experimentName: string,
  what: Exportable,
): Promise<Omit<ExportedRun, 'run' | 'experiment'>> {
  const experiment = await openExperiment(mlflow, experimentName);
  const { mark, name, startedAt } = what;
  const { run, isNew } = await openRun(mlflow, { experiment, mark, name, startedAt, tags: [] });
  const about = { mlflowRun: run.id, artifactUri: run.artifactUri };
  const stamp = stampOf(what);
  const [digest, files] = (run.tags.get(STAMP) ?? '').split(' ');
  if (digest === stamp && run.status === what.status && isWay(files)) return { ...about, outcome: 'unchanged', files };

  const parent = what.parent && (await parentIn(mlflow, experiment, what.parent));
  await logValues(mlflow, run, { ...what, tags: [...what.tags, ...hashesOf(what.files), ...(parent ?? [])] });
  if (what.dataset !== undefined) await logInput(mlflow, run.id, what.dataset.name, what.dataset.version);
  const way = await bring(mlflow, run.artifactUri, what.files);
  await mlflow.post('runs/set-tag', { run_id: run.id, key: STAMP, value: `${stamp} ${way}` });
  await mlflow.post('runs/update', { run_id: run.id, status: what.status, end_time: what.endedAt });
  return { ...about, outcome: isNew ? 'created' : 'completed', files: way };
}

/** @throws ExperimentError `run_still_running` */
function exportableOf({ run, artifacts, bytesOf }: RunSource): Exportable {
  if (run.state === 'running' || run.endedAt === null) {
    throw new ExperimentError('run_still_running', `${run.id} has not ended`, {
      kind: 'conflict',
      field: 'run',
      expected: 'a run that has ended',
    });
  }
  const whole = Buffer.from(JSON.stringify(run, undefined, 2));
  return {
    ...valuesOf(run),
    mark: { key: 'plumbline.run', value: run.id },
    name: run.id,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    status: STATUS[run.state],
    ...(run.dataset === null ? {} : { dataset: run.dataset }),
    ...(run.parent === null ? {} : { parent: { key: 'plumbline.run', value: run.parent } }),
    files: [
      fileOf('plumbline/run.json', 'application/json', whole),
      ...artifacts.map(({ name, ...rest }) => ({ ...rest, path: name, bytes: () => bytesOf(name) })),
    ],
  };
}

export function fileOf(path: string, mediaType: string, content: Uint8Array): ExportFile {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, mediaType, sha256, sizeBytes: content.length, bytes: async () => content };
}

/** Metrics are appended there, never replaced: those that a broken export left are not sent again. */
async function logValues(mlflow: Mlflow, run: MlflowRun, { metrics, ...rest }: Values): Promise<void> {
  const missing = metrics.filter(({ key, step }) => step > (run.steps.get(key) ?? -1));
  for (const batch of batchesOf({ params: rest.params, tags: rest.tags, metrics: missing })) {
    await mlflow.post('runs/log-batch', { run_id: run.id, ...batch });
  }
}

async function parentIn(mlflow: Mlflow, experiment: string, mark: Pair): Promise<Pair[]> {
  const parent = await mlflow.retrying(() => findRun(mlflow, experiment, mark));
  return parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent.id }];
}

async function bring(mlflow: Mlflow, artifactUri: string, files: readonly ExportFile[]): Promise<ExportedRun['files']> {
  if (files.length === 0) return 'none';
  return (await uploadFiles(mlflow, artifactUri, files)) ? 'uploaded' : 'recorded';
}

function hashesOf(files: readonly ExportFile[]): Pair[] {
  return tagsOf(
    Object.fromEntries(
      files.map(({ path, sha256, sizeBytes, mediaType }) => [
        `plumbline.file.${path}`,
        `sha256:${sha256}, ${sizeBytes} bytes, ${mediaType}`,
      ]),
    ),
  );
}

function stampOf({ params, metrics, tags, status, files }: Exportable): string {
  const content = JSON.stringify([params, metrics, tags, status, files.map(({ path, sha256 }) => [path, sha256])]);
  return createHash('sha256').update(content).digest('hex');
}

function isWay(text: string | undefined): text is ExportedRun['files'] {
  return text === 'uploaded' || text === 'recorded' || text === 'none';
}
