import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../testing/seeded-random.ts';
import { scoreBin } from '../bins.ts';
import { shiftWords } from '../explain/shift-words.ts';
import { estimatePerformance } from './cbpe.ts';
import { realisedPerformance } from './realised.ts';
import { gradeBins, performanceOf } from './score-counts.ts';

const chance = (x: number) => 1 / (1 + Math.exp(-x));

/** Scores that are true chances, of rows whose log odds lie about `mean`; `truth` says how they really end. */
function world(seed: number) {
  const { next } = createSeededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return (n: number, mean: number, truth: (logOdds: number) => number = chance) => {
    const counts = { negative: zeros(), positive: zeros(), scores: zeros() };
    for (let i = 0; i < n; i += 1) {
      const logOdds = mean + 1.5 * normal();
      const bin = scoreBin(chance(logOdds));
      const outcomes = next() < truth(logOdds) ? counts.positive : counts.negative;
      counts.scores[bin]! += 1;
      outcomes[bin]! += 1;
    }
    return counts;
  };
}
const zeros = () => Array<number>(20).fill(0);
const MEASURES = ['accuracy', 'brier', 'auc'] as const;

describe('the slope of a measure', () => {
  it.each(MEASURES)('of %s is what the measure moves by when more of a bin are late', (measure) => {
    const { next } = createSeededRandom(11);
    const n = Array.from({ length: 20 }, () => Math.floor(next() * 40));
    const rate = n.map(() => 0.1 + 0.8 * next());
    const valueAt = (bin: number, by: number) =>
      gradeBins(n, rate.with(bin, (rate[bin] ?? 0) + by), 0.5)[measure].value;
    const step = 1e-6;
    const measured = n.map((_, bin) => (valueAt(bin, step) - valueAt(bin, -step)) / (2 * step));
    for (const [bin, slope] of gradeBins(n, rate, 0.5)[measure].slopes.entries()) {
      expect(slope).toBeCloseTo(measured[bin] ?? Number.NaN, 6);
    }
  });
});

describe('counted performance', () => {
  it('is that of the textbook, scores taken for the middle of their bin', () => {
    const counts = { negative: zeros(), positive: zeros() };
    counts.negative[2] = 3;
    counts.positive[2] = 1;
    counts.positive[15] = 4;
    // Of 5 late and 3 in time, one pair in five ties.
    expect(performanceOf(counts, 0.5)?.auc).toBeCloseTo((4 * 3 + 1.5) / 15, 12);
    expect(performanceOf(counts, 0.5)?.accuracy).toBeCloseTo(7 / 8, 12);
    const brier = (3 * 0.125 ** 2 + 0.875 ** 2 + 4 * 0.225 ** 2) / 8;
    expect(performanceOf(counts, 0.5)?.brier).toBeCloseTo(brier, 12);
    expect(performanceOf({ negative: zeros(), positive: zeros() }, 0.5)).toBeUndefined();
  });
});

describe('estimated performance', () => {
  it('has intervals that hold what comes to be known about as often as they say, on other rows than it was calibrated on', () => {
    const draw = world(3);
    const held = { accuracy: 0, brier: 0, auc: 0 };
    const worlds = 120;
    for (let i = 0; i < worlds; i += 1) {
      const window = draw(400, 0);
      const estimate = estimatePerformance(window.scores, { ...draw(4_000, -1), threshold: 0.5 }, { alpha: 0.05 });
      const real = performanceOf(window, 0.5);
      if (!estimate.estimated || real === undefined) throw new Error('expected an estimate');
      for (const name of MEASURES) {
        const { low, high } = estimate.measures[name];
        if (real[name] >= low && real[name] <= high) held[name] += 1;
      }
    }
    // 114 are expected.
    for (const name of MEASURES) expect(held[name]).toBeGreaterThanOrEqual(106);
  });

  it('does not alarm for rows that are like those before, and does for rows that are harder', () => {
    const draw = world(5);
    const calibration = { ...draw(6_000, -2.5), threshold: 0.5 };
    const [same, harder] = [-2.5, -1].map((mean) => {
      return estimatePerformance(draw(2_000, mean).scores, calibration, { alpha: 0.001 });
    });
    expect(same).toMatchObject({ estimated: true, measures: { brier: { alarm: false }, auc: { alarm: false } } });
    expect(harder).toMatchObject({ estimated: true, measures: { brier: { alarm: true }, accuracy: { alarm: true } } });
  });

  it('is not given where scores lie that nothing is known of', () => {
    const draw = world(6);
    const calibration = { negative: zeros().fill(50, 0, 10), positive: zeros().fill(20, 0, 10), threshold: 0.5 };
    expect(estimatePerformance(draw(500, 3).scores, calibration, { alpha: 0.05 })).toMatchObject({ estimated: false });
    expect(estimatePerformance(zeros(), calibration, { alpha: 0.05 })).toMatchObject({ estimated: false, n: 0 });
  });
});

describe('realised performance', () => {
  const draw = world(9);
  const sites = (count: number, truth?: (logOdds: number) => number) =>
    Array.from({ length: count }, (_, i) => ({ site: `s${i}`, ...draw(60, -1, truth) }));
  const expected = performanceOf(draw(20_000, -1), 0.5)!;

  it('lies within its bounds, and alarms when scores no longer mean what they did', () => {
    const options = { threshold: 0.5, alpha: 0.01, expected };
    const same = realisedPerformance(sites(30), options)!;
    for (const name of MEASURES) {
      expect(same.measures[name].low).toBeLessThanOrEqual(expected[name]);
      expect(same.measures[name].high).toBeGreaterThanOrEqual(expected[name]);
      expect(same.measures[name].alarm).toBe(false);
    }
    const turned = realisedPerformance(
      sites(30, (logOdds) => chance(-logOdds)),
      options,
    )!;
    for (const name of MEASURES) expect(turned.measures[name].alarm).toBe(true);
  });

  it('has no bounds with four sites, and none at all without an outcome', () => {
    const options = { threshold: 0.5, alpha: 0.01, expected };
    expect(realisedPerformance(sites(4), options)?.measures.brier).toMatchObject({ low: -Infinity, alarm: false });
    expect(realisedPerformance([], options)).toBeUndefined();
  });
});

describe('what kind of change it is', () => {
  const draw = world(12);
  const reference = draw(4_000, -1);
  const rule = { alpha: 0.001 };

  it.each<[string, ReturnType<typeof draw>, string[]]>([
    ['nothing', draw(2_000, -1), []],
    ['other rows', draw(2_000, 0), ['covariate']],
    ['scores that mean the opposite', draw(2_000, -1, (x) => chance(-x)), ['concept']],
    ['everything later than it was', draw(2_000, -1, (x) => chance(x + 1)), ['concept']],
    ['other rows, too few outcomes', { ...draw(30, 0), scores: draw(2_000, 0).scores }, ['undecided']],
  ])('%s', (_, window, words) => {
    const shift = shiftWords(reference, window, rule);
    expect(shift.words).toEqual(words);
    expect(shift.labelsMissing !== undefined).toBe(words.includes('undecided'));
  });

  it('more late ones of every kind', () => {
    const many = draw(40_000, -1);
    const negative = many.negative.map((count) => Math.round(count * 0.02));
    const positive = many.positive.map((count) => Math.round(count * 0.1));
    const scores = negative.map((count, b) => count + positive[b]!);
    expect(shiftWords(reference, { negative, positive, scores }, rule).words).toEqual(['label']);
  });
});
