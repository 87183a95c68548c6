import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { binCount, binOf, quantileEdges, type FeatureBins } from '../bins.ts';
import { ZERO_OCTAVE, type FeatureCounts } from './feature-counts.ts';
import { qualityOf } from './quality-of.ts';

const RULE = { alpha: 1e-5 };
const { next } = createSeededRandom(3);
const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const DRAWS = { durations: () => Math.exp(2 + normal()), crew: () => Math.round(-20 * Math.log(1 - next())) };

type Value = number | string | null;

function counted(bins: FeatureBins, values: readonly Value[], range?: readonly [number, number]): FeatureCounts {
  const counts = Array<number>(binCount(bins)).fill(0);
  for (const value of values) counts[binOf(bins, value)]! += 1;
  const numbers = values.filter((value) => typeof value === 'number');
  const octaves = new Map<number, number>();
  for (const value of numbers) {
    const octave = value === 0 ? ZERO_OCTAVE : Math.floor(Math.log2(Math.abs(value)));
    octaves.set(octave, (octaves.get(octave) ?? 0) + 1);
  }
  const repeats = {
    count: values.filter((value, i) => i > 0 && value === values[i - 1]).length,
    of: values.length - 1,
  };
  const outside =
    range && ([numbers.filter((x) => x < range[0]).length, numbers.filter((x) => x > range[1]).length] as const);
  return { counts, scale: [...octaves], repeats, ...(outside && { outside }) };
}

/** Faults found when a column of this kind is changed. */
function faultsOf(draw: () => number, change: (value: number, i: number) => Value, size = 400) {
  const before = Array.from({ length: 2_000 }, draw);
  const bins: FeatureBins = { type: 'number', name: 'x', edges: quantileEdges(before) };
  const after = Array.from({ length: size }, (_, i) => change(draw(), i));
  const range = [Math.min(...before), Math.max(...before)] as const;
  return qualityOf(bins, counted(bins, before), counted(bins, after, range), RULE);
}

describe.each(Object.entries(DRAWS))('a column of numbers (%s)', (_name, draw) => {
  it.each<[string, (value: number, i: number) => Value, string[]]>([
    ['as it was', (value) => value, []],
    ['a little larger', (value) => value * 1.3, []],
    ['stuck', () => 7, ['stuck']],
    ['stuck for the last three quarters', (value, i) => (i < 100 ? value : 7), ['stuck']],
    ['in hours instead of days', (value) => value * 24, ['unit']],
    ['in days instead of hours', (value) => value / 24, ['unit']],
    ['in thousands', (value) => value * 1_000, ['unit']],
    ['missing half of the time', (value, i) => (i % 2 === 0 ? value : null), ['missing']],
    ['far out one time in ten', (value, i) => (i % 10 === 0 ? 1e9 : value), ['range']],
  ])('%s', (_, change, faults) => {
    expect(faultsOf(draw, change).map(({ fault }) => fault)).toEqual(faults);
  });
});

it('names the ratio of a changed unit', () => {
  const [found] = faultsOf(DRAWS.durations, (value) => value * 24, 2_000);
  expect(found?.size).toBeGreaterThan(22);
  expect(found?.size).toBeLessThan(27);
  expect(found?.sentence).toContain('hours and days');
});

it('finds nothing in a hundred columns that stay as they are', () => {
  const found = Array.from({ length: 100 }, () => faultsOf(DRAWS.durations, (value) => value, 100)).flat();
  expect(found).toEqual([]);
});

describe('a column of categories', () => {
  const levels = ['concrete', 'steel', 'paint', 'glass'];
  const bins: FeatureBins = { type: 'category', name: 'trade', levels };
  const before = Array.from({ length: 2_000 }, () => levels[Math.floor(next() ** 2 * 4)]!);
  const faults = (change: (value: string, i: number) => Value) => {
    const after = Array.from({ length: 500 }, () => levels[Math.floor(next() ** 2 * 4)]!).map(change);
    return qualityOf(bins, counted(bins, before), counted(bins, after), RULE);
  };

  it.each<[string, (value: string, i: number) => Value, string[]]>([
    ['as it was', (value) => value, []],
    ['one level under another name', (value) => (value === 'steel' ? 'Steelwork' : value), ['renamed']],
    ['all levels in capitals', (value) => value.toUpperCase(), ['renamed']],
    ['a level that is gone, and nothing in its place', (value) => (value === 'steel' ? 'concrete' : value), []],
    ['a new level beside the others', (value, i) => (i % 4 === 0 ? 'roof' : value), []],
    ['missing in a third', (value, i) => (i % 3 === 0 ? null : value), ['missing']],
  ])('%s', (_, change, expected) => {
    expect(faults(change).map(({ fault }) => fault)).toEqual(expected);
  });

  it('says which level has another name', () => {
    expect(faults((value) => (value === 'steel' ? 'Steelwork' : value))[0]?.sentence).toContain(
      'steel no longer comes',
    );
  });
});
