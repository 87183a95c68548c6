import { describe, expect, it } from 'vitest';
import { buildReference } from '../drift/reference.ts';
import type { Feature } from '../manifest/feature.ts';
import type { GraphInput } from '../manifest/manifest.ts';
import { occlude, reasonsOf } from './reasons.ts';

const feature = (name: string, changed: Partial<Feature> = {}): Feature => ({
  name,
  type: 'number',
  missing: 'accept',
  from: { column: `${name}_column` },
  ...changed,
});
const inputs: GraphInput[] = [
  {
    kind: 'columns',
    name: 'x',
    dtype: 'float32',
    batch: 'dynamic',
    features: [
      feature('float'),
      feature('cost'),
      feature('trade', { type: 'category' }),
      feature('month', { from: { derived: 'as-of-month@1' } }),
      feature('unknown'),
    ],
  },
];
const reference = buildReference(
  [
    { type: 'number', name: 'float', edges: [10] },
    { type: 'number', name: 'cost', edges: [10] },
    { type: 'category', name: 'trade', levels: ['steel', 'paint'] },
    { type: 'number', name: 'month', edges: [6] },
  ],
  [
    { float: 1, cost: 5, trade: 'paint', month: 1 },
    { float: 9, cost: 5, trade: 'paint', month: 6 },
    { float: 30, cost: 5, trade: 'steel', month: 12 },
  ],
  [0.1, 0.2, 0.3],
);
const record = {
  activity: 'A-1',
  values: { float_column: 2, cost_column: 5, trade_column: 'steel', unknown_column: 1 },
  asOf: 0,
};

describe('occlusion', () => {
  it('asks about each feature that differs from the typical value, and changes nothing else', () => {
    const { features, records } = occlude({ inputs }, reference, record);
    expect(features.map(({ name }) => name)).toEqual(['float', 'trade', 'month']);
    expect(records).toEqual([
      { ...record, values: { ...record.values, float_column: 9 } },
      { ...record, values: { ...record.values, trade_column: 'paint' } },
      { ...record, derived: { 'as-of-month@1': 6 } },
    ]);
  });

  it('asks about no private feature, though an imported reference knows it', () => {
    const hidden: GraphInput[] = [
      {
        ...inputs[0]!,
        features: [feature('float', { private: true }), feature('trade', { type: 'category' })],
      } as GraphInput,
    ];
    expect(occlude({ inputs: hidden }, reference, record).features.map(({ name }) => name)).toEqual(['trade']);
  });

  it('does not put a missing value where the model refuses one', () => {
    const empty = buildReference([{ type: 'number', name: 'float', edges: [] }], [], []);
    const needed: GraphInput[] = [{ ...inputs[0]!, features: [feature('float', { missing: 'refuse' })] } as GraphInput];
    expect(occlude({ inputs: needed }, empty, record).records).toEqual([]);
    const accepted: GraphInput[] = [{ ...inputs[0]!, features: [feature('float')] } as GraphInput];
    expect(occlude({ inputs: accepted }, empty, record).records[0]?.values['float_column']).toBeNull();
  });
});

describe('reasons', () => {
  const occlusion = {
    features: ['d', 'b', 'a', 'c', 'none'].map((name) => feature(name)),
    records: [],
  };
  const values = { a_column: 1, b_column: 2, c_column: 3, d_column: 4, none_column: 5 };

  it('are the largest changes of the score, either way, ties by name', () => {
    // What the model says without d, b, a, c and the last one, which changes nothing.
    const reasons = reasonsOf(occlusion, { values, asOf: 0 }, 0.5, [0.25, 1, 0.75, 0.25, 0.5], 10);
    expect(reasons).toEqual([
      { feature: 'b', value: 2, contribution: -0.5, approximate: true },
      { feature: 'a', value: 1, contribution: -0.25, approximate: true },
      { feature: 'c', value: 3, contribution: 0.25, approximate: true },
      { feature: 'd', value: 4, contribution: 0.25, approximate: true },
    ]);
  });

  it('are three unless more are asked for', () => {
    expect(reasonsOf(occlusion, { values, asOf: 0 }, 0.5, [0, 1, 0, 1, 0])).toHaveLength(3);
  });

  it('are none without answers', () => {
    expect(reasonsOf(occlusion, { values, asOf: 0 }, 0.5, [])).toEqual([]);
  });
});
