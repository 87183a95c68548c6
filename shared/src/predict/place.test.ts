import { describe, expect, it } from 'vitest';
import type { Feature } from '../manifest/feature.ts';
import { valueOf, valuesOf } from './place.ts';

const number: Feature = { name: 'float', type: 'number', unit: 'd', missing: 'accept', from: { column: 'tf' } };
const category: Feature = { name: 'trade', type: 'category', missing: 'accept', from: { column: 'trade' } };
const month: Feature = { name: 'month', type: 'number', missing: 'refuse', from: { derived: 'as-of-month@1' } };
const asOf = Date.UTC(2026, 1, 28, 23, 59);
const record = (values: Record<string, number | string | null>) => ({ values, asOf });

describe('the value of a feature', () => {
  it.each([
    [number, { tf: 3.5 }, 3.5],
    [number, { tf: -0 }, -0],
    [number, { tf: null }, null],
    [number, { tf: '' }, null],
    [number, {}, null],
    [category, { trade: 'steel' }, 'steel'],
    [category, { trade: 'never seen in training' }, 'never seen in training'],
    [category, { trade: '' }, null],
    [category, {}, null],
    [month, {}, 2],
  ])('of %j in %j is %j', (feature, values, value) => {
    expect(valueOf(feature, record(values))).toBe(value);
  });

  it.each([
    [number, { tf: '3.5' }, 'a number (d)'],
    [number, { tf: Number.NaN }, 'a number (d)'],
    [number, { tf: Infinity }, 'a number (d)'],
    [category, { trade: 4 }, 'a string'],
  ])('of %j is refused in %j', (feature, values, expected) => {
    expect(() => valueOf(feature, record(values))).toThrow(
      expect.objectContaining({ name: 'PredictError', code: 'value_type', expected }),
    );
  });

  it.each([number, category])('that the model needs is missed by the name of its column: $name', (feature) => {
    const needed: Feature = { ...feature, missing: 'refuse' };
    const field = `values.${'column' in feature.from ? feature.from.column : ''}`;
    for (const values of [{}, { tf: null, trade: null }, { tf: '', trade: '' }]) {
      expect(() => valueOf(needed, record(values))).toThrow(expect.objectContaining({ code: 'value_missing', field }));
    }
  });

  it('is not repeated by the refusal of a private one', () => {
    const wage: Feature = { ...number, private: true };
    expect(() => valueOf(wage, record({ tf: 'secret' }))).toThrow(/^values.tf: a private value is not a number/);
  });

  it('is never inherited from an object', () => {
    const inherited: Feature = { ...category, from: { column: 'constructor' } };
    expect(valueOf(inherited, record({}))).toBeNull();
  });

  it('needs a derivation that this agent has', () => {
    const unknown: Feature = { ...month, from: { derived: 'weather@3' } };
    expect(() => valueOf(unknown, record({}))).toThrow(
      expect.objectContaining({ code: 'derivation_unknown', kind: 'refused', field: 'weather@3' }),
    );
  });
});

describe('the values of a record', () => {
  it('stand under the names of the features, not of the columns', () => {
    expect(valuesOf([number, category, month], record({ tf: 1, trade: 'steel' }))).toEqual({
      float: 1,
      trade: 'steel',
      month: 2,
    });
  });
});
