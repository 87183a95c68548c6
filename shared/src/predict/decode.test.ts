import { describe, expect, it } from 'vitest';
import type { GraphOutput } from '../manifest/manifest.ts';
import { decodeOutputs, type RunOutputs } from './decode.ts';

const classes: GraphOutput = { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' };
const value: GraphOutput = { kind: 'value', value: 'days', unit: 'd' };
const of = (name: string, data: ArrayLike<number | bigint | string>): RunOutputs => ({
  [name]: { dims: [data.length], data },
});
const decode = (output: GraphOutput, outputs: RunOutputs, rows = 1) => decodeOutputs({ output }, outputs, rows);

describe('probabilities', () => {
  it('become the score of the positive class and the label of the likeliest', () => {
    expect(decode(classes, of('p', Float64Array.of(0.25, 0.75, 0.75, 0.25)), 2)).toEqual([
      { score: 0.75, label: 'late', probabilities: { 'in time': 0.25, late: 0.75 } },
      { score: 0.25, label: 'in time', probabilities: { 'in time': 0.75, late: 0.25 } },
    ]);
  });

  it('of padding are not decoded', () => {
    expect(decode(classes, of('p', Float64Array.of(0.25, 0.75, Number.NaN, Number.NaN)), 1)).toHaveLength(1);
  });

  it.each([
    [0.3, 0.3, 'late'],
    [0.3, 0.29, 'in time'],
    [0, 0, 'late'],
    [1, 0.99, 'in time'],
  ])('with a threshold of %d and a score of %d say %s', (threshold, score, label) => {
    const [scored] = decode({ ...classes, threshold }, of('p', Float64Array.of(1 - score, score)));
    expect(scored).toMatchObject({ score, label });
  });

  it('of three classes ignore the threshold, which speaks of two', () => {
    const three: GraphOutput = { ...classes, classes: ['early', 'in time', 'late'], threshold: 0.1 };
    expect(decode(three, of('p', Float64Array.of(0.5, 0.25, 0.25)))[0]).toMatchObject({ score: 0.25, label: 'early' });
  });

  it.each([Number.NaN, Infinity, -Infinity])('that are %d stop the prediction', (bad) => {
    expect(() => decode(classes, of('p', Float64Array.of(0.5, bad)))).toThrow(
      expect.objectContaining({ code: 'output_not_finite', field: 'outputs.p', kind: 'refused' }),
    );
  });
});

describe('a value', () => {
  it.each<[string, ArrayLike<number | bigint>, number]>([
    ['float32', Float32Array.of(-3.5), -3.5],
    ['int64', BigInt64Array.of(7n), 7],
  ])('of %s is the score itself', (_, data, score) => {
    expect(decode(value, of('days', data))).toEqual([{ score, unit: 'd' }]);
  });

  it.each([['late'], ['']])('that is the text %j is no number', (text) => {
    expect(() => decode(value, of('days', [text]))).toThrow(expect.objectContaining({ code: 'output_not_finite' }));
  });
});

describe('an output', () => {
  it.each([
    ['is not there', of('other', Float64Array.of(1, 0))],
    ['holds too little', of('p', Float64Array.of(0.5))],
  ])('that %s is missed by name', (_, outputs) => {
    expect(() => decode(classes, outputs)).toThrow(
      expect.objectContaining({ code: 'output_missing', field: 'outputs.p', expected: '1 × 2 values' }),
    );
  });
});
