import type { ReadDb } from '../../../platform/db/index.ts';
import { studentQuantile } from '../../training/index.ts';
import { ExperimentError } from '../errors.ts';
import type { Run } from './run.ts';
import { showRun } from './show.ts';

export interface MetricDifference {
  metric: string;
  /** Value of each run, in the order of the runs; null where a run has none. */
  values: (number | null)[];
  /**
   * Each later run minus the first, over the same folds: mean and 95 % interval; null where the folds differ. Training
   * parts of folds overlap, so the variance is corrected (Nadeau & Bengio 2003, Machine Learning 52:239).
   */
  differences: ({ mean: number; low: number; high: number } | null)[];
}

export interface RunComparison {
  runs: Run[];
  /** Settings, dataset, seed and code that are not the same in all runs, by dotted path. */
  parameters: { path: string; values: unknown[] }[];
  metrics: MetricDifference[];
  /** Whether all runs were measured on the very same folds. */
  sameFolds: boolean;
}

/**
 * Runs side by side: what they were told differently, and how much better one did than the first.
 * @throws ExperimentError `run_unknown`, `runs_too_few`
 */
export async function compareRuns(db: ReadDb, ids: readonly string[]): Promise<RunComparison> {
  if (new Set(ids).size < 2) {
    throw new ExperimentError('runs_too_few', 'nothing to compare', {
      field: 'runs',
      expected: 'two different runs or more',
    });
  }
  const all: Run[] = [];
  for (const id of new Set(ids)) all.push(await showRun(db, id));
  return comparisonOf(all);
}

/** Pure: the comparison of runs that are at hand. */
export function comparisonOf(runs: readonly Run[]): RunComparison {
  const [first, ...others] = runs;
  const flat = runs.map(({ settings, dataset, seed, codeVersion }) =>
    flatten({ settings, dataset, seed, codeVersion }),
  );
  const paths = [...new Set(flat.flatMap((one) => [...one.keys()]))].toSorted();
  const parameters = paths
    .map((path) => ({ path, values: flat.map((one) => one.get(path) ?? null) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics.values)))];
  const metrics = names.map((metric): MetricDifference => ({
    metric,
    values: runs.map(({ metrics: { values } }) => values[metric] ?? null),
    differences: others.map((other) => (first === undefined ? null : pairedByFold(other, first, metric))),
  }));
  const sameFolds = others.every((other) => foldKey(other) !== undefined && foldKey(other) === foldKey(first));
  return { runs: [...runs], parameters, metrics, sameFolds };
}

function foldKey(run: Run | undefined): string | undefined {
  return run?.metrics.folds?.key;
}

function pairedByFold(a: Run, b: Run, metric: string): MetricDifference['differences'][number] {
  const [ofA, ofB] = [a.metrics.folds, b.metrics.folds];
  if (ofA === undefined || ofB === undefined || ofA.key !== ofB.key) return null;
  const pairs = (ofA.values[metric] ?? []).flatMap((value, fold) => {
    const other = ofB.values[metric]?.[fold] ?? null;
    const [train, valid] = [ofA.rowsTrain[fold] ?? 0, ofA.rowsValid[fold] ?? 0];
    return value === null || other === null ? [] : [{ difference: value - other, share: valid / Math.max(1, train) }];
  });
  const count = pairs.length;
  if (count < 2) return null;
  const mean = pairs.reduce((sum, { difference }) => sum + difference, 0) / count;
  const variance = pairs.reduce((sum, { difference }) => sum + (difference - mean) ** 2, 0) / (count - 1);
  const share = pairs.reduce((sum, one) => sum + one.share, 0) / count;
  const half = studentQuantile(0.975, count - 1) * Math.sqrt((1 / count + share) * variance);
  return { mean, low: mean - half, high: mean + half };
}

function flatten(value: unknown, path = '', into = new Map<string, unknown>()): Map<string, unknown> {
  if (value !== null && typeof value === 'object' && Object.keys(value).length > 0) {
    for (const [key, one] of Object.entries(value)) flatten(one, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, value);
  return into;
}
