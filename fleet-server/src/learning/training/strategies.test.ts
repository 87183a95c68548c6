import { describe, expect, it } from 'vitest';
import { confusionOf } from './measure/confusion.ts';
import { generateDataset } from './generated-dataset.ts';
import { qualityGate } from './gate/gate.ts';
import { holdOut } from './holdout.ts';
import { train } from './train.ts';
import type { SplitRule } from '../datasets/dataset.ts';
import type { TrainOptions } from './settings.ts';

const dataset = generateDataset({ seed: 1, rows: 400, signal: 1 });
const LOGISTIC = { seed: 1, workers: 0, algorithms: ['logistic'] as const, folds: 3 };

describe('the strategies of a search', () => {
  it('random tries as many configurations as asked, drawn by seed', async () => {
    const options: TrainOptions = { ...LOGISTIC, strategy: { kind: 'random', count: 4 } };
    const first = await train(dataset, options);
    expect(first.table).toHaveLength(4);
    expect(await train(dataset, options)).toMatchObject({ settings: first.settings, chosen: first.chosen });
    const other = await train(dataset, { ...options, seed: 2 });
    expect(other.settings.members).not.toEqual(first.settings.members);
  });

  it('halving tries many on few rows and few on all, and the gate counts every one', async () => {
    const options: TrainOptions = { ...LOGISTIC, strategy: { kind: 'halving', count: 9 } };
    const result = await train(dataset, options);
    const shares = result.table.map(({ share = 1 }) => share);
    expect(shares.filter((share) => share < 1)).toHaveLength(6);
    expect(result.table[result.chosen]!.share).toBeUndefined();
    expect(result.table.every(({ folds, share = 1 }) => folds.every(({ rowsTrain }) => rowsTrain <= share * 270))).toBe(
      true,
    );
    const { figures } = await qualityGate(result, dataset, { seed: 1, workers: 0, permutations: 4 });
    expect(figures.chance).toMatchObject({ method: 'estimated', configurations: 9 });
  });

  it('repeats choose by all their folds and score every row once', async () => {
    const result = await train(dataset, { ...LOGISTIC, repeats: 2 });
    expect(result.table[0]!.folds).toHaveLength(6);
    expect(new Set(result.outOfFold.refs).size).toBe(400);
    expect(result.outOfFold.refs).toHaveLength(400);
    await expect(train(dataset, { ...LOGISTIC, repeats: 2, split: 'time' })).rejects.toMatchObject({
      field: 'repeats',
    });
  });

  it('go on without an algorithm that declines, and say why it did not run', async () => {
    const examples = dataset.examples.map((example, row) => ({ ...example, site: `s${row % 2}` }));
    const options: TrainOptions = { ...LOGISTIC, algorithms: ['logistic', 'knn'], finalists: true };
    const result = await train({ ...dataset, examples }, options);
    expect(result.algorithm).toBe('logistic');
    expect(result.finalists?.map(({ algorithm }) => algorithm)).toEqual(['logistic']);
    expect(result.notRun).toMatchObject([{ algorithm: 'knn', code: 'would_ship_rows' }]);
    expect(
      result.table.filter(({ failed }) => failed !== undefined).every(({ algorithm }) => algorithm === 'knn'),
    ).toBe(true);
    const { verdict } = await qualityGate(result, { ...dataset, examples }, { seed: 1, workers: 0, permutations: 20 });
    expect(verdict).toBe('pass');
    const alone = train({ ...dataset, examples }, { ...LOGISTIC, algorithms: ['knn'] });
    await expect(alone).rejects.toMatchObject({
      code: 'nothing_ran',
      message: expect.stringContaining('site') as string,
    });
  });

  it('tell how long the rest will take', async () => {
    const left: (number | undefined)[] = [];
    await train(dataset, { ...LOGISTIC, onProgress: (_done, _total, remainingS) => left.push(remainingS) });
    expect(left).toHaveLength(7);
    expect(left.every((seconds) => seconds !== undefined && seconds >= 0)).toBe(true);
    expect(left.at(-1)).toBe(0);
  });
});

describe('weights and costs', () => {
  const rare = generateDataset({ seed: 3, rows: 600, signal: 1 });
  const examples = rare.examples.filter(({ label }, row) => label === 0 || row % 6 === 0);
  const uneven = { ...rare, examples };

  it('balanced makes the rare answer count as much as the other before recalibration', async () => {
    const [plain, balanced] = await Promise.all([
      train(uneven, LOGISTIC),
      train(uneven, { ...LOGISTIC, classWeight: 'balanced' }),
    ]);
    const meanOf = ({ model }: typeof plain): number => (model.kind === 'linear' ? model.bias : 0);
    expect(plain.recalibration.line).toBeUndefined();
    // Weighted models say late too often; the line drawn on unweighted rows takes that back.
    expect(balanced.recalibration.line!.intercept).toBeLessThan(-1);
    expect(Math.abs(meanOf(balanced) - meanOf(plain))).toBeLessThan(0.5);
  });

  it('give a threshold at which more is foreseen, the dearer a miss is', async () => {
    const { threshold, outOfFold } = await train(uneven, { ...LOGISTIC, costs: { miss: 5, alarm: 1 } });
    expect(threshold!.threshold.value).toBeLessThan(0.4);
    expect(threshold!.expectedCost).toBeLessThan(threshold!.expectedCostAtHalf);
    expect(threshold!.confusion).toEqual(confusionOf(outOfFold.labels, outOfFold.scores, threshold!.threshold.value));
  });
});

describe('a hold-out', () => {
  it.each<SplitRule>(['stratified', 'group', 'time'])('by %s keeps a fifth that the search never sees', (split) => {
    const grouped = generateDataset({ seed: 2, rows: 600, signal: 1, groups: 60, split });
    const { learned, held, between } = holdOut(grouped, { share: 0.2, seed: 1 });
    expect(learned.examples.length + held.length + between).toBe(600);
    expect(held.length / 600).toBeGreaterThan(0.1);
    expect(held.length / 600).toBeLessThan(0.3);
    expect(learned.version).not.toBe(grouped.version);
    const groups = new Set(learned.examples.map(({ group }) => group));
    expect(split === 'group' && held.some(({ group }) => groups.has(group))).toBe(false);
    const known = Math.max(...learned.examples.map(({ knownAt }) => knownAt));
    expect(split !== 'time' || held.every(({ dueAt, knownAt }) => dueAt >= known && knownAt > known)).toBe(true);
  });

  it('of too few rows is refused', () => {
    const few = generateDataset({ seed: 1, rows: 55, signal: 1 });
    expect(() => holdOut(few, { share: 0.2, seed: 1 })).toThrow(expect.objectContaining({ code: 'no_holdout' }));
  });
});
