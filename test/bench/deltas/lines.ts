import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { generateDataset } from '../../../fleet-server/src/entry/demo/generator/index.ts';
import {
  datasetVersion,
  labelsKnownBefore,
  openDataset,
  type Dataset,
} from '../../../fleet-server/src/learning/datasets/index.ts';
import { LEARNERS } from '../../../fleet-server/src/learning/learners/index.ts';
import { train, type TrainOptions } from '../../../fleet-server/src/learning/training/index.ts';
import type { TreesModel } from '../../../fleet-server/src/supply/onnx/index.ts';
import { versionOf, type Version } from './bundle.ts';

/** Versions of one model line in the order of their release. */
export interface Line {
  name: string;
  /** Made by the product's own retraining on real data. */
  real: boolean;
  versions(): Promise<Version[]>;
}

const SEED = 1;
const real = resolve(
  fileURLToPath(new URL('../../..', import.meta.url)),
  process.env['PLUMBLINE_SHARED'] ?? '../shared',
  'data/nyc-sca',
);

const JANUARIES = [2021, 2022, 2023, 2024, 2025].map((year) => Date.UTC(year, 0, 1));
const MONTHS = [0, 1, 2, 3, 4, 5].map((month) => Date.UTC(2024, month, 1));
type Choice = Pick<TrainOptions, 'algorithms' | 'grid'>;

const FOREST: Choice = { algorithms: ['forest'], grid: { forest: [{ trees: 100, depth: 12, minRows: 5 }] } };
const BOOSTING: Choice = { algorithms: ['boosting'], grid: { boosting: LEARNERS.boosting.grid.slice(0, 1) } };
const LOGISTIC: Choice = { algorithms: ['logistic'], grid: { logistic: [{ c: 1 }] } };

/** Why the real lines are missing, or undefined. */
export const realDataAbsent = existsSync(real) ? undefined : `${real} is absent, set PLUMBLINE_SHARED`;

/** The first is the one that decides: nobody chose its algorithm but the search. */
export async function realLines(): Promise<Line[]> {
  const dataset = await openDataset([real]);
  const line = (name: string, choice: Choice, ends: number[]): Line => ({
    name: `school construction, ${name}`,
    real: true,
    versions: () => retrained(dataset, ends, choice),
  });
  return [
    line('as the search chooses, yearly', {}, JANUARIES),
    line('logistic, yearly', LOGISTIC, JANUARIES),
    line('boosted trees, yearly', BOOSTING, JANUARIES),
    line('boosted trees, monthly', BOOSTING, MONTHS),
    line('forest, yearly', FOREST, JANUARIES),
    line('forest, monthly', FOREST, MONTHS),
  ];
}

export function generatedLines(): Line[] {
  const dataset = generateDataset({ seed: 7, sites: 8, firstYear: 2015, lastYear: 2022 });
  const ends = [2019, 2020, 2021, 2022].map((year) => Date.UTC(year, 0, 1));
  const line = (name: string, choice: Choice): Line => ({
    name: `generated, ${name}, yearly`,
    real: false,
    versions: () => retrained(dataset, ends, choice),
  });
  return [line('boosted trees', BOOSTING), line('forest', FOREST)];
}

/** What no retraining of ours does, so that the measurement is seen to find a delta that is there. */
export function contrivedLines(): Line[] {
  const dataset = generateDataset({ seed: 7, sites: 4, firstYear: 2019, lastYear: 2022 });
  const twoOf = (name: string, change: (model: TreesModel) => [TreesModel, TreesModel]): Line => ({
    name: `contrived, ${name}`,
    real: false,
    async versions() {
      const result = await train(dataset, { ...BOOSTING, seed: SEED, folds: 2, workers: 0 });
      if (result.model.kind !== 'trees') throw new RangeError('boosting gave no trees');
      const [before, after] = change(result.model);
      return [await versionOf('1.0.0', dataset, result, before), await versionOf('1.0.1', dataset, result, after)];
    },
  });
  return [
    twoOf('the same trees recalibrated', (model) => [model, scaled(model, 0.9, 0.05)]),
    twoOf('ten trees more', (model) => [{ ...model, trees: model.trees.slice(0, -10) }, model]),
  ];
}

/** One version for each day: trained on every label known before it, recalibrated as the product does. */
async function retrained(whole: Dataset, ends: number[], choice: Choice): Promise<Version[]> {
  const versions: Version[] = [];
  for (const [index, end] of ends.entries()) {
    const examples = labelsKnownBefore(whole, end);
    const dataset = { ...whole, examples };
    const known = { ...dataset, version: datasetVersion(dataset) };
    const result = await train(known, { ...choice, seed: SEED, workers: 2 });
    versions.push(await versionOf(`1.0.${index}`, known, result));
  }
  return versions;
}

function scaled(model: TreesModel, slope: number, intercept: number): TreesModel {
  const trees = model.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => slope * value) }));
  return { ...model, trees, base: slope * model.base + intercept };
}
