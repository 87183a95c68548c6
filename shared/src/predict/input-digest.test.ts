import { array, assert, constant, double, integer, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feature } from '../manifest/feature.ts';
import type { GraphInput } from '../manifest/manifest.ts';
import { canonicalJson } from '../trust/signing/canonical-json.ts';
import { inputDigest, placedInputs } from './input-digest.ts';

const feature = (name: string, more: Partial<Feature> = {}): Feature => ({
  name,
  type: 'number',
  missing: 'accept',
  from: { column: name },
  ...more,
});
const inputsOf = (features: Feature[]): { inputs: GraphInput[] } => ({
  inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
});

describe('what a model was given', () => {
  it('is canonical JSON, whatever the values are', () => {
    const value = oneof(double({ noNaN: true, noDefaultInfinity: true }), constant(null));
    assert(
      property(array(value, { minLength: 1, maxLength: 8 }), integer(), (given, asOf) => {
        const manifest = inputsOf(given.map((_, at) => feature(`f${at}`)));
        const values = Object.fromEntries(given.map((one, at) => [`f${at}`, one]));
        expect(placedInputs(manifest, { values, asOf })).toBe(canonicalJson([asOf, ...given]));
      }),
    );
  });

  it('holds what was derived and what was missing in the order of the inputs, and not what is private or no input', () => {
    const manifest = inputsOf([
      feature('month', { from: { derived: 'as-of-month@1' } }),
      feature('crew'),
      feature('trade', { type: 'category', from: { column: 'Trade' } }),
      feature('wage', { private: true }),
    ]);
    const record = { values: { Trade: 'roof', wage: 40, note: 'x' }, asOf: Date.UTC(2026, 2, 1) };
    expect(placedInputs(manifest, record)).toBe('[1772323200000,3,null,"roof"]');
  });

  it('holds a whole tensor by its column', () => {
    const tensor: GraphInput = { kind: 'tensor', name: 't', dtype: 'float32', shape: [2], column: 'curve' };
    expect(placedInputs({ inputs: [tensor] }, { values: { curve: '[1,2]' }, asOf: 0 })).toBe('[0,"[1,2]"]');
  });
});

describe('the digest', () => {
  const manifest = inputsOf([feature('crew')]);
  const of = (crew: number | null, asOf = 0) => inputDigest(manifest, { values: { crew }, asOf });

  it('is the same for the same values, and 22 characters', () => {
    expect(of(4)).toBe(of(4));
    expect(of(4)).toMatch(/^[A-Za-z0-9+/]{22}$/);
  });

  it.each([
    ['a value', of(5)],
    ['a missing value', of(null)],
    ['the moment', of(4, 1)],
  ])('changes with %s', (_, other) => {
    expect(other).not.toBe(of(4));
  });
});
