import { describe, expect, it } from 'vitest';
import type { Feature } from './feature.ts';
import type { GraphInput, GraphOutput } from './manifest.ts';
import { bumpBetween, checkVersion, newestFirst, nextVersion, type VersionSubject } from './version.ts';

const float: Feature = {
  name: 'float',
  type: 'number',
  unit: 'd',
  range: [0, 60],
  missing: 'accept',
  from: { column: 'tf' },
};
const trade: Feature = {
  name: 'trade',
  type: 'category',
  categories: ['steel', 'paint'],
  missing: 'accept',
  from: { column: 'trade' },
};
const columns = (features: Feature[], changed: object = {}): GraphInput => ({
  kind: 'columns',
  name: 'x',
  dtype: 'float32',
  batch: 'dynamic',
  features,
  ...changed,
});
const classes: GraphOutput = {
  kind: 'classes',
  probabilities: 'p',
  classes: ['0', '1'],
  positive: '1',
  threshold: 0.5,
};
const tensor: GraphInput = { kind: 'tensor', name: 'i', dtype: 'float32', shape: [1, 4], column: 'pixels' };
const before: VersionSubject = { algorithm: 'forest', inputs: [columns([float, trade])], output: classes };
const withFeatures = (...features: Feature[]): VersionSubject => ({ ...before, inputs: [columns(features)] });
const withOutput = (changed: object): VersionSubject => ({
  ...before,
  output: { ...classes, ...changed } as GraphOutput,
});

const withInput = (input: GraphInput): VersionSubject => ({ ...before, inputs: [input] });
const withUnit = (unit: string): VersionSubject => ({ ...before, output: { kind: 'value', value: 'days', unit } });

describe('the bump of a version', () => {
  it.each<[string, VersionSubject, string]>([
    ['nothing but weights', before, 'patch'],
    ['the range seen in training', withFeatures({ ...float, range: [0, 90] }, trade), 'patch'],
    ['the threshold', withOutput({ threshold: 0.4 }), 'patch'],
    ['the name of the output tensor', withOutput({ probabilities: 'probs' }), 'patch'],
    ['the fixed batch', { ...before, inputs: [columns([float, trade], { batch: 1 })] }, 'patch'],
    ['the algorithm', { ...before, algorithm: 'boosting' }, 'minor'],
    ['a feature more', withFeatures(float, trade, { ...float, name: 'phase', from: { column: 'phase' } }), 'minor'],
    ['a category more', withFeatures(float, { ...trade, categories: ['steel', 'paint', 'glass'] }), 'minor'],
    ['the order of the features', withFeatures(trade, float), 'minor'],
    ['the dtype of the input', { ...before, inputs: [columns([float, trade], { dtype: 'float64' })] }, 'minor'],
    ['one input split into two', { ...before, inputs: [columns([float]), columns([trade], { name: 'y' })] }, 'minor'],
    ['a feature less', withFeatures(float), 'major'],
    ['the name of a feature', withFeatures({ ...float, name: 'slack' }, trade), 'major'],
    ['the type of a feature', withFeatures({ ...float, type: 'category' }, trade), 'major'],
    ['the unit of a feature', withFeatures({ ...float, unit: 'h' }, trade), 'major'],
    ['the column of a feature', withFeatures({ ...float, from: { column: 'free_float' } }, trade), 'major'],
    ['a derivation in place of a column', withFeatures({ ...float, from: { derived: 'float@1' } }, trade), 'major'],
    ['missing values now refused', withFeatures({ ...float, missing: 'refuse' }, trade), 'major'],
    ['a category less', withFeatures(float, { ...trade, categories: ['steel'] }), 'major'],
    ['the classes', withOutput({ classes: ['1', '0'] }), 'major'],
    ['the positive class', withOutput({ positive: '0' }), 'major'],
    ['a value instead of classes', { ...before, output: { kind: 'value', value: 'days' } }, 'major'],
    ['a category less and another algorithm', { ...withFeatures(float), algorithm: 'boosting' }, 'major'],
  ])('for %s', (_, after, bump) => {
    expect(bumpBetween(before, after)).toBe(bump);
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'patch'],
    ['its shape', { shape: [1, 8] }, 'major'],
    ['its dtype', { dtype: 'int64' }, 'major'],
    ['its column', { column: 'image' }, 'major'],
    ['its name in the graph', { name: 'j' }, 'minor'],
  ])('of a tensor model, for %s', (_, changed, bump) => {
    expect(bumpBetween(withInput(tensor), withInput({ ...tensor, ...changed } as GraphInput))).toBe(bump);
  });

  it('of a regression is major for its unit, its quantile and for becoming classes', () => {
    expect(bumpBetween(withUnit('d'), withUnit('h'))).toBe('major');
    expect(bumpBetween(withUnit('d'), withUnit('d'))).toBe('patch');
    expect(bumpBetween(withUnit('d'), before)).toBe('major');
    const quantile = { ...before, output: { kind: 'value', value: 'days', unit: 'd', quantile: 0.9 } } as const;
    expect(bumpBetween(withUnit('d'), quantile)).toBe('major');
    expect(bumpBetween(quantile, quantile)).toBe('patch');
  });
});

describe('the next version', () => {
  it.each([
    [undefined, before, '1.0.0'],
    ['1.2.3', before, '1.2.4'],
    ['1.2.3', { ...before, algorithm: 'boosting' }, '1.3.0'],
    ['1.2.3', withFeatures(float), '2.0.0'],
  ])('after %s', (version, after, next) => {
    const known = version === undefined ? undefined : { version, subject: before };
    expect(nextVersion(known, after)).toBe(next);
    expect(() => checkVersion(next, known, after)).not.toThrow();
  });

  it('cannot follow what is no version', () => {
    expect(() => nextVersion({ version: 'latest', subject: before }, before)).toThrow(
      expect.objectContaining({ code: 'version_malformed', field: 'version' }),
    );
  });

  it.each(['1.2.3', '1.3.0', '2.0.0', '1.2', 'v1.2.4', '1.2.4-rc.1', ''])(
    'is not %j when a patch is due',
    (claimed) => {
      expect(() => checkVersion(claimed, { version: '1.2.3', subject: before }, before)).toThrow(
        expect.objectContaining({ code: 'version_wrong_bump', expected: '1.2.4', kind: 'refused' }),
      );
    },
  );

  it('is listed by number, not by letter', () => {
    expect(newestFirst(['1.9.0', '1.10.0', '2.0.0', '1.2.0'])).toEqual(['2.0.0', '1.10.0', '1.9.0', '1.2.0']);
  });
});
