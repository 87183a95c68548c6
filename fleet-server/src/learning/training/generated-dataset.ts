import type { Dataset, Example, SplitRule } from '../datasets/dataset.ts';
import type { Feature } from '@plumbline/shared/manifest';
import { createRandom } from '../learners/index.ts';

export interface GeneratedOptions {
  seed: number;
  rows: number;
  /** Weight of each of the three telling numbers in the log-odds; 0 makes labels noise. */
  signal: number;
  groups?: number;
  split?: SplitRule;
}

/**
 * A dataset for tests: four numbers (one in ten missing), of which three tell, and a trade that tells nothing.
 * Rows start a day apart, last 1 to 60 days, and their labels are known 30 days after that.
 */
export function generateDataset(options: GeneratedOptions): Dataset {
  const { seed, rows, signal, groups = rows, split = 'stratified' } = options;
  const random = createRandom(seed);
  const examples = Array.from({ length: rows }, (_, row): Example => {
    const numbers = Array.from({ length: 4 }, () => standardNormal(random.unit));
    const margin = signal * (numbers[0]! + numbers[1]! - numbers[2]!);
    const label = random.unit() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
    const given = numbers.map((value, column) => [`n${column}`, random.unit() < 0.1 ? null : value] as const);
    const startAt = row * DAY;
    const dueAt = startAt + (1 + random.below(60)) * DAY;
    const trade = ['concrete', 'masonry', 'roofing'][random.below(3)]!;
    return {
      ref: `a${row}`,
      site: 's1',
      group: `g${row % groups}`,
      startAt,
      dueAt,
      knownAt: dueAt + 30 * DAY,
      label,
      values: { ...Object.fromEntries(given), trade },
    };
  });
  return datasetOf(
    examples,
    [...['n0', 'n1', 'n2', 'n3'].map((name) => featureOf(name)), featureOf('trade', 'category')],
    split,
  );
}

export function datasetOf(examples: Example[], features: Feature[], split: SplitRule): Dataset {
  const counts = { kept: examples.length };
  const about = { name: 'generated', version: 'v1', reader: 'table', sources: [], target: 'late' };
  return { ...about, features, split, examples, rejected: [], counts };
}

export function featureOf(name: string, type: Feature['type'] = 'number'): Feature {
  return { name, type, missing: 'accept', from: { column: name } };
}

const DAY = 86_400_000;

/** Sum of twelve uniforms less six: normal enough for a fixture. */
function standardNormal(unit: () => number): number {
  let sum = -6;
  for (let count = 0; count < 12; count++) sum += unit();
  return sum;
}
