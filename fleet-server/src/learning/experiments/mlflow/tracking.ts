import { z } from 'zod';
import { isTheirs, MlflowError } from './errors.ts';
import { answer, type Mlflow } from './rest.ts';
import type { Pair } from './values.ts';

const pairs = z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]);
/** int64 comes as a number or as text. */
const whole = z.coerce.number();
const experimentAnswer = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string().default('active') }),
});
const createdExperiment = z.object({ experiment_id: z.string() });
const run = z.object({
  info: z.object({ run_id: z.string(), status: z.string().default('RUNNING'), artifact_uri: z.string().default('') }),
  data: z
    .object({
      tags: pairs,
      metrics: z.array(z.object({ key: z.string(), step: whole.default(0) })).default([]),
    })
    .default({ tags: [], metrics: [] }),
});
const runAnswer = z.object({ run });
const runsAnswer = z.object({ runs: z.array(run).default([]) });

export interface MlflowRun {
  id: string;
  status: string;
  artifactUri: string;
  tags: ReadonlyMap<string, string>;
  /** Last step of each metric that is there. */
  steps: ReadonlyMap<string, number>;
}

/** The experiment of this name, made where there is none. @throws MlflowError `mlflow_experiment_deleted` */
export async function openExperiment(mlflow: Mlflow, name: string): Promise<string> {
  const known = await experimentByName(mlflow, name);
  if (known !== undefined) return known;
  try {
    const made = await mlflow.post('experiments/create', { name });
    return answer(createdExperiment, made, 'experiments/create').experiment_id;
  } catch (error) {
    if (!isTheirs(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    // Somebody else was faster, or our own first try has arrived after all.
    const other = await experimentByName(mlflow, name);
    if (other === undefined) throw error;
    return other;
  }
}

async function experimentByName(mlflow: Mlflow, name: string): Promise<string | undefined> {
  try {
    const found = await mlflow.get('experiments/get-by-name', { experiment_name: name });
    const { experiment } = answer(experimentAnswer, found, 'experiments/get-by-name');
    if (experiment.lifecycle_stage !== 'deleted') return experiment.experiment_id;
  } catch (error) {
    if (isTheirs(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined;
    throw error;
  }
  throw new MlflowError('mlflow_experiment_deleted', `experiment ${name} was deleted on the MLflow server`, {
    kind: 'conflict',
    field: 'experiment',
    expected: 'another name, or the experiment restored there',
  });
}

/** The run that carries this tag; with two of them the one that came first. */
export async function findRun(
  mlflow: Mlflow,
  experiment: string,
  { key, value }: Pair,
): Promise<MlflowRun | undefined> {
  const body = {
    experiment_ids: [experiment],
    // Ids and names of ours hold neither quotes nor backslashes.
    filter: `tags.\`${key}\` = '${value}'`,
    run_view_type: 'ACTIVE_ONLY',
    max_results: 1,
    order_by: ['attributes.start_time ASC'],
  };
  const { runs } = answer(runsAnswer, await mlflow.postOnce('runs/search', body), 'runs/search');
  return runs[0] === undefined ? undefined : runOf(runs[0]);
}

export interface NewRun {
  experiment: string;
  /** Which names it for good: a second export finds it by this tag. */
  mark: Pair;
  name: string;
  startedAt: number;
  tags: Pair[];
}

/**
 * The run with this mark, made where there is none. An answer that was lost leads to another look, not to a second run.
 */
export async function openRun(mlflow: Mlflow, { experiment, mark, name, startedAt, tags }: NewRun) {
  return mlflow.retrying(async () => {
    const known = await findRun(mlflow, experiment, mark);
    if (known !== undefined) return { run: known, isNew: false };
    const body = { experiment_id: experiment, run_name: name, start_time: startedAt, tags: [mark, ...tags] };
    const made = answer(runAnswer, await mlflow.postOnce('runs/create', body), 'runs/create');
    return { run: runOf(made.run), isNew: true };
  });
}

/** A data set as an input of the run; servers before 2.4 do not know of it. @returns whether it was taken */
export async function logInput(mlflow: Mlflow, runId: string, name: string, version: string): Promise<boolean> {
  const source = JSON.stringify({ dataset: `${name}@${version}` });
  const dataset = { name, digest: version.slice(0, 36), source_type: 'plumbline', source };
  try {
    await mlflow.post('runs/log-inputs', {
      run_id: runId,
      datasets: [{ tags: [{ key: 'mlflow.data.context', value: 'training' }], dataset }],
    });
    return true;
  } catch (error) {
    if (isTheirs(error, 'ENDPOINT_NOT_FOUND')) return false;
    throw error;
  }
}

function runOf({ info, data }: z.infer<typeof run>): MlflowRun {
  return {
    id: info.run_id,
    status: info.status,
    artifactUri: info.artifact_uri,
    tags: new Map(data.tags.map(({ key, value }) => [key, value])),
    steps: new Map(data.metrics.map(({ key, step }) => [key, step])),
  };
}
