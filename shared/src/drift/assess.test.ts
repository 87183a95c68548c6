import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../testing/seeded-random.ts';
import { createStableStream } from '../testing/stable-stream.ts';
import { assessDrift, compareAll } from './assess.ts';
import { quantileEdges, type FeatureBins } from './bins.ts';
import { buildReference, binsOf, type Reference } from './reference.ts';
import { emptyWindow, observe, type DriftWindow } from './window.ts';

type Row = Record<string, number | string | null>;
const BUDGET = 0.001;
const NUMBERS = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'];
const TRADES = ['concrete', 'steel', 'paint', 'glass', 'roof', 'lift'];

/** Eight features as on a site: skewed and rounded numbers, one often missing, one level in a thousand. */
function drawer(seed: number) {
  const random = createSeededRandom(seed);
  const row = (): Row => ({
    f0: random.next(),
    f1: Math.round(-20 * Math.log(1 - random.next())),
    f2: random.next() < 0.3 ? null : random.next() + random.next() + random.next(),
    f3: Math.floor(random.next() * 5),
    f4: random.next() < 0.9 ? 0 : random.next() * 100,
    f5: Math.exp(4 * random.next()),
    trade: random.next() < 0.001 ? 'never before' : (TRADES[Math.floor(random.next() ** 3 * TRADES.length)] ?? ''),
    union: random.next() < 0.1 ? 'yes' : 'no',
  });
  return { row, score: () => random.next() ** 2 };
}

function referenceFrom(seed: number, size: number): Reference {
  const draw = drawer(seed);
  const rows = Array.from({ length: size }, draw.row);
  const bins: FeatureBins[] = [
    ...NUMBERS.map((name): FeatureBins => {
      const values = rows.map((row) => row[name]).filter((value) => typeof value === 'number');
      return { type: 'number', name, edges: quantileEdges(values) };
    }),
    { type: 'category', name: 'trade', levels: TRADES },
    { type: 'category', name: 'union', levels: ['yes', 'no'] },
  ];
  return buildReference(bins, rows, rows.map(draw.score));
}

function windowFrom(of: Reference, seed: number, size: number, change: (row: Row) => Row = (row) => row): DriftWindow {
  const draw = drawer(seed);
  const bins = binsOf(of);
  const window = emptyWindow('delay', 'ab', bins, 0, 1);
  for (let i = 0; i < size; i += 1) observe(window, bins, change(draw.row()), draw.score());
  return window;
}

/** Smallest count that more than 999 in 1000 honest runs stay at or below. */
function binomialBound(trials: number, p: number): number {
  let probability = (1 - p) ** trials;
  let sum = probability;
  let k = 0;
  while (sum < 0.999) {
    probability *= ((trials - k) / (k + 1)) * (p / (1 - p));
    k += 1;
    sum += probability;
  }
  return k;
}

describe('a window in which nothing changed', () => {
  const WINDOWS = 1_000;

  it.each([50, 200, 1_000, 10_000, 100_000])(
    'of %i predictions alarms no more often than the budget allows, 1,000 times looked at',
    (size) => {
      const draw = createStableStream(size);
      let alarms = 0;
      for (let i = 0; i < WINDOWS; i += 1) {
        draw.newReference();
        // Effects are not asked for: large windows would never alarm, whatever their p is worth.
        const comparisons = compareAll(draw.window(size), { falseAlarmBudget: BUDGET, minimumEffect: 0 });
        if (comparisons.some(({ alarm }) => alarm)) alarms += 1;
      }
      expect(alarms).toBeLessThanOrEqual(binomialBound(WINDOWS, BUDGET));
    },
  );
});

