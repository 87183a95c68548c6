import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../learners/index.ts';
import { calibrationError, calibrationErrorByChance, calibrationLine } from './calibration.ts';
import { accuracy, brier, logLoss, rocAuc } from './metrics.ts';
import { pairedDifference } from './paired-difference.ts';
import { stratifiedAuc } from './stratified-auc.ts';
import { studentQuantile } from './student-quantile.ts';

const rows = fc.array(
  fc.record({ label: fc.constantFrom(0, 1), score: fc.integer({ min: 0, max: 8 }), stratum: fc.nat(2) }),
  {
    minLength: 2,
    maxLength: 60,
  },
);

/** AUC by looking at every pair. */
function pairCount(given: { label: number; score: number; stratum: number }[], within: boolean): number {
  const pairs = given
    .filter(({ label }) => label === 1)
    .flatMap((late) =>
      given
        .filter((other) => other.label === 0 && (!within || other.stratum === late.stratum))
        .map((other) => [late.score, other.score] as const),
    );
  return pairs.reduce((sum, [a, b]) => sum + (a > b ? 1 : a === b ? 0.5 : 0), 0) / pairs.length;
}

/** Rounded far below any difference that one pair makes; NaN stays NaN. */
function rounded(figure: number): number {
  return Math.round(figure * 1e9) / 1e9;
}

/** The values four times over. */
function many(values: Uint8Array | Float64Array): number[] {
  return [...values, ...values, ...values, ...values];
}

function draw(seed: number, count: number) {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: count }, () => random.unit());
  return { random, scores, labels: Uint8Array.from(scores, (score) => (random.unit() < score ? 1 : 0)) };
}

describe('metrics', () => {
  it('AUC is the share of rightly ordered pairs, over all rows and within strata', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const labels = Uint8Array.from(given, ({ label }) => label);
        const scores = Float64Array.from(given, ({ score }) => score / 8);
        const strata = Int32Array.from(given, ({ stratum }) => stratum);
        expect(rounded(rocAuc(labels, scores))).toBe(rounded(pairCount(given, false)));
        const { auc } = stratifiedAuc(labels, scores, strata, Int32Array.from(given.keys()));
        expect(rounded(auc)).toBe(rounded(pairCount(given, true)));
      }),
    );
  });

  it('brier, log loss and accuracy have their textbook values', () => {
    const labels = Uint8Array.of(1, 0, 1);
    const scores = Float64Array.of(0.8, 0.4, 0.3);
    expect(brier(labels, scores)).toBeCloseTo((0.04 + 0.16 + 0.49) / 3, 12);
    expect(logLoss(labels, scores)).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6) + Math.log(0.3)) / 3, 12);
    expect(accuracy(labels, scores)).toBeCloseTo(2 / 3, 12);
  });

  it('the standard error of the AUC matches the spread over samples, and grows with copied rows only by cluster', () => {
    const samples = Array.from({ length: 200 }, (_, seed) => {
      const { labels, scores } = draw(seed, 200);
      return stratifiedAuc(labels, scores, new Int32Array(200), Int32Array.from(labels.keys()));
    });
    const mean = samples.reduce((sum, { auc }) => sum + auc, 0) / 200;
    const spread = Math.sqrt(samples.reduce((sum, { auc }) => sum + (auc - mean) ** 2, 0) / 199);
    const stated = samples.reduce((sum, { standardError }) => sum + standardError, 0) / 200;
    expect(stated / spread).toBeGreaterThan(0.85);
    expect(stated / spread).toBeLessThan(1.15);
    const { labels, scores } = draw(1, 200);
    const twice = stratifiedAuc(
      Uint8Array.of(...labels, ...labels),
      Float64Array.of(...scores, ...scores),
      new Int32Array(400),
      Int32Array.from({ length: 400 }, (_, row) => row % 200),
    );
    expect(twice.standardError).toBeCloseTo(samples[1]!.standardError, 10);
  });

  it.each([
    [0.99, 1, 31.8205],
    [0.99, 4, 3.7469],
    [0.995, 9, 3.2498],
    [0.975, 30, 2.0423],
    [0.99, 5000, 2.327],
  ])("Student's quantile at %d with %d degrees is %d", (level, degrees, expected) => {
    expect(Math.abs(studentQuantile(level, degrees) / expected - 1)).toBeLessThan(0.01);
  });

  it('calibration knows calibrated scores from scores too sure', () => {
    const { labels, scores, random } = draw(3, 4000);
    const sure = scores.map((score) => 1 / (1 + (1 / score - 1) ** 3));
    expect(calibrationError(labels, scores)).toBeLessThan(2 * calibrationErrorByChance(scores, random));
    expect(calibrationError(labels, sure)).toBeGreaterThan(5 * calibrationErrorByChance(sure, random));
    expect(calibrationLine(labels, sure).slope).toBeCloseTo(1 / 3, 1);
  });
});

describe('the paired difference', () => {
  it.each(['auc', 'brier'] as const)(
    'of %s tells a better score from a worse one, and repeats for a seed',
    (metric) => {
      const { labels, scores, random } = draw(5, 600);
      const worse = scores.map((score) => 0.5 * score + 0.5 * random.unit());
      const result = pairedDifference(labels, scores, worse, { metric, seed: 1 });
      expect(Math.sign(result.low)).toBe(Math.sign(result.high));
      expect(result.pBetter).toBeGreaterThan(0.97);
      expect(pairedDifference(labels, scores, worse, { metric, seed: 1 })).toEqual(result);
      expect(pairedDifference(labels, scores, scores, { metric, seed: 1 })).toEqual({
        difference: 0,
        low: 0,
        high: 0,
        pBetter: 0.5,
      });
    },
  );

  it('is wider when rows come in clusters', () => {
    const { labels, scores, random } = draw(6, 100);
    const worse = scores.map((score) => 0.5 * score + 0.5 * random.unit());
    const given = [
      Uint8Array.from(many(labels)),
      Float64Array.from(many(scores)),
      Float64Array.from(many(worse)),
    ] as const;
    const clusters = Int32Array.from({ length: 400 }, (_, row) => row % 100);
    const rowsAlone = pairedDifference(...given, { metric: 'brier', seed: 1 });
    const together = pairedDifference(...given, { metric: 'brier', seed: 1, clusters });
    expect(together.high - together.low).toBeGreaterThan(1.6 * (rowsAlone.high - rowsAlone.low));
  });
});
