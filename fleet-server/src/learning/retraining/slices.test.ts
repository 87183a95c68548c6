import { expect, it } from 'vitest';
import type { Feature } from '@plumbline/shared/manifest';
import type { Example } from '../datasets/index.ts';
import { LEAST_ROWS, sliceLosses } from './slices.ts';

const feature = (name: string, of: Partial<Feature> = {}): Feature => ({
  name,
  type: 'category',
  missing: 'accept',
  from: { column: name },
  ...of,
});

/** So many rows of each trade, one trade after the other. */
function cohort(trades: Record<string, number>): Example[] {
  return Object.entries(trades).flatMap(([trade, rows]) =>
    Array.from({ length: rows }, (_, row): Example => {
      const at = { startAt: row, dueAt: row, knownAt: row };
      const values = { trade, foreman: 'ada', floor: row % 3, nothing: null };
      return { ref: `${trade}-${row}`, site: 's', group: `${trade}-${row}`, ...at, label: 0, values };
    }),
  );
}
const FEATURES = [
  feature('trade'),
  feature('foreman', { private: true }),
  feature('floor', { type: 'number' }),
  feature('nothing'),
];
const judge = (rows: Example[], lossOf: (row: number) => number, clusterOf = (row: number) => row) =>
  sliceLosses(
    FEATURES,
    rows,
    Float64Array.from(rows, (_, row) => lossOf(row)),
    {
      clusters: Int32Array.from(rows, (_, row) => clusterOf(row)),
      limit: 0.02,
      level: 0.05,
    },
  );

it('slices are the levels of categories that are not private, the largest first, with rows enough to tell', () => {
  const rows = cohort({ wood: LEAST_ROWS, steel: LEAST_ROWS + 1, glass: LEAST_ROWS - 1 });
  expect(judge(rows, () => 0).map(({ name, rows: count }) => [name, count])).toEqual([
    ['trade=steel', LEAST_ROWS + 1],
    ['trade=wood', LEAST_ROWS],
  ]);
});

const wobble = (row: number) => (row % 2 === 0 ? 0.01 : -0.01);

it('a slice holds where the candidate is surely not worse than the limit, and each is judged by its own rows', () => {
  const rows = cohort({ steel: 400, wood: 400 });
  const [steel, wood] = judge(rows, (row) => (row < 400 ? 0.05 : 0) + wobble(row));
  expect(steel).toMatchObject({ name: 'trade=steel', limit: 0.02, holds: false });
  expect(steel?.loss).toBeCloseTo(0.05, 12);
  expect(wood).toMatchObject({ name: 'trade=wood', holds: true });
  expect(wood?.high).toBeGreaterThan(0);
  expect(wood?.high).toBeLessThan(0.002);
});

it('what one group alone says is no bound, however many rows it has', () => {
  expect(
    judge(
      cohort({ steel: 400 }),
      () => -0.5,
      () => 7,
    ),
  ).toMatchObject([{ high: 1, holds: false }]);
});
