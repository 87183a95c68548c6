import { array, assert, double, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabTensor } from '../../../platform/ports/index.ts';
import { guessView, readAnswers, type AnswerView } from './answers.ts';
import { compareAnswers, type Metric } from './figures.ts';
import { gatesOf, refusals } from './gates.ts';

const tensor = (name: string, dims: number[], data: number[]): LabTensor => ({
  name,
  dtype: 'float32',
  dims,
  data: Float32Array.from(data),
});
const labels = (data: number[]): LabTensor => ({
  name: 'label',
  dtype: 'int64',
  dims: [data.length],
  data: BigInt64Array.from(data, BigInt),
});
const run = (...outputs: LabTensor[]) => ({ outputs, rows: outputs[0]?.dims[0] ?? 1 });
const TWO: AnswerView = { kind: 'classes', output: 'p', width: 2, positive: 1, threshold: 0.5, sums: true };

/** Probabilities of the second class, row by row. */
const answersOf = (scores: number[], view: AnswerView = TWO) =>
  readAnswers(view, [
    run(
      tensor(
        'p',
        [scores.length, 2],
        scores.flatMap((one) => [1 - one, one]),
      ),
    ),
  ]);

describe('the view of a model nobody described', () => {
  it.each<[string, LabTensor[], object]>([
    ['rows that sum to one', [tensor('p', [2, 2], [0.5, 0.5, 0.25, 0.75])], { kind: 'classes', width: 2, sums: true }],
    ['rows of logits', [tensor('p', [1, 3], [4, -2, 9])], { kind: 'classes', width: 3, sums: false }],
    ['a label beside probabilities', [labels([1]), tensor('p', [1, 2], [0, 1])], { kind: 'classes', output: 'p' }],
    ['one probability', [tensor('y', [2, 1], [0, 1])], { kind: 'classes', output: 'y', width: 1 }],
    ['one value', [tensor('y', [2, 1], [0, 17])], { kind: 'values' }],
    ['a picture', [tensor('y', [1, 2, 2], [0, 1, 0, 1])], { kind: 'values' }],
    ['a label alone', [labels([1, 0])], { kind: 'values' }],
  ])('of %s', (_what, outputs, view) => {
    expect(guessView([run(...outputs)])).toMatchObject(view);
  });
});

describe('the rows that pad a fixed batch', () => {
  it('are not compared', () => {
    const padded = { outputs: [tensor('p', [4, 2], [0, 1, 1, 0, 9, 9, 9, 9]), labels([1, 0, 5, 5])], rows: 2 };
    expect(readAnswers(TWO, [padded])).toEqual({ scores: Float64Array.of(0, 1, 1, 0), width: 2, exact: ['1', '0'] });
  });
});

