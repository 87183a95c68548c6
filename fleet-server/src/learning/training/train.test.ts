import { describe, expect, it } from 'vitest';
import { generateDataset } from './generated-dataset.ts';
import { openPool } from './search/pool.ts';
import { jobContext } from './job-context.ts';
import { train } from './train.ts';
import type { TrainingResult } from './train.ts';

const grid = {
  logistic: [{ c: 1 }],
  boosting: [{ trees: 15, rate: 0.1, leaves: 7, minRows: 10, rowShare: 0.8 }],
  forest: [{ trees: 15, depth: 4, minRows: 5 }],
};
const dataset = generateDataset({ seed: 1, rows: 300, signal: 1 });

/** All that must repeat, as text: JSON writes every double so that it reads back the same. */
function textOf(result: TrainingResult): string {
  return JSON.stringify({ ...result, times: [] });
}

describe('training', () => {
  it('gives the same bytes for a seed, whatever the number of workers', async () => {
    const algorithms = ['boosting', 'forest'] as const;
    const results = await Promise.all(
      [0, 1, 2].map((workers) => train(dataset, { seed: 4, grid, workers, algorithms })),
    );
    const [first, ...others] = results.map(textOf);
    for (const other of others) expect(other).toBe(first);
    const another = await train(dataset, { seed: 5, grid, workers: 0, algorithms });
    expect(JSON.stringify(another.model)).not.toBe(JSON.stringify(results[0]!.model));
  });

  it('tells progress, scores every row out of fold once and chooses by mean Brier score', async () => {
    const seen: number[] = [];
    const result = await train(dataset, {
      seed: 1,
      grid,
      workers: 0,
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(seen).toHaveLength(11);
    expect(seen.at(-1)).toBe(1);
    expect(result.outOfFold.refs.toSorted()).toEqual(dataset.examples.map(({ ref }) => ref).toSorted());
    const [logistic, boosting] = result.table;
    expect(logistic!.brier.mean).toBeLessThan(boosting!.brier.mean);
    expect(result.algorithm).toBe('logistic');
    expect(logistic!.auc.mean).toBeGreaterThan(0.75);
    expect(result.times).toHaveLength(11);
  });

  it('searches forests when asked to, and only then', async () => {
    const result = await train(dataset, { seed: 1, grid, workers: 0, algorithms: ['forest'] });
    expect(result).toMatchObject({ algorithm: 'forest', parameters: grid.forest[0], recalibration: { over: 'score' } });
    expect(result.table[0]!.auc.mean).toBeGreaterThan(0.7);
    const unasked = await train(dataset, { seed: 1, grid, workers: 0 });
    expect(unasked.table.map(({ algorithm }) => algorithm)).toEqual(['logistic', 'boosting']);
  });

  it('follows the split rule of the dataset', async () => {
    const timed = generateDataset({ seed: 1, rows: 600, signal: 1, split: 'time' });
    const { outOfFold, table } = await train(timed, { seed: 1, grid, workers: 0, folds: 3 });
    expect(outOfFold.refs.length).toBeLessThan(600);
    const sizes = table[0]!.folds.map(({ rowsTrain }) => rowsTrain);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });

  it.each([
    ['too_few_rows', generateDataset({ seed: 1, rows: 49, signal: 1 })],
    ['one_class', { ...dataset, examples: dataset.examples.map((example) => ({ ...example, label: 1 as const })) }],
  ])('refuses before any fit: %s', async (code, given) => {
    await expect(train(given, { seed: 1 })).rejects.toMatchObject({ code, kind: 'refused', field: 'examples' });
  });

  it('names a parameter outside its range', async () => {
    const refused = train(dataset, { seed: 1, grid: { logistic: [{ c: 0 }] } });
    await expect(refused).rejects.toMatchObject({ code: 'bad_parameter', field: 'logistic.c' });
    await expect(train(dataset, { seed: 1, algorithms: [] })).rejects.toMatchObject({ field: 'grid' });
  });

  it.each([0, 1])('stops when the signal fires (workers: %d)', async (workers) => {
    const stop = new AbortController();
    const running = train(dataset, { seed: 1, workers, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toMatchObject({ code: 'stopped' });
  });

  it.each([
    ['group', 150, 150],
    ['time', 9, 0],
    ['time', 12, 12],
    ['stratified', 150, 0],
  ] as const)(
    'under a split by %s over %i groups takes %i of them as rows that belong together',
    (split, groups, taken) => {
      const { version: datasetVersion } = dataset;
      const examples = dataset.examples.map((one, row) => ({ ...one, group: `p${row % groups}` }));
      const settings = { datasetVersion, seed: 1, members: [], folds: 2, split, matrix: {} };
      const { table } = jobContext({ ...dataset, examples }, settings);
      expect(new Set(table.groups).size).toBe(taken);
    },
  );

  it('brings an error out of a worker as a coded one', async () => {
    const { version: datasetVersion, split } = dataset;
    const members = [{ algorithm: 'logistic' as const, parameters: { c: 1 } }];
    const settings = { datasetVersion, seed: 1, members, folds: 5, split, matrix: {} };
    const context = { ...jobContext(dataset, settings), members: [{ ...members[0]!, parameters: { c: -1 } }] };
    await using pool = openPool(context, { workers: 1 });
    await expect(pool.run({ kind: 'refit', member: 0 })).rejects.toMatchObject({
      code: 'bad_parameter',
      field: 'logistic.c',
    });
    await expect(pool.run({ kind: 'refit', member: 7 })).rejects.toMatchObject({ code: 'worker_failed' });
  });
});
