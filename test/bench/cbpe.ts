import { labelsKnownBefore, openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { referenceOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import { scoresOfTrained } from '../../fleet-server/src/learning/retraining/index.ts';
import { train } from '../../fleet-server/src/learning/training/index.ts';
import { createModelLab } from '../../fleet-server/src/platform/adapters/index.ts';
import type { Reference } from '../../shared/src/drift/index.ts';
import { sharedData } from '../learning/shared-data.ts';
import { shuffleTimes, withExamples } from '../learning/shuffle.ts';
import { byYear, heldAgainst, MEASURES, type Judged, type Scored } from './cbpe/by-year.ts';
import type { LoneFigure } from './measure/figure.ts';

const FROM = 2021;
const GRID = { logistic: [{ c: 0.1 }], boosting: [{ trees: 60, rate: 0.05, leaves: 4, minRows: 50 }] };
const SNAPSHOTS = ['snapshot-2024-10.csv', 'snapshot-2026-01.csv'];
const ALPHA = 0.05;
const LEAST_ROWS = 100;
const SEED = 1;

/**
 * Performance by scores alone beside what came of it, year by year on real data: of one model that is never trained again, of
 * models that are every January, and where the times of the rows are dealt anew, so that nothing changes. Beside each error
 * that of believing in the figures of training. Seeded: a second run is the same.
 */
export async function* cbpe(): AsyncGenerator<LoneFigure> {
  const { absent, pathOf } = sharedData();
  if (absent !== undefined) {
    yield { name: 'nyc-sca', unit: '', ours: Number.NaN, reason: absent };
    return;
  }
  for (const file of SNAPSHOTS) {
    const dataset = await openDataset([`${pathOf('nyc-sca')}/${file}`]);
    yield* told(`${file}, one model`, await judgeYears(dataset, false));
    yield* told(`${file}, a model a year`, await judgeYears(dataset, true));
    yield* told(`${file}, rows shuffled over time`, await judgeYears(shuffleTimes(dataset, SEED), false));
  }
}

/** Each row is scored by the model in force on the day it starts, which knows what was known when its year began. */
async function judgeYears(dataset: Dataset, isYearly: boolean): Promise<[number, Judged][]> {
  const lab = createModelLab();
  const years: [number, Judged][] = [];
  let made: { trained: Awaited<ReturnType<typeof train>>; reference: Reference } | undefined;
  const future = dataset.examples.filter(({ startAt }) => startAt >= Date.UTC(FROM));
  for (const [year, own] of byYear(future.map((example) => ({ example, score: Number.NaN })))) {
    if (own.length < LEAST_ROWS) continue;
    if (made === undefined || isYearly) {
      const known = withExamples(dataset, labelsKnownBefore(dataset, Date.UTC(year)));
      const trained = await train(known, { seed: SEED, grid: GRID, workers: 0 });
      made = { trained, reference: referenceOf(known, trained) };
    }
    const examples = own.map(({ example }) => example);
    const scores = await scoresOfTrained(lab, made.trained, dataset.features, examples);
    const rows: Scored[] = examples.map((example, i) => ({ example, score: scores[i] ?? Number.NaN }));
    years.push([year, heldAgainst(rows, made.reference, ALPHA)]);
  }
  await lab.close();
  return years;
}

function* told(arm: string, years: readonly [number, Judged][]): Generator<LoneFigure> {
  for (const [year, judged] of years) {
    if ('reason' in judged) {
      yield { name: `${arm}, ${year}`, unit: '', ours: Number.NaN, reason: `no estimate: ${judged.reason}` };
      continue;
    }
    for (const name of MEASURES) {
      const { estimate, low, high, realised, before, covers } = judged.measures[name];
      const range = `${estimate.toFixed(4)} (${low.toFixed(4)} … ${high.toFixed(4)})`;
      const naive = `error of "as before" (${before.toFixed(4)}) ${Math.abs(before - realised).toFixed(4)}`;
      const reason = `${judged.n} rows: estimated ${range}, realised ${realised.toFixed(4)}${covers ? '' : ' OUTSIDE'}, ${naive}`;
      yield { name: `${arm}, ${year}, error of ${name}`, unit: '', ours: Math.abs(estimate - realised), reason };
    }
  }
  const known = years.flatMap(([, judged]) => ('reason' in judged ? [] : [judged.measures]));
  for (const name of MEASURES) {
    const held = known.map((measures) => measures[name]);
    const mean = (of: (one: (typeof held)[number]) => number) =>
      held.reduce((all, one) => all + of(one), 0) / held.length;
    const covered = held.filter(({ covers }) => covers).length;
    const naive = mean(({ before, realised }) => Math.abs(before - realised)).toFixed(4);
    const reason = `"as before" ${naive}; ${covered} of ${held.length} intervals hold what was realised`;
    const ours = mean(({ estimate, realised }) => Math.abs(estimate - realised));
    yield { name: `${arm}, mean error of ${name}`, unit: '', ours, reason };
  }
}
