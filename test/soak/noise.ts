import { existsSync } from 'node:fs';
import { openDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { ALGORITHMS, LEARNERS } from '../../fleet-server/src/learning/learners/index.ts';
import { trainModel } from '../../fleet-server/src/learning/pipelines/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { sharedData } from '../learning/shared-data.ts';
import { sampleRows, shuffleLabels } from '../learning/shuffle.ts';
import type { SoakOptions } from './options.ts';

const CLASSIFIERS = ALGORITHMS.filter((name) => LEARNERS[name].tasks.includes('classification'));
const DAY_MINUTES = 24 * 60;

/**
 * The whole search, every algorithm with its whole grid: `count` (30) sets of noise of several sizes, of which one in ten
 * may pass the gate; then real phases with shuffled labels, refused, and 150 of them, passed.
 */
export async function run({ seed, count = 30, minutes = DAY_MINUTES }: SoakOptions): Promise<{
  passed: number;
  failed: number;
}> {
  const until = Date.now() + minutes * 60_000;
  let [tried, through] = [0, 0];
  for (; tried < count && Date.now() < until; tried += 1) {
    const rows = [60, 100, 200, 400][tried % 4]!;
    const noise = generateDataset({ seed: 1000 * seed + tried, rows, signal: 0 });
    const verdict = await verdictOf(noise, seed + tried);
    if (verdict === 'pass') through += 1;
    console.log(`noise ${tried + 1} of ${count}: ${rows} rows: ${verdict}; ${through} through so far`);
  }
  let failed = through > Math.max(1, Math.floor(tried / 10)) ? 1 : 0;
  console.log(`${through} of ${tried} sets of noise passed the gate`);
  const { absent, pathOf } = sharedData();
  if (absent !== undefined || !existsSync(pathOf('nyc-sca'))) {
    console.log(`real rows: ${absent ?? 'absent'}`);
    return { passed: tried - through, failed };
  }
  const phases = await openDataset([pathOf('nyc-sca')]);
  const few: Dataset = { ...sampleRows(phases, 150, seed), split: 'stratified' };
  for (const [what, dataset, expected] of [
    ['400 real phases with shuffled labels', shuffleLabels(sampleRows(phases, 400, seed), seed), 'refuse'],
    ['150 real phases', few, 'pass'],
  ] as const) {
    const verdict = await verdictOf(dataset, seed);
    if (verdict !== expected) failed += 1;
    console.log(`${what}: ${verdict}, expected ${expected}`);
  }
  return { passed: tried - through + 2 - failed, failed };
}

async function verdictOf(dataset: Dataset, seed: number): Promise<'pass' | 'refuse'> {
  const { gate } = await trainModel(dataset, { seed, algorithms: CLASSIFIERS, workers: 2 });
  return gate.verdict;
}