describe('a window in which a unit changed', () => {
  const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

  it.each<[string, string, (value: number) => number]>([
    ['metres to millimetres', 'f0', (value) => value * 1000],
    ['days to hours', 'f1', (value) => value * 24],
    ['hours to days', 'f1', (value) => value / 24],
    ['tonnes to kilograms', 'f5', (value) => value * 1000],
  ])('alarms at 200 predictions for every seed: %s', (_, name, unit) => {
    const of = referenceFrom(1, 2_000);
    const change = (row: Row): Row => ({ ...row, [name]: unit(Number(row[name])) });
    const verdicts = SEEDS.map((seed) => assessDrift(of, windowFrom(of, 5_000 + seed, 200, change)));
    expect(verdicts.filter((verdict) => !verdict.alarm)).toEqual([]);
    expect(verdicts.every((verdict) => verdict.sentence.startsWith(`${name} has moved`))).toBe(true);
  });
});

const number = (counts: number[]): Reference => ({
  v: 1,
  rows: counts.reduce((a, b) => a + b),
  features: [{ bins: { type: 'number', name: 'x', edges: counts.slice(2).map((_, i) => i) }, counts, typical: 0 }],
  score: [],
});
const counted = (of: Reference, counts: number[]): DriftWindow => ({
  ...emptyWindow('delay', 'ab', binsOf(of), 0, 1),
  count: counts.reduce((a, b) => a + b),
  features: { x: counts },
});

describe('a verdict', () => {
  it('does not alarm for a trifle, however sure it is', () => {
    const of = number([100_000, 100_000, 0]);
    const verdict = assessDrift(of, counted(of, [102_000, 98_000, 0]));
    expect(verdict.comparisons[0]?.p).toBeLessThan(1e-8);
    expect(verdict.comparisons[0]?.effect).toBeLessThan(0.05);
    expect(verdict).toMatchObject({ alarm: false, sentence: 'no drift found in 200000 predictions' });
  });

  it.each([
    [500, 50_000],
    [2_000, 1_000_000],
  ])('alarms when a sensor is stuck, whatever its value: %i rows before, %i predictions', (rows, size) => {
    const of = number([...Array<number>(10).fill(rows / 10), 0]);
    for (let bin = 0; bin < 10; bin += 1) {
      const counts = Array.from({ length: 11 }, (_, i) => (i === bin ? size : 0));
      expect(assessDrift(of, counted(of, counts)).alarm).toBe(true);
    }
  });

  it('alarms when the only level there was has another name now', () => {
    const of = number([400, 0, 0]);
    expect(assessDrift(of, counted(of, [0, 0, 300])).alarm).toBe(true);
    expect(assessDrift(of, counted(of, [300, 0, 0])).alarm).toBe(false);
  });

  it('has thresholds for all three measures that shrink as the window grows, but for χ²', () => {
    const of = number([400, 400, 400, 0]);
    const [small, large] = [300, 30_000].map((size) => {
      const third = size / 3;
      return assessDrift(of, counted(of, [third, third, third, 0])).comparisons[0]?.tests;
    });
    for (const i of [1, 2]) expect(large?.[i]?.threshold).toBeLessThan(small?.[i]?.threshold ?? 0);
    expect(large?.[0]?.threshold).toBe(small?.[0]?.threshold);
  });

  it('alarms when everything is missing all at once', () => {
    const of = number([100, 100, 0]);
    const verdict = assessDrift(of, counted(of, [0, 0, 60]));
    expect(verdict).toMatchObject({ alarm: true, count: 60, from: 0, to: 1 });
    expect(verdict.sentence).toMatch(/^x has moved \(effect \d\.\d\d, p .*, 60 predictions\)$/);
  });

  it('is the statistic that the textbook gives for two bins', () => {
    // χ² of [[60, 40], [40, 60]] is 8 with one degree of freedom, p 0.00468.
    const of = number([60, 40, 0]);
    const [comparison] = assessDrift(of, counted(of, [40, 60, 0])).comparisons;
    expect(comparison).toMatchObject({ statistic: 8, df: 1, alarm: false });
    expect(comparison?.p).toBeCloseTo(0.004678, 6);
  });

  it('says nothing of what was not counted', () => {
    const of = number([10, 10, 0]);
    for (const window of [counted(of, [0, 0, 0]), { ...counted(of, [1, 1, 0]), features: {} }]) {
      expect(assessDrift(of, window).comparisons[0]).toMatchObject({ df: 0, p: 1, alarm: false });
    }
  });
});
