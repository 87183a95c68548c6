import { expect, it } from 'vitest';
import type { Dataset, Example } from '../../datasets/index.ts';
import { rowsOfWindow } from './rows-of-window.ts';

const DAY_MS = 86_400_000;
const NOW = 1000 * DAY_MS;
const RULES = { recentDays: 100, halfLifeDays: 100, seed: 5 };

/** Twenty activities begin each day, up to the day before `NOW`. */
const examples = Array.from({ length: 20_000 }, (_, n): Example => {
  const startAt = Math.floor(n / 20) * DAY_MS;
  return { ref: `r${n}`, site: 's', group: `r${n}`, startAt, dueAt: startAt, knownAt: startAt, label: 0, values: {} };
});
const about = { name: 'made', version: 'v', reader: 'table', readerVersion: 1, sources: [], target: 'late' };
const dataset: Dataset = {
  ...about,
  features: [],
  split: 'time',
  examples,
  rejected: [],
  counts: { kept: examples.length },
  missingValues: {},
};
const daysOf = (window: Dataset | undefined) => window?.examples.map(({ startAt }) => startAt / DAY_MS) ?? [];

it('all of them are all of them, under the same version', () => {
  expect(rowsOfWindow(dataset, 'all', NOW, RULES)).toBe(dataset);
});

it('recent rows began in the days before now, the first of them included', () => {
  const days = daysOf(rowsOfWindow(dataset, 'recent', NOW, RULES));
  expect([days.length, Math.min(...days), Math.max(...days)]).toEqual([2000, 900, 999]);
});

it('rows since a change began with it, and without a change there are none to speak of', () => {
  const days = daysOf(rowsOfWindow(dataset, 'since-change', NOW, { ...RULES, changeAt: 940 * DAY_MS }));
  expect([days.length, Math.min(...days)]).toEqual([1200, 940]);
  expect(rowsOfWindow(dataset, 'since-change', NOW, RULES)).toBeUndefined();
});

it('rows drawn by age are kept half as often for each half life that they are old, the same ones by the same seed', () => {
  const drawn = rowsOfWindow(dataset, 'weighted', NOW, RULES);
  const share = (from: number, to: number) =>
    daysOf(drawn).filter((day) => day >= from && day < to).length / (20 * (to - from));
  // Means of 2^(-age / 100) over a hundred days: 0.72, and half of it for each hundred before.
  expect(share(900, 1000)).toBeCloseTo(0.72, 1);
  expect(share(700, 800)).toBeCloseTo(0.18, 1);
  expect(share(0, 500)).toBeLessThan(0.02);
  expect(rowsOfWindow(dataset, 'weighted', NOW, RULES)?.version).toBe(drawn?.version);
  expect(rowsOfWindow(dataset, 'weighted', NOW, { ...RULES, seed: 6 })?.version).not.toBe(drawn?.version);
});

it('what begins later than now is as young as can be', () => {
  const later = { ...dataset, examples: examples.map((one) => ({ ...one, startAt: NOW + one.startAt })) };
  expect(rowsOfWindow(later, 'weighted', NOW, RULES)?.examples).toHaveLength(examples.length);
});
