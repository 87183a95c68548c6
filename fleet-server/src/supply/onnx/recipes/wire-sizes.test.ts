import { expect, test } from 'vitest';
import { candidatesOf } from './tree-recipes.ts';
import { wireSizes } from './wire-sizes.ts';
import { exportTreesAsV3 } from '../export/export-model.ts';
import { createRandom, randomColumns, randomLinear, randomTrees } from '../export/random-models.ts';

const random = createRandom(11);
const columns = randomColumns(random, 12, 0);
const forest = randomTrees(random, columns, { trees: 30, depth: 10, rows: 1000 });

test('a lossless forest is less than a quarter of what a converter writes, and smaller again on the wire', async () => {
  const [lossless, fallback] = candidatesOf(forest);
  const baseline = exportTreesAsV3(forest);
  expect(lossless!.bytes.length).toBeLessThan(baseline.length / 4);
  expect(fallback!.bytes.length).toBeLessThan(baseline.length);
  const sizes = await wireSizes(lossless!.bytes);
  expect(sizes.none).toBe(lossless!.bytes.length);
  expect(sizes.deflate).toBeLessThan(sizes.none);
  expect(sizes.brotli).toBeLessThan(sizes.deflate);
});

test('every candidate has a name of its own, the preferred one first', () => {
  expect(candidatesOf(forest).map((candidate) => candidate.recipe)).toEqual(['tree-lossless', 'tree-v3']);
  expect(candidatesOf(randomLinear(random, columns)).map((candidate) => candidate.recipe)).toEqual([
    'linear',
    'linear-older',
  ]);
});
