import { array, assert, constant, double, oneof, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binCount,
  binNames,
  binOf,
  quantileEdges,
  SCORE_BINS,
  scoreBin,
  scoreBinOn,
  valueEdges,
  type FeatureBins,
} from './bins.ts';
import { buildReference, scaleOfScores } from './reference.ts';

const number = (edges: number[]): FeatureBins => ({ type: 'number', name: 'x', edges });
const trade: FeatureBins = { type: 'category', name: 'trade', levels: ['steel', 'paint'] };
const finite = double({ noNaN: true, noDefaultInfinity: true });

describe('the bin of a number', () => {
  it('is the first whose upper edge is not below it, whatever the edges', () => {
    const edges = uniqueArray(oneof(finite, constant(0), constant(1)), { maxLength: 12 }).map((all) =>
      // -0 and 0 are one edge.
      [...new Set(all.map((edge) => edge + 0))].toSorted((a, b) => a - b),
    );
    assert(
      property(edges, oneof(double({ noNaN: true }), constant(0)), (drawn, value) => {
        const naive = drawn.findIndex((edge) => value <= edge);
        expect(binOf(number(drawn), value)).toBe(naive < 0 ? drawn.length : naive);
        for (const edge of drawn) expect(binOf(number(drawn), edge)).toBe(drawn.indexOf(edge));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    [-Infinity, 0],
    [1, 0],
    [1.0001, 1],
    [2, 1],
    [Infinity, 2],
    [Number.NaN, 3],
    [null, 3],
    [undefined, 3],
    ['1', 3],
  ])('between the edges 1 and 2 for %j is %i', (value, bin) => {
    expect(binOf(number([1, 2]), value)).toBe(bin);
    expect(bin).toBeLessThan(binCount(number([1, 2])));
  });
});

describe('the bin of a category', () => {
  it.each([
    ['steel', 0],
    ['paint', 1],
    [null, 2],
    ['', 2],
    [7, 2],
    ['glass', 3],
    ['constructor', 3],
  ])('for %j is %i', (value, bin) => {
    expect(binOf(trade, value)).toBe(bin);
    expect(bin).toBeLessThan(binCount(trade));
  });
});

describe('the names of the bins', () => {
  it.each([number([]), number([1]), number([1, 2, 3]), trade])('are one for each: %j', (bins) => {
    expect(binNames(bins)).toHaveLength(binCount(bins));
  });

  it('say what is in them', () => {
    expect(binNames(number([1, 2]))).toEqual(['(-∞, 1]', '(1, 2]', '(2, ∞]', '(missing)']);
    expect(binNames(trade)).toEqual(['steel', 'paint', '(missing)', '(unseen)']);
  });
});

describe('the bin of a score', () => {
  it.each([
    [-0.1, 0],
    [0, 0],
    [0.049, 0],
    [0.05, 1],
    [0.999, 19],
    [1, 19],
    [7, 19],
  ])('for %d is %i', (score, bin) => expect(scoreBin(score)).toBe(bin));
});

describe('quantile edges', () => {
  it('rise, whatever the values', () => {
    assert(
      property(array(double(), { maxLength: 200 }), (values) => {
        const edges = quantileEdges(values);
        expect(edges.length).toBeLessThanOrEqual(9);
        expect(edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? Infinity))).toBe(true);
      }),
    );
  });

  it('cut distinct values into bins of almost the same size', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * i);
    const bins = number(quantileEdges(values));
    const [counted] = buildReference(
      [bins],
      values.map((x) => ({ x })),
      [],
    ).features;
    const sizes = counted?.counts.slice(0, -1) ?? [];
    expect(sizes).toHaveLength(10);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
  });

  it('of a constant are that constant', () => {
    expect(quantileEdges([4, 4, 4])).toEqual([4]);
    expect(quantileEdges([Number.NaN])).toEqual([]);
  });
});

describe('the scale of values', () => {
  it('has edges between the values that occur, so that the last digits decide nothing', () => {
    const tree = [...Array<number>(50).fill(3.1), ...Array<number>(50).fill(7.9)];
    const edges = valueEdges(tree);
    expect(edges).toEqual([5.5]);
    for (const value of [3.1, Math.fround(3.1), 3.1 + 1e-6]) expect(scoreBinOn(edges, value)).toBe(0);
    for (const value of [7.9, Math.fround(7.9), 1e9]) expect(scoreBinOn(edges, value)).toBe(1);
    expect(valueEdges([4, 4])).toEqual([]);
    expect(valueEdges([Number.NaN])).toEqual([]);
  });

  it('counts every value in one of its bins, about equally', () => {
    const values = Array.from({ length: 2000 }, (_, i) => Math.sin(i) * i);
    const edges = valueEdges(values);
    const { score, scoreEdges } = buildReference(
      [],
      values.map(() => ({})),
      values,
      undefined,
      edges,
    );
    expect(scoreEdges).toEqual(edges);
    expect(score).toHaveLength(SCORE_BINS);
    expect(score.reduce((sum, count) => sum + count, 0)).toBe(values.length);
    expect(Math.max(...score) - Math.min(...score)).toBeLessThanOrEqual(2);
  });

  it('is of chances for classes, and nothing is counted of values without edges', () => {
    expect(scaleOfScores('classes', undefined)).toBe('chance');
    expect(scaleOfScores('value', undefined)).toBe('not counted');
    expect(scaleOfScores('value', {})).toBe('not counted');
    expect(scoreBinOn('chance', 0.5)).toBe(scoreBin(0.5));
    expect(scoreBinOn('not counted', 0.5)).toBeUndefined();
  });
});

describe('a reference', () => {
  it('counts every row of every feature once, missing ones too, and knows the typical value', () => {
    const rows = [
      { x: 1, trade: 'steel' },
      { x: 5, trade: 'steel' },
      { x: 9, trade: 'glass' },
      { x: null, trade: null },
    ];
    const reference = buildReference([number([2, 6]), trade], rows, [0, 0.5, 1, 1], 0.25);
    expect(reference.features).toEqual([
      { bins: number([2, 6]), counts: [1, 1, 1, 1], typical: 5 },
      { bins: trade, counts: [2, 0, 1, 1], typical: 'steel' },
    ]);
    expect(reference.score.filter((count) => count > 0)).toEqual([1, 1, 2]);
    expect(reference.score).toHaveLength(SCORE_BINS);
    expect(reference).toMatchObject({ v: 1, rows: 4, baseRate: 0.25 });
  });
});