describe('two encodings', () => {
  it('that say the same differ in nothing', () => {
    assert(
      property(array(double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (scores) => {
        const figures = compareAnswers(TWO, answersOf(scores), answersOf(scores));
        expect(figures).toMatchObject({ agreement: 1, maxDiff: 0, calibrationShift: 0, exactAgreement: 1 });
        expect(refusals(gatesOf(figures, true))).toEqual([]);
      }),
    );
  });

  it('disagree where the class changes, and nowhere else', () => {
    const before = answersOf([0.1, 0.4, 0.6, 0.9]);
    const after = answersOf([0.2, 0.55, 0.6, 0.8]);
    const figures = compareAnswers(TWO, before, after);
    expect(figures.agreement).toBe(0.75);
    expect(figures.maxDiff).toBeCloseTo(0.15, 6);
  });

  it('may break a tie either way', () => {
    expect(compareAnswers(TWO, answersOf([0.5]), answersOf([0.4999999])).agreement).toBe(1);
    expect(compareAnswers(TWO, answersOf([0.501]), answersOf([0.499])).agreement).toBe(0);
  });

  it('agree by the threshold and the class it speaks of', () => {
    const low: AnswerView = { ...TWO, positive: 0, threshold: 0.2 };
    // 0.25 of the first class is above 0.2, 0.15 is not.
    expect(compareAnswers(low, answersOf([0.75], low), answersOf([0.85], low)).agreement).toBe(0);
    expect(compareAnswers(low, answersOf([0.75], low), answersOf([0.55], low)).agreement).toBe(1);
  });

  it('are told apart by a calibration that moved both ends although the mean stayed', () => {
    const scores = Array.from({ length: 1000 }, (_, row) => row / 999);
    const pulled = scores.map((one) => 0.5 + (one - 0.5) * 0.9);
    const figures = compareAnswers(TWO, answersOf(scores), answersOf(pulled));
    expect(figures.agreement).toBeGreaterThan(0.99);
    expect(figures.calibrationShift).toBeCloseTo(0.025, 3);
    expect(refusals(gatesOf(figures, false)).join()).toContain('calibration shift');
  });

  it.each([
    [NaN, NaN, 0],
    [Infinity, Infinity, 0],
    [NaN, 0.5, Infinity],
    [0.5, NaN, Infinity],
    [Infinity, -Infinity, Infinity],
  ])('%d and %d differ by %d', (a, b, difference) => {
    const values: AnswerView = { kind: 'values' };
    const of = (value: number) => readAnswers(values, [run(tensor('y', [1, 1], [value]))]);
    expect(compareAnswers(values, of(a), of(b)).maxDiff).toBe(difference);
  });

  it('of values are compared on the scale of their spread', () => {
    const values: AnswerView = { kind: 'values' };
    const of = (scale: number, noise: number) =>
      readAnswers(values, [
        run(
          tensor(
            'y',
            [4, 1],
            [1, 2, 3, 4].map((one) => one * scale + noise * scale),
          ),
        ),
      ]);
    const small = compareAnswers(values, of(1, 0), of(1, 0.001));
    const large = compareAnswers(values, of(1e6, 0), of(1e6, 0.001));
    expect(large.p99Diff).toBeCloseTo(small.p99Diff, 3);
    expect(compareAnswers(values, of(1, 0), of(1, 0.5)).agreement).toBe(0);
  });

  it('with fewer answers than the other have nothing to say for themselves', () => {
    const figures = compareAnswers(TWO, answersOf([0.1, 0.9]), answersOf([0.1]));
    expect(figures.maxDiff).toBe(Infinity);
    expect(refusals(gatesOf(figures, false))).not.toEqual([]);
  });
});

describe('a measure against labels', () => {
  const share: Metric = {
    name: 'accuracy',
    of: (_scores, classes, truth) => truth.filter((one, row) => Number(one) === classes[row]).length / truth.length,
    higherIsBetter: true,
  };

  it('refuses an encoding that lost more than a fifth of a point', () => {
    const scores = Array.from({ length: 500 }, (_, row) => (row % 2 === 0 ? 0.49 : 0.9));
    const moved = scores.map((one, row) => (row === 0 || row === 2 ? 0.51 : one));
    const known = { metric: share, labels: scores.map((one) => (one > 0.5 ? '1' : '0')) };
    const figures = compareAnswers(TWO, answersOf(scores), answersOf(moved), known);
    expect(figures.metric).toMatchObject({ reference: 1, candidate: 0.996 });
    expect(refusals(gatesOf(figures, false))).toEqual(['drop of accuracy 0.004 against 0.002']);
  });

  it('is inconclusive where the labels measure nothing, but not where only the candidate has no measure', () => {
    const nowhere: Metric = { name: 'AUC', of: () => NaN, higherIsBetter: true };
    const truth = ['1', '1'];
    const same = compareAnswers(TWO, answersOf([0.1, 0.9]), answersOf([0.1, 0.9]), { metric: nowhere, labels: truth });
    expect(same.metric).toBeUndefined();
    expect(refusals(gatesOf(same, true))).toEqual([]);
    const other = compareAnswers(TWO, answersOf([0.125, 0.9]), answersOf([0.126, 0.9]), {
      metric: { ...nowhere, of: (scores) => (scores[0] === 0.125 ? 1 : NaN) },
      labels: truth,
    });
    expect(refusals(gatesOf(other, false)).join()).toContain('drop of AUC');
  });

  it('is inconclusive without labels, and that refuses nothing', () => {
    const gates = gatesOf(compareAnswers(TWO, answersOf([0.1]), answersOf([0.1])), false);
    expect(gates.find(({ gate }) => gate.startsWith('drop of'))?.verdict).toBe('inconclusive');
    expect(refusals(gates)).toEqual([]);
  });
});

describe('what claims to lose nothing', () => {
  it('must not differ by more than float additions do', () => {
    const figures = compareAnswers(TWO, answersOf([0.3, 0.6]), answersOf([0.3, 0.6001]));
    expect(refusals(gatesOf(figures, true)).join()).toContain('largest difference');
    expect(refusals(gatesOf(figures, false))).toEqual([]);
  });
});
