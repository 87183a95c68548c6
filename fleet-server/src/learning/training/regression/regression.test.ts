import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../datasets/dataset.ts';
import { createRandom } from '../../learners/index.ts';
import { generateDataset } from '../generated-dataset.ts';
import { judgeDays } from './judge-days.ts';
import { regressionGate, surelyWithin } from './regression-gate.ts';
import { REGRESSION_ALGORITHMS, rowsWithDelay, trainRegression } from './train-regression.ts';

/** Delay days that follow two of the numbers, or nothing. */
function withDelays(rows: number, seed: number, signal: number): Dataset {
  const dataset = generateDataset({ seed, rows, signal: 1 });
  const random = createRandom(seed);
  const examples = dataset.examples.map((example) => {
    const { n0, n1 } = example.values;
    const told = Number(n0 ?? 0) - Number(n1 ?? 0);
    return { ...example, delayDays: 20 + 10 * signal * told + 30 * (random.unit() - 0.5) };
  });
  return { ...dataset, examples };
}

const OPTIONS = {
  seed: 1,
  workers: 0,
  algorithms: ['linear-regression', 'forest'] as const,
  grid: { 'linear-regression': [{ alpha: 1 }], forest: [{ trees: 15, depth: 5, minRows: 5 }] },
  folds: 3,
};

describe('a regression of delay days', () => {
  it('finds what there is, with levelled folds, and passes its gate', async () => {
    const dataset = withDelays(200, 1, 1);
    const result = await trainRegression(dataset, { ...OPTIONS, finalists: true });
    expect(result.table.map(({ algorithm }) => algorithm)).toEqual(OPTIONS.algorithms);
    expect(result.table[result.chosen]!.folds.every(({ r2 }) => r2 > 0.3)).toBe(true);
    expect(result.finalists).toHaveLength(2);
    expect(result.outOfFold.refs.toSorted()).toEqual(dataset.examples.map(({ ref }) => ref).toSorted());
    const { verdict, figures } = await regressionGate(result, dataset, { seed: 1, workers: 0, permutations: 20 });
    expect(verdict).toBe('pass');
    expect(figures.loss).toBeLessThan(figures.lossOfConstant);
    expect(figures.skill).toBeGreaterThan(figures.chance.bound);
  });

  it('has boosting fit the quantile that is asked for, unless its parameters say otherwise', async () => {
    const dataset = withDelays(300, 5, 1);
    const trees = { trees: 40, rate: 0.1, leaves: 4, minRows: 20 };
    const told = { ...trees, loss: 'squared' as const };
    const options = { ...OPTIONS, algorithms: ['boosting'] as const, grid: { boosting: [trees, told] } };
    const result = await trainRegression(dataset, { ...options, loss: { quantile: 0.9 } });
    expect(result.table.map(({ parameters }) => parameters)).toEqual([{ ...trees, loss: { quantile: 0.9 } }, told]);
    expect(result.chosen).toBe(0);
    const { values, targets } = result.outOfFold;
    const below = targets.filter((days, row) => days <= values[row]!).length / targets.length;
    expect(below).toBeGreaterThan(0.8);
    expect(below).toBeLessThan(0.97);
    const settings = (await trainRegression(dataset, options)).settings;
    expect(settings.members[0]!.parameters).toEqual(trees);
  });

  it('of noise is refused by both bounds', async () => {
    const dataset = withDelays(100, 2, 0);
    const result = await trainRegression(dataset, OPTIONS);
    const { verdict, reasons } = await regressionGate(result, dataset, { seed: 1, workers: 0, permutations: 20 });
    expect(verdict).toBe('refuse');
    expect(reasons.map(({ code }) => code)).toContain('not_better_than_constant');
  });

  it('gives the same bytes with a thread as without', async () => {
    const dataset = withDelays(90, 3, 1);
    const options = { ...OPTIONS, algorithms: ['linear-regression'] as const, loss: 'squared' as const };
    const [none, one] = await Promise.all([0, 1].map((workers) => trainRegression(dataset, { ...options, workers })));
    expect(JSON.stringify({ ...one, times: [] })).toBe(JSON.stringify({ ...none, times: [] }));
  });

  it('leaves out the rows without a delay, and refuses when there are no others', () => {
    const dataset = withDelays(60, 4, 1);
    const { delayDays: _open, ...first } = dataset.examples[0]!;
    const some = rowsWithDelay({ ...dataset, examples: [first, ...dataset.examples.slice(1)] });
    expect(some.examples).toHaveLength(59);
    expect(some.version).not.toBe(dataset.version);
    expect(() => rowsWithDelay(generateDataset({ seed: 1, rows: 60, signal: 1 }))).toThrow(
      expect.objectContaining({ code: 'no_targets', field: 'delay' }),
    );
  });

  it.each([
    ['a quantile that is none', { loss: { quantile: 1 } }, { code: 'bad_parameter', field: 'loss.quantile' }],
    ['an algorithm for classes only', { algorithms: ['adaboost'] as const }, { code: 'nothing_ran' }],
  ])('refuses %s', async (_what, other, expected) => {
    expect(REGRESSION_ALGORITHMS).not.toContain('adaboost');
    await expect(trainRegression(withDelays(60, 5, 1), { ...OPTIONS, ...other })).rejects.toMatchObject(expected);
  });
});

