import { createModelLab } from '../../../platform/adapters/index.ts';
import type { GraphInput } from '@plumbline/shared/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../onnx/index.ts';
import { intakeModel, type ModelIntake } from './intake.ts';
import { parseMapping } from './mapping.ts';

const lab = createModelLab();
afterAll(() => lab.close());

const column = (name: string, type: 'number' | 'category' = 'number') => ({
  name,
  type,
  missing: 'accept' as const,
  from: { column: name },
});
const numbers: GraphInput = {
  kind: 'columns',
  name: 'numbers',
  dtype: 'float32',
  batch: 'dynamic',
  features: [column('a'), column('b')],
};
const categories: GraphInput = {
  kind: 'columns',
  name: 'categories',
  dtype: 'string',
  batch: 'dynamic',
  features: [{ ...column('trade', 'category'), categories: ['roofing', 'masonry'] }],
};
const output = { kind: 'classes' as const, probabilities: 'probabilities', classes: ['0', '1'], positive: '1' };
const intake: ModelIntake = {
  line: 'delay',
  target: 'late',
  algorithm: 'logistic',
  bytes: exportModel({
    kind: 'linear',
    columns: {
      numbers: ['a', 'b'].map((name) => ({ name, mean: 0, scale: 1, impute: 0 })),
      categories: [{ name: 'trade', levels: ['roofing', 'masonry'] }],
    },
    weights: Float64Array.of(1, -2, 0.5, 1),
    bias: 0,
  }),
  inputs: [numbers, categories],
  output,
  card: {},
};
const take = (change: Partial<ModelIntake>) => intakeModel({ lab }, { ...intake, ...change }, 0);

describe('a model that comes in', () => {
  it('is tried on generated rows within its declared levels, the same for the same model', async () => {
    const accepted = await take({});
    expect(accepted).toMatchObject({ goldenPart: 'generated', golden: { v: 1 } });
    expect(accepted.golden.rows).toHaveLength(24);
    for (const { record, score } of accepted.golden.rows) {
      expect(['roofing', 'masonry']).toContain(record.values['trade']);
      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThan(1);
    }
    expect((await take({})).golden).toEqual(accepted.golden);
  });

  it('keeps the rows it was given, with the answers of its own trial', async () => {
    const records = [{ values: { a: 0, b: 0, trade: null }, asOf: 5 }];
    const { golden, goldenPart } = await take({ goldenRecords: records });
    expect(goldenPart).toBe('given');
    expect(golden.rows).toEqual([{ record: records[0], score: 0.5 }]);
  });

  it.each<[string, Partial<ModelIntake>, object]>([
    ['an input is not mapped', { inputs: [numbers] }, { code: 'model_input_unknown', field: 'inputs.categories' }],
    [
      'an input the graph lacks is mapped',
      { inputs: [numbers, categories, { ...numbers, name: 'weather' }] },
      { code: 'model_input_unknown', field: 'inputs.weather', expected: 'numbers | categories' },
    ],
    [
      'an input has another type',
      { inputs: [{ ...numbers, dtype: 'float64' }, categories] },
      { code: 'model_input_differs', field: 'inputs.numbers', expected: expect.stringMatching(/^float32\[/) },
    ],
    [
      'an input is wider than its features',
      { inputs: [{ ...numbers, features: [column('a')] }, categories] },
      { code: 'model_input_differs', field: 'inputs.numbers' },
    ],
    [
      'the probabilities stand elsewhere',
      { output: { ...output, probabilities: 'odds' } },
      {
        code: 'model_output_unknown',
        field: 'output.probabilities',
        expected: expect.stringContaining('probabilities'),
      },
    ],
    [
      'the value stands elsewhere',
      { output: { kind: 'value', value: 'days' } },
      { code: 'model_output_unknown', field: 'output.value' },
    ],
    [
      'it gives fewer classes than were named',
      { output: { ...output, classes: ['0', '1', '2'] } },
      { code: 'model_trial_failed', field: 'model', kind: 'refused' },
    ],
    [
      'it is larger than anything a device takes',
      { bytes: new Uint8Array(64 * 1024 * 1024 + 1) },
      { code: 'model_too_large', field: 'model', kind: 'too-large' },
    ],
  ])('is refused when %s', async (_what, change, refusal) => {
    await expect(take(change)).rejects.toMatchObject(refusal);
  });
});

describe('a mapping', () => {
  const { line, target, algorithm, inputs } = intake;
  const mapping = { line, target, algorithm, inputs, output };

  it('is taken as it stands', () => {
    expect(parseMapping(mapping)).toEqual(mapping);
  });

  it.each<[string, unknown, string]>([
    ['is no object', 'text', 'mapping'],
    ['lacks its line', { ...mapping, line: undefined }, 'line'],
    ['has a line that is no name', { ...mapping, line: '../delay' }, 'line'],
    ['has no inputs', { ...mapping, inputs: [] }, 'inputs'],
    [
      'has a feature of an unknown type',
      { ...mapping, inputs: [{ ...numbers, features: [{ ...column('a'), type: 'date' }] }] },
      'inputs.0.features.0.type',
    ],
    ['has a positive class that is none', { ...mapping, output: { ...output, positive: '2' } }, 'output.positive'],
    ['has a golden row without a time', { ...mapping, golden: [{ values: {} }] }, 'golden.0.asOf'],
  ])('is refused when it %s, naming the field', (_what, value, field) => {
    expect(() => parseMapping(value)).toThrow(expect.objectContaining({ code: 'model_mapping_malformed', field }));
  });
});
