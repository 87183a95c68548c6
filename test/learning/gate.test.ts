import { describe, expect, it } from 'vitest';
import { openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { trainModel } from '../../fleet-server/src/learning/pipelines/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { qualityGate, train, type GateVerdict } from '../../fleet-server/src/learning/training/index.ts';
import { ALGORITHMS, type Grid, LEARNERS } from '../../fleet-server/src/learning/learners/index.ts';
import { sharedData } from './shared-data.ts';
import { sampleRows, shuffleLabels } from './shuffle.ts';

const { absent, pathOf } = sharedData();
/** One of each kind: a search over more configurations finds no more in noise, it only takes longer. */
const SMALL_GRID: Partial<Grid> = {
  logistic: [{ c: 0.1 }],
  boosting: [{ trees: 60, rate: 0.05, leaves: 4, minRows: 50 }],
};
const CLASSIFIERS = ALGORITHMS.filter((name) => LEARNERS[name].tasks.includes('classification'));
/** Retrainings on permuted labels for large datasets: the bound is then an estimated one, and knows how few they are. */
const FEW = 8;

async function judge(dataset: Dataset, seed: number, permutations?: number): Promise<GateVerdict> {
  const result = await train(dataset, { seed, grid: SMALL_GRID, workers: 0 });
  return qualityGate(result, dataset, { seed, workers: 0, ...(permutations !== undefined && { permutations }) });
}

describe.skipIf(absent !== undefined)(`the gate on real data${absent === undefined ? '' : ` (${absent})`}`, () => {
  it('refuses what anybody trains on the schedules whose label has nothing to do with their columns', async () => {
    const dataset = await openDataset([pathOf('schedule-management')]);
    const { gate } = await trainModel(dataset, { seed: 1, workers: 0 });
    expect(gate.verdict).toBe('refuse');
    expect(gate.reasons.map(({ code }) => code)).toContain('not_better_than_chance');
  });

  it('refuses six thousand school construction phases whose labels were dealt anew', async () => {
    const { verdict, figures } = await judge(shuffleLabels(await openDataset([pathOf('nyc-sca')]), 1), 1, FEW);
    expect(verdict).toBe('refuse');
    expect(Math.abs(figures.auc - 0.5)).toBeLessThan(0.03);
  });

  it('passes four of five draws of 150 phases, because their signal is real', async () => {
    const phases = await openDataset([pathOf('nyc-sca')]);
    const verdicts: GateVerdict[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      verdicts.push(await judge({ ...sampleRows(phases, 150, seed), split: 'stratified' }, seed));
    }
    const passed = verdicts.filter(({ verdict }) => verdict === 'pass');
    expect(passed.length, `AUC ${verdicts.map(({ figures }) => figures.auc.toFixed(2)).join(', ')}`).toBeGreaterThan(3);
  });
});

/** One light configuration of every algorithm that learns classes. */
const ONE_OF_EACH: Partial<Grid> = {
  ...Object.fromEntries(CLASSIFIERS.map((name) => [name, [LEARNERS[name].grid[0]]])),
  boosting: [{ trees: 20, rate: 0.1, leaves: 4, minRows: 10 }],
  forest: [{ trees: 20, depth: 4, minRows: 5 }],
  adaboost: [{ trees: 15, minRows: 10 }],
  mlp: [{ hidden: [4], epochs: 15 }],
};

describe('the gate on generated data', () => {
  it('lets at most one of ten noise sets through, whatever algorithms were searched over', async () => {
    const passed: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const noise = generateDataset({ seed: 40 + seed, rows: 80, signal: 0 });
      const result = await train(noise, { seed, grid: ONE_OF_EACH, algorithms: CLASSIFIERS, workers: 0, folds: 3 });
      const { verdict, figures } = await qualityGate(result, noise, { seed, workers: 0 });
      expect(figures.chance.configurations).toBe(CLASSIFIERS.length);
      if (verdict === 'pass') passed.push(seed);
    }
    expect(passed.length).toBeLessThanOrEqual(1);
  });

  it('lets at most one of ten noise sets through after a random or a halving search', async () => {
    const passed: number[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
      const noise = generateDataset({ seed: 60 + seed, rows: 300, signal: 0 });
      const strategy = { kind: seed % 2 === 0 ? 'random' : 'halving', count: 9 } as const;
      const result = await train(noise, { seed, strategy, algorithms: ['logistic'], workers: 0, folds: 3 });
      const { verdict, figures } = await qualityGate(result, noise, { seed, workers: 0 });
      expect(figures.chance.configurations).toBe(9);
      if (verdict === 'pass') passed.push(seed);
    }
    expect(passed.length).toBeLessThanOrEqual(1);
  });

  it('refuses 20,000 rows of strong signal once the labels were dealt anew', async () => {
    const telling = generateDataset({ seed: 1, rows: 20_000, signal: 1 });
    const { verdict, figures } = await judge(shuffleLabels(telling, 2), 1, FEW);
    expect(verdict).toBe('refuse');
    expect(figures.rows).toBe(20_000);
  });
});