describe('the interval of the gate', () => {
  it('covers no difference in nineteen of twenty cases, though the rows are of five groups', () => {
    const random = createRandom(7);
    const rows = 30;
    const clusters = Int32Array.from({ length: rows }, (_, row) => row % 5);
    const none = new Float64Array(rows);
    let missed = 0;
    const cases = 120;
    for (let one = 0; one < cases; one += 1) {
      // Skewed, as delays are, and alike within a group.
      const shared = Float64Array.from({ length: 5 }, () => -Math.log(1 - random.unit()) - 1);
      const own = Float64Array.from(clusters, (group) => shared[group]! + random.unit() - 0.5);
      const { low, high } = surelyWithin([own, none], { seed: one, clusters });
      if (low > 0 || high < 0) missed += 1;
    }
    // The plain bootstrap misses it in one of five.
    expect(missed / cases).toBeLessThan(0.12);
  });

  it('is none where all rows are of one group, and nothing passes', () => {
    const own = Float64Array.from({ length: 40 }, () => 1);
    const other = own.map(() => 2);
    const { high } = surelyWithin([own, other], { seed: 1, clusters: new Int32Array(40) });
    expect(high < 0).toBe(false);
  });
});

describe('days that a model made elsewhere says', () => {
  const dataset = withDelays(120, 6, 1);
  const delays = Float64Array.from(dataset.examples, ({ delayDays }) => delayDays!);
  const judge = (values: Float64Array) => judgeDays(dataset, values, { seed: 1, loss: 'absolute' });

  it('pass where they follow the delays, and what cannot be known is said', () => {
    const { verdict, reasons, days } = judge(delays.map((one, row) => one + (row % 5) - 2));
    expect(verdict).toBe('pass');
    expect(reasons.map(({ code }) => code)).toEqual(['not_judged', 'not_judged']);
    expect(days.mae).toBeCloseTo(1.2, 9);
  });

  it.each<[string, Float64Array, string]>([
    ['are dealt anew', delays.map((_, row) => delays[(row * 7 + 5) % delays.length]!), 'not_better_than_constant'],
    ['are always the same', delays.map(() => 20), 'not_better_than_constant'],
    ['are chances', delays.map((one) => 1 / (1 + Math.exp(-one))), 'not_better_than_constant'],
    ['are no numbers', delays.map(() => Number.NaN), 'not_better_than_chance'],
  ])('are refused where they %s', (_what, values, code) => {
    const { verdict, reasons } = judge(values);
    expect(verdict).toBe('refuse');
    expect(reasons.map((one) => one.code)).toContain(code);
  });

  it('are not judged on rows without a delay', () => {
    const { delayDays: _open, ...first } = dataset.examples[0]!;
    const some = { ...dataset, examples: [first, ...dataset.examples.slice(1)] };
    expect(() => judgeDays(some, delays, { seed: 1, loss: 'absolute' })).toThrow(
      expect.objectContaining({ code: 'no_targets', field: 'examples[0].delayDays' }),
    );
  });
});
