import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateDataset } from '../../training/generated-dataset.ts';
import { assessFairness } from './assess.ts';
import { disparityOf, figuresOf } from './measures.ts';
import { slicesOf } from './slices.ts';

/** Ten rows worked out by hand, with the formulae of Fairlearn's user guide (assessment, common fairness metrics). */
const LABELS = Uint8Array.of(1, 1, 0, 0, 0, 1, 1, 1, 0, 0);
const SAID = Float64Array.of(1, 0, 1, 0, 0, 1, 1, 0, 1, 1);
const GROUPS = ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b'];
const OPTIONS = { seed: 1, minimumRows: 2, samples: 100 };

describe('figures of groups', () => {
  it('are those of Fairlearn on rows worked out by hand', () => {
    const [slice] = assessFairness(LABELS, SAID, [{ name: 'trade', groups: GROUPS }], OPTIONS);
    const [a, b] = slice!.groups;
    // a: late 2 (1 found), in time 3 (1 false warning); b: late 3 (2 found), in time 2 (both warned of).
    expect(a).toMatchObject({
      group: 'a',
      count: 5,
      selectionRate: 2 / 5,
      truePositiveRate: 1 / 2,
      falsePositiveRate: 1 / 3,
      falseNegativeRate: 1 / 2,
      accuracy: 3 / 5,
    });
    expect(b).toMatchObject({
      group: 'b',
      count: 5,
      selectionRate: 4 / 5,
      truePositiveRate: 2 / 3,
      falsePositiveRate: 1,
      falseNegativeRate: 1 / 3,
      accuracy: 2 / 5,
    });
    expect(slice!.disparity.demographicParityDifference).toBeCloseTo(0.4, 12);
    expect(slice!.disparity.demographicParityRatio).toBeCloseTo(0.5, 12);
    expect(slice!.disparity.equalizedOddsDifference).toBeCloseTo(2 / 3, 12);
    expect(slice!.disparity.equalizedOddsRatio).toBeCloseTo(1 / 3, 12);
  });

  it('do not invent a rate where there is nothing to count', () => {
    const none = figuresOf({ rows: 3, positives: 0, selected: 0, hits: 0 });
    expect(none).toMatchObject({
      truePositiveRate: null,
      falseNegativeRate: null,
      falsePositiveRate: 0,
      selectionRate: 0,
    });
    const disparity = disparityOf([none, figuresOf({ rows: 3, positives: 3, selected: 0, hits: 0 })]);
    expect(disparity).toEqual({
      demographicParityDifference: 0,
      demographicParityRatio: null,
      equalizedOddsDifference: null,
      equalizedOddsRatio: null,
    });
  });

  it('hold for any rows: rates lie in [0, 1], differences are ranges, ratios are not above 1', () => {
    const row = fc.record({
      label: fc.nat({ max: 1 }),
      said: fc.nat({ max: 1 }),
      group: fc.constantFrom('a', 'b', 'c', null),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const labels = Uint8Array.from(rows, ({ label }) => label);
        const scores = Float64Array.from(rows, ({ said }) => said);
        const [slice] = assessFairness(labels, scores, [{ name: 's', groups: rows.map(({ group }) => group) }], {
          ...OPTIONS,
          samples: 10,
        });
        const counted = slice!.groups.reduce((sum, { count }) => sum + count, 0) + slice!.unknown;
        expect(counted).toBe(rows.length);
        const rates = [
          ...slice!.groups.flatMap(({ count: _count, group: _group, intervals: _intervals, ...one }) =>
            Object.values(one),
          ),
          ...Object.values(slice!.disparity),
        ];
        expect(rates.every((rate) => rate === null || (rate >= 0 && rate <= 1))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('slices', () => {
  const dataset = generateDataset({ seed: 1, rows: 600, signal: 1 });
  const labels = Uint8Array.from(dataset.examples, ({ label }) => label);

  it('pool groups of too few rows, name them, and leave them out of the comparison', () => {
    const groups = dataset.examples.map((_, row) =>
      row < 5 ? 'tiny' : row < 9 ? 'little' : row % 2 === 0 ? 'even' : 'odd',
    );
    const said = Float64Array.from(groups, (group) => (group === 'tiny' || group === 'little' ? 1 : 0));
    const [slice] = assessFairness(labels, said, [{ name: 's', groups }], { seed: 1, samples: 100 });
    expect(slice!.tooSmall).toEqual({ minimum: 30, rows: 9, groups: ['little', 'tiny'], more: 0 });
    expect(slice!.groups.map(({ group, count }) => [group, count])).toEqual([
      ['odd', 296],
      ['even', 295],
      ['(too small)', 9],
    ]);
    expect(slice!.disparity.demographicParityDifference).toBe(0);
  });

  it('share their 95 %', () => {
    const slices = slicesOf(dataset, dataset.examples, ['trade', 'n0']);
    expect(
      assessFairness(labels, new Float64Array(600), slices, { seed: 1, samples: 50 }).map(({ level }) => level),
    ).toEqual([0.975, 0.975]);
  });

  it('tell a planted difference from what chance shows', () => {
    const trades = slicesOf(dataset, dataset.examples, ['trade']);
    const fair = Float64Array.from(labels, (label, row) => ((row * 7919) % 10 < 7 ? label : 1 - label));
    const unfair = Float64Array.from(dataset.examples, (example, row) =>
      example.values['trade'] === 'roofing' ? 1 : fair[row]!,
    );
    const reportOf = (scores: Float64Array) => assessFairness(labels, scores, trades, { seed: 1, samples: 200 })[0]!;
    expect(reportOf(fair).sentence).toContain('no difference beyond chance');
    const found = reportOf(unfair);
    expect(found.sentence).toContain('the share of warnings differs');
    expect(found.disparity.demographicParityDifference).toBeGreaterThan(found.byChance.demographicParityDifference!);
    expect(found.intervals.demographicParityDifference!.low).toBeGreaterThan(0.3);
  });

  it('are wider where rows come in clusters', () => {
    const clusters = Int32Array.from(labels, (_, row) => Math.floor(row / 60));
    const scores = Float64Array.from(clusters, (cluster) => cluster % 2);
    const slices = slicesOf(dataset, dataset.examples, ['trade']);
    const widthOf = (more: object) => {
      const { low, high } = assessFairness(labels, scores, slices, { seed: 1, samples: 300, ...more })[0]!.groups[0]!
        .intervals.selectionRate!;
      return high - low;
    };
    expect(widthOf({ clusters })).toBeGreaterThan(1.5 * widthOf({}));
  });

  it('are by site, category, or number in bins, leave private columns to those who ask, and name what there is', () => {
    const features = dataset.features.map((one) => (one.name === 'trade' ? { ...one, private: true } : one));
    expect(slicesOf({ features }, dataset.examples)).toEqual([]);
    expect(slicesOf({ features }, dataset.examples, ['trade'])).toHaveLength(1);
    const [bins] = slicesOf(dataset, dataset.examples, ['n0']);
    expect(new Set(bins!.groups.filter((group) => group !== null)).size).toBe(4);
    expect(() => slicesOf(dataset, dataset.examples, ['crew'])).toThrowError(
      expect.objectContaining({ code: 'slice_unknown', expected: expect.stringContaining('trade') }) as Error,
    );
  });

  it('refuse rows of another length', () => {
    expect(() => assessFairness(labels, new Float64Array(3), [{ name: 's', groups: GROUPS }], OPTIONS)).toThrowError(
      expect.objectContaining({ code: 'rows_differ' }) as Error,
    );
  });
});
