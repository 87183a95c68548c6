import { assert, constantFrom, double, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, combine, leaf, linked, rawScoreOf, valueOfExpression, type Expression } from './expression.ts';

const [a, b] = [leaf(0), leaf(1)];
const sum = combine([a, b], (at) => (at === 0 ? 2 : -1), 0.5)!;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const [late] = linked('sigmoid', [sum]) as [Expression];
const opposite = combine([late], () => -1, 1)!;
const [two, three] = [linked('softmax', [a, sum]), linked('softmax', [a, b, sum])];
const [first] = linked('normalise', linked('sigmoid', [a, b, sum])) as [Expression];
const clipped: Expression = { kind: 'clip', of: sum, low: 0, high: 1 };

describe('the raw score', () => {
  it.each<[string, Expression, string, (x: number, y: number) => number]>([
    ['a sum is the sum', sum, 'score', (x, y) => 2 * x - y + 0.5],
    ['a clipped sum is the sum before', clipped, 'score', (x, y) => 2 * x - y + 0.5],
    ['a sigmoid is its margin', late, 'margin', (x, y) => 2 * x - y + 0.5],
    ['one minus a sigmoid is the margin of the other class', opposite, 'margin', (x, y) => -(2 * x - y + 0.5)],
    ['a softmax of two is the difference of their margins', two[1]!, 'margin', (x, y) => 2 * x - y + 0.5 - x],
    ['a softmax of three is the margin of the class', three[2]!, 'margin', (x, y) => 2 * x - y + 0.5],
    ['a share of sigmoids is the margin of the class', first, 'margin', (x) => x],
  ])('of %s', (_, of, scale, expected) => {
    assert(
      property(double({ min: -9, max: 9, noNaN: true }), double({ min: -9, max: 9, noNaN: true }), (x, y) => {
        const raw = rawScoreOf(of)!;
        const value = [...raw.terms].reduce((total, [id, weight]) => total + weight * [x, y][id]!, raw.plus);
        expect(raw.scale).toBe(scale);
        expect(value).toBeCloseTo(expected(x, y), 9);
      }),
    );
  });

  it('of a stretched probability is not known', () => {
    expect(rawScoreOf(combine([late], () => 0.9, 0.05)!)).toBeUndefined();
  });
});

it('the answer follows from the raw score alone where that is enough, and is the same', () => {
  const values = tuple(double({ min: -9, max: 9, noNaN: true }), double({ min: -9, max: 9, noNaN: true }));
  assert(
    property(constantFrom(sum, clipped, late, opposite, ...two), values, (of, leaves) => {
      const raw = rawScoreOf(of)!;
      const value = [...raw.terms].reduce((total, [id, weight]) => total + weight * leaves[id]!, raw.plus);
      expect(answerOf(of)!(value)).toBeCloseTo(
        valueOfExpression(of, (id) => leaves[id]!),
        9,
      );
    }),
  );
  expect(answerOf(three[0]!)).toBeUndefined();
  expect(valueOfExpression(opposite, () => 1)).toBeCloseTo(1 - sigmoid(1.5), 12);
});

it('what went through a function is not added up', () => {
  expect(combine([late, a], () => 1, 0)).toBeUndefined();
  expect(combine([late, late], () => 1, 0)).toBeUndefined();
  expect(combine([late, a], (at) => (at === 0 ? 1 : 0), 0)).toBe(late);
});
