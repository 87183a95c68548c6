import { describe, expect, it } from 'vitest';
import { openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { trainModel } from '../../fleet-server/src/learning/pipelines/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { qualityGate, train, type GateVerdict } from '../../fleet-server/src/learning/training/index.ts';
import { type Grid } from '../../fleet-server/src/learning/learners/index.ts';
import { sharedData } from './shared-data.ts';
import { sampleRows, shuffleLabels } from './shuffle.ts';

const { absent, pathOf } = sharedData();
/** One of each kind: a search over more configurations finds no more in noise, it only takes longer. */
const SMALL_GRID: Partial<Grid> = {
  logistic: [{ c: 0.1 }],
  boosting: [{ trees: 60, rate: 0.05, leaves: 4, minRows: 50 }],
};
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

describe('the gate on generated data', () => {
  it('refuses 20,000 rows of strong signal once the labels were dealt anew', async () => {
    const telling = generateDataset({ seed: 1, rows: 20_000, signal: 1 });
    const { verdict, figures } = await judge(shuffleLabels(telling, 2), 1, FEW);
    expect(verdict).toBe('refuse');
    expect(figures.rows).toBe(20_000);
  });
});
