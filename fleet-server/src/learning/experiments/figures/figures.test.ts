import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitForest, fitLogistic, buildMatrix, encodeTable, fitColumns } from '../../learners/index.ts';
import { generateDataset } from '../../training/generated-dataset.ts';
import { rocAuc } from '../../training/index.ts';
import { precisionRecallCurve, rocCurve, thinned } from './curves.ts';
import { clusteredMean, wilson } from './interval.ts';
import { nativeImportance } from './native-importance.ts';
import { permutationImportance } from './permutation.ts';
import { reliabilityBins } from './reliability.ts';

const rows = fc.array(fc.record({ label: fc.nat({ max: 1 }), score: fc.nat({ max: 8 }) }), {
  minLength: 2,
  maxLength: 80,
});
const split = (given: { label: number; score: number }[]) => ({
  labels: Uint8Array.from(given, ({ label }) => label),
  scores: Float64Array.from(given, ({ score }) => score / 8),
});

describe('curves', () => {
  it('have the area that the ranks give, ties counting half', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { labels, scores } = split(given);
        const { points, area } = rocCurve(labels, scores);
        const auc = rocAuc(labels, scores);
        expect(Number.isNaN(area)).toBe(Number.isNaN(auc));
        expect(points.length === 0).toBe(Number.isNaN(auc));
        expect(Math.abs(area - auc) > 1e-10).toBe(false);
      }),
    );
  });

  it('of precision and recall are those of scikit-learn on its own example', () => {
    const { area, points } = precisionRecallCurve(Uint8Array.of(0, 0, 1, 1), Float64Array.of(0.1, 0.4, 0.35, 0.8));
    // average_precision_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) = 0.83…
    expect(area).toBeCloseTo(0.8333333, 6);
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [0, 1],
      [0.5, 1],
      [0.5, 0.5],
      [1, 2 / 3],
      [1, 0.5],
    ]);
  });

  it('keep their ends when they are thinned', () => {
    const scores = Float64Array.from({ length: 3000 }, (_, row) => ((row * 7919) % 3000) / 3000);
    const curve = rocCurve(
      Uint8Array.from(scores, (_, row) => row % 2),
      scores,
    );
    const thin = thinned(curve, 100);
    expect(thin.points).toHaveLength(100);
    expect([thin.points[0], thin.points.at(-1)]).toEqual([curve.points[0], curve.points.at(-1)]);
  });
});

describe('bins of calibration', () => {
  it('hold every row once and never split equal scores', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { labels, scores } = split(given);
        const bins = reliabilityBins(labels, scores);
        expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(given.length);
        const late = bins.reduce((sum, bin) => sum + bin.rows * bin.share, 0);
        expect(late).toBeCloseTo(
          labels.reduce((sum, label) => sum + label, 0),
          9,
        );
        bins.forEach((bin, index) => {
          expect(bin.low <= bin.share && bin.share <= bin.high).toBe(true);
          expect(bin.meanScore).toBeGreaterThan(bins[index - 1]?.meanScore ?? -1);
        });
      }),
    );
  });
});

describe('intervals', () => {
  it('of a share are those of Wilson', () => {
    const { low, high } = wilson(2, 10);
    expect(low).toBeCloseTo(0.0567, 4);
    expect(high).toBeCloseTo(0.5098, 4);
    expect(wilson(0, 10).low).toBe(0);
  });

  it('of a mean grow with the clusters that rows come in', () => {
    const values = Float64Array.from({ length: 100 }, (_, row) => Math.floor(row / 10) % 2);
    const each = clusteredMean(values, Int32Array.from(values.keys()));
    const tens = clusteredMean(
      values,
      Int32Array.from(values, (_, row) => Math.floor(row / 10)),
    );
    expect(tens.high - tens.low).toBeGreaterThan(2.5 * (each.high - each.low));
    expect(clusteredMean(values, new Int32Array(100)).low).toBeNaN();
  });
});

describe('importance', () => {
  const dataset = generateDataset({ seed: 2, rows: 500, signal: 1 });
  const table = encodeTable(dataset.examples, dataset.features);
  const all = Int32Array.from({ length: 500 }, (_, row) => row);
  const matrix = buildMatrix(table, fitColumns(table, all), all);
  const fitted = {
    linear: fitLogistic(matrix, { c: 1 }),
    trees: fitForest(matrix, { trees: 20, depth: 5, minRows: 5 }, 1),
  };
  const telling = ['n0', 'n1', 'n2'];

  it.each(['linear', 'trees'] as const)(
    'by permutation finds the three telling columns of a %s model, again and again',
    (kind) => {
      const options = { seed: 3, repeats: 2 };
      const found = permutationImportance(fitted[kind], dataset, dataset.examples, options);
      expect(
        found
          .slice(0, 3)
          .map(({ feature }) => feature)
          .toSorted(),
      ).toEqual(telling);
      expect(found[2]!.low).toBeGreaterThan(0);
      expect(permutationImportance(fitted[kind], dataset, dataset.examples, options)).toEqual(found);
    },
  );

  it.each([
    ['linear', 'weight'],
    ['trees', 'gain'],
  ] as const)('of its own finds them in a %s model by %s', (kind, by) => {
    const native = nativeImportance(fitted[kind], dataset)!;
    expect(native.by).toBe(by);
    expect(
      native.features
        .slice(0, 3)
        .map(({ feature }) => feature)
        .toSorted(),
    ).toEqual(telling);
    const total = native.features.reduce((sum, { value }) => sum + value, 0);
    expect(by === 'gain' ? total : 1).toBeCloseTo(1, 9);
  });
});
