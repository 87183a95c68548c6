import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowWeights } from '../class-weights.ts';
import { classFigures, confusionOf } from './confusion.ts';
import { holdoutFigures } from './holdout-figures.ts';
import { dayFigures, heldOutDays } from './regression-figures.ts';
import { constantFor, meanLoss, type TargetLoss } from './target-loss.ts';
import { cheapestThreshold, type Costs } from './threshold.ts';

const rowsOf = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);

describe('figures of held-out rows', () => {
  const labels = Uint8Array.of(1, 1, 1, 0, 0, 0, 0, 1);
  const scores = Float64Array.of(0.9, 0.8, 0.3, 0.6, 0.2, 0.1, 0.4, 0.5);

  it('are those counted by hand', () => {
    const confusion = confusionOf(labels, scores, 0.5);
    expect(confusion).toEqual({ hits: 3, misses: 1, alarms: 1, passes: 3 });
    expect(classFigures(confusion).late).toEqual({ precision: 0.75, recall: 0.75, f1: 0.75 });
    const figures = holdoutFigures(labels, scores, { clusters: rowsOf(8), threshold: 0.5, seed: 1 });
    expect(figures).toMatchObject({
      rows: 8,
      late: 4,
      clusters: 8,
      accuracy: { value: 0.75 },
      auc: { value: 13 / 16 },
    });
    expect(figures.brier.value).toBeCloseTo((0.01 + 0.04 + 0.49 + 0.36 + 0.04 + 0.01 + 0.16 + 0.25) / 8, 12);
    for (const { low, value, high } of [figures.accuracy, figures.auc, figures.brier, figures.classes.late.f1]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThan(low);
    }
  });

  it('have wider intervals where rows are copies of each other', () => {
    const copies = 8;
    const many = rowsOf(8 * copies);
    const [manyLabels, manyScores] = [
      Uint8Array.from(many, (row) => labels[row % 8]!),
      Float64Array.from(many, (row) => scores[row % 8]!),
    ];
    const widthOf = (clusters: Int32Array): number => {
      const { accuracy } = holdoutFigures(manyLabels, manyScores, { clusters, threshold: 0.5, seed: 1 });
      return accuracy.high - accuracy.low;
    };
    expect(widthOf(many.map((row) => row % 8))).toBeGreaterThan(2 * widthOf(many));
  });

  it('of a class that is never said has no precision, and no F1 to speak of', () => {
    const { late } = classFigures(confusionOf(labels, scores, 0.99));
    expect(late).toEqual({ precision: Number.NaN, recall: 0, f1: 0 });
  });
});

const costOf = (labels: Uint8Array, scores: Float64Array, { miss, alarm }: Costs, at: number): number => {
  const { misses, alarms } = confusionOf(labels, scores, at);
  return (miss * misses + alarm * alarms) / labels.length;
};

describe('the cheapest threshold', () => {
  it('costs no more than any other, whatever the costs', () => {
    const row = tuple(constantFrom(0, 1), integer({ min: 0, max: 20 }));
    assert(
      property(
        array(row, { minLength: 5, maxLength: 40 }),
        integer({ min: 1, max: 9 }),
        integer({ min: 1, max: 9 }),
        (rows, miss, alarm) => {
          const labels = Uint8Array.from(rows, ([label]) => label);
          const scores = Float64Array.from(rows, ([, score]) => score / 20);
          const found = cheapestThreshold(labels, scores, { miss, alarm }, { clusters: rowsOf(rows.length), seed: 1 });
          const others = Array.from({ length: 101 }, (_, step) => costOf(labels, scores, { miss, alarm }, step / 100));
          expect(found.expectedCost).toBeLessThanOrEqual(Math.min(...others) + 1e-9);
          expect(found.expectedCost).toBeCloseTo(costOf(labels, scores, { miss, alarm }, found.threshold.value), 12);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('lies near alarm ÷ (alarm + miss) for calibrated scores, and its interval holds it', () => {
    const scores = Float64Array.from({ length: 4000 }, (_, row) => ((row % 100) + 0.5) / 100);
    const labels = Uint8Array.from(scores, (score, row) => (((row * 7919) % 4000) / 4000 < score ? 1 : 0));
    const { threshold, expectedCost, expectedCostAtHalf } = cheapestThreshold(
      labels,
      scores,
      { miss: 5, alarm: 1 },
      { clusters: rowsOf(4000), seed: 1 },
    );
    expect(Math.abs(threshold.value - 1 / 6)).toBeLessThan(0.06);
    expect(threshold.low).toBeLessThan(1 / 6);
    expect(threshold.high).toBeGreaterThan(1 / 6);
    expect(expectedCost).toBeLessThan(expectedCostAtHalf);
  });

  it('of costs that are none is refused by field', () => {
    const costs = { miss: 0, alarm: 1 };
    expect(() =>
      cheapestThreshold(Uint8Array.of(0, 1), Float64Array.of(0, 1), costs, { clusters: rowsOf(2), seed: 1 }),
    ).toThrow(expect.objectContaining({ code: 'bad_parameter', field: 'costs.miss' }));
  });
});

describe('losses of days', () => {
  const losses: TargetLoss[] = ['absolute', 'squared', { quantile: 0.9 }];

  it.each(losses)('have in their constant the number that loses least (%o)', (loss) => {
    assert(
      property(array(integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 }), (targets) => {
        const lossOf = (value: number): number => meanLoss(targets, new Float64Array(targets.length).fill(value), loss);
        const best = lossOf(constantFor(targets, loss));
        // Between two rows a quantile is a straight line: it may lose what lies between their losses.
        const slack = typeof loss === 'object' ? 100 / targets.length : 1e-9;
        for (let other = -50; other <= 50; other += 1) expect(best).toBeLessThanOrEqual(lossOf(other) + slack);
      }),
      { numRuns: 30 },
    );
  });

  it('make figures as counted by hand, with intervals', () => {
    const [targets, values] = [Float64Array.of(0, 10, 20), Float64Array.of(1, 8, 26)];
    const figures = dayFigures(targets, values, { quantile: 0.9 });
    expect(figures.mae).toBeCloseTo(3, 12);
    expect(figures.rmse).toBeCloseTo(Math.sqrt(41 / 3), 12);
    expect(figures.r2).toBeCloseTo(1 - 41 / 200, 12);
    expect(figures.pinball).toBeCloseTo((0.1 * 1 + 0.9 * 2 + 0.1 * 6) / 3, 12);
    expect(figures.below).toBeCloseTo(2 / 3, 12);
    const held = heldOutDays(targets, values, 'absolute', { clusters: rowsOf(3), seed: 1 });
    expect(held).toMatchObject({ rows: 3, clusters: 3, mae: { value: 3, low: 1, high: 6 } });
  });
});

describe('class weights', () => {
  it('have mean 1, and balanced ones give both labels the same', () => {
    const labels = Uint8Array.of(1, 0, 0, 0);
    expect([...rowWeights(labels, 'balanced')]).toEqual([2, 2 / 3, 2 / 3, 2 / 3]);
    expect([...rowWeights(labels, { late: 3, inTime: 1 })]).toEqual([2, 2 / 3, 2 / 3, 2 / 3]);
  });
});
