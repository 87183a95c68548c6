import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDataset, SHIFT_AT } from '../../fleet-server/src/entry/demo/generator/index.ts';
import { labelsKnownBefore, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { compareWithChampion, type Comparison } from '../../fleet-server/src/learning/retraining/index.ts';
import { train, type TrainOptions } from '../../fleet-server/src/learning/training/index.ts';
import { mostByChance } from './binomial.ts';
import { openRooms, type Rooms } from './rooms.ts';
import { withExamples } from './shuffle.ts';

const MONTH_MS = 30 * 86_400_000;
/** A winner needs 95 % confidence, so in an unchanged world one comparison in twenty may name one. */
const LEVEL = 0.05;
const SEEDS = [1, 2, 3, 4, 5, 6];

describe('champion and candidate', () => {
  let rooms: Rooms;
  let lines = 0;
  beforeAll(async () => {
    rooms = await openRooms(SHIFT_AT);
  });
  afterAll(() => rooms[Symbol.asyncDispose]());

  /** A champion trained at `trainedAt`, and the comparison that a retraining at `now` makes. */
  async function compareAt(dataset: Dataset, trainedAt: number, now: number, seed: number): Promise<Comparison> {
    const options: TrainOptions = { seed, grid: { logistic: [{ c: 1 }], boosting: [] }, folds: 2, workers: 0 };
    const known = (at: number) => withExamples(dataset, labelsKnownBefore(dataset, at));
    rooms.setNow(trainedAt);
    const trained = await train(known(trainedAt), options);
    const champion = await rooms.register(`line-${(lines += 1)}`, known(trainedAt), trained);
    rooms.setNow(now);
    return compareWithChampion(rooms, known(now), champion, trainedAt, options);
  }

  it.each([1, 2])('change places two years after the world changed (seed %d)', async (seed) => {
    const dataset = generateDataset({ seed, sites: 4, firstYear: 2019, lastYear: 2024 });
    const comparison = await compareAt(dataset, SHIFT_AT, Date.UTC(2025, 0, 1), seed);
    expect(comparison).toMatchObject({ winner: 'candidate' });
    expect(comparison.candidate.auc).toBeGreaterThan(comparison.champion.auc + 0.03);
  });

  it('keep their places where nothing changed, but for the stated level', async () => {
    const comparisons: Comparison[] = [];
    for (const seed of SEEDS) {
      // Long history and few fresh rows: a candidate that had learned from much more would be better, and rightly win.
      const dataset = generateDataset({ seed, sites: 3, firstYear: 2016, lastYear: 2022 });
      comparisons.push(await compareAt(dataset, SHIFT_AT - 9 * MONTH_MS, SHIFT_AT, seed));
    }
    const won = comparisons.filter(({ winner }) => winner === 'candidate');
    expect(won.length, `won: ${won.map(({ sentence }) => sentence).join('; ')}`).toBeLessThanOrEqual(
      mostByChance(SEEDS.length, LEVEL),
    );
  });
});
