import { describe, expect, it } from 'vitest';
import { STEP_KINDS } from '../steps/index.ts';
import { checkPipeline } from './check.ts';
import { holds, parseCondition } from './condition.ts';
import { publishedSpec } from './published-schema.ts';
import { parsePipeline } from './read-file.ts';
import { resolveReferences } from './references.ts';

type Written = Record<string, unknown>;
const data = { name: 'data', uses: 'data', with: { dataset: 'site-data' } };
const search = { name: 'search', uses: 'search', with: { dataset: '${{ data.dataset }}' } };
const evaluate = { name: 'evaluate', uses: 'evaluate', with: { trained: '${{ search.trained }}' } };

function check(steps: Written[], more: Written = {}, set?: Written) {
  const { spec } = parsePipeline({ kind: 'Pipeline', name: 'p', spec: { steps, ...more } });
  return checkPipeline(spec, STEP_KINDS, set);
}

/** An error with this code about this field. */
const refused = (code: string, field: string) => expect.objectContaining({ code, field }) as Error;

describe('a pipeline is checked before anything runs', () => {
  it.each<[string, Written[], Written, string]>([
    ['a step nobody knows', [{ name: 'a', uses: 'magic' }], {}, 'spec.steps.0.uses'],
    ['two steps of a name', [data, data], {}, 'spec.steps.1.name'],
    ['a step called parameters', [{ ...data, name: 'parameters' }], {}, 'spec.steps.0.name'],
    ['an unknown step in a reference', [search], {}, 'spec.steps.0.with.dataset'],
    [
      'an unknown output',
      [data, { ...search, with: { dataset: '${{ data.rowz }}' } }],
      {},
      'spec.steps.1.with.dataset',
    ],
    ['an unknown parameter', [{ ...data, with: { dataset: '${{ parameters.x }}' } }], {}, 'spec.steps.0.with.dataset'],
    ['a reference that is none', [{ ...data, with: { dataset: '${{ data }}' } }], {}, 'spec.steps.0.with.dataset'],
    ['a bracket left open', [{ ...data, with: { dataset: '${{ data.x' } }], {}, 'spec.steps.0.with.dataset'],
    ['an input that the step has not', [{ ...data, with: { dataset: 'x', color: 'red' } }], {}, 'spec.steps.0.with'],
    ['two forms of data at once', [{ ...data, with: { dataset: 'x', files: ['a.csv'] } }], {}, 'spec.steps.0.with'],
    [
      'an output of another kind',
      [data, search, { ...evaluate, with: { trained: '${{ data.dataset }}' } }],
      {},
      'spec.steps.2.with.trained',
    ],
    [
      'a number where a dataset is meant',
      [data, { ...search, with: { dataset: '${{ data.rows }}' } }],
      {},
      'spec.steps.1.with.dataset',
    ],
    [
      'a text where a number is meant',
      [data, { ...search, with: { ...search.with, folds: '${{ data.name }}' } }],
      {},
      'spec.steps.1.with.folds',
    ],
    [
      'a kept result in a number',
      [data, search, { ...evaluate, with: { ...evaluate.with, minAuc: '${{ search.trained }}' } }],
      {},
      'spec.steps.2.with.minAuc',
    ],
    ['a hash written by hand', [{ ...evaluate, with: { trained: 'a'.repeat(64) } }], {}, 'spec.steps.0.with.trained'],
    ['a value out of range', [data, { ...search, with: { ...search.with, folds: 1 } }], {}, 'spec.steps.1.with.folds'],
    ['a need that is not there', [{ ...data, needs: ['x'] }], {}, 'spec.steps.0.needs.0'],
    ['a need of itself', [{ ...data, needs: ['data'] }], {}, 'spec.steps.0.needs.0'],
    ['a cycle', [{ ...data, needs: ['search'] }, search], {}, 'spec.steps.0'],
    ['a condition that is none', [{ ...data, when: 'rows !! 3' }], {}, 'spec.steps.0.when'],
    [
      'a default of another type',
      [data],
      { parameters: { n: { type: 'integer', default: 1.5 } } },
      'spec.parameters.n.default',
    ],
    ['two things in one trigger', [data], { on: [{ cron: '0 5 * * *', webhook: true }] }, 'spec.on.0'],
    ['a pattern that never comes', [data], { on: [{ cron: '0 5 31 2 *' }] }, 'spec.on.0.cron'],
    ['a zone nobody knows', [data], { on: [{ cron: '0 5 * * *', zone: 'Mars/Base' }] }, 'spec.on.0.cron'],
    [
      'an event field of another trigger',
      [data],
      {
        parameters: { d: { type: 'string', default: '' } },
        on: [{ drift: 'delay', set: { d: '${{ event.dataset }}' } }],
      },
      'spec.on.0.set.d',
    ],
    [
      'a trigger without a value that is needed',
      [data],
      { parameters: { d: { type: 'string' } }, on: [{ cron: '0 5 * * *' }] },
      'spec.on.0.set',
    ],
    [
      'a plan that is none',
      [
        {
          name: 'r',
          uses: 'rollout',
          with: { release: 'a@1.0.0', plan: { stages: [{ name: 's', size: { percent: 0 } }] } },
        },
      ],
      {},
      'spec.steps.0.with.plan.stages.0.size.percent',
    ],
  ])('%s is refused with its path', (_what, steps, more, field) => {
    expect(() => check(steps, more)).toThrow(expect.objectContaining({ code: 'pipeline_malformed', field }) as Error);
  });

  it('orders steps by what they take, whatever the order of the file', () => {
    const { steps } = check([evaluate, search, data]);
    expect(steps.map(({ name, after }) => [name, after])).toEqual([
      ['data', []],
      ['search', ['data']],
      ['evaluate', ['search']],
    ]);
  });

  it('knows bounds of what parameters say only when they say it', () => {
    const parameters = {
      folds: { type: 'integer', default: 1 },
      kind: { type: 'string', oneOf: ['a', 'b'], default: 'a' },
    };
    const steps = [data, { ...search, with: { ...search.with, folds: '${{ parameters.folds }}' } }];
    expect(check(steps, { parameters }).steps).toHaveLength(2);
    expect(() => check(steps, { parameters }, {})).toThrow(refused('pipeline_malformed', 'spec.steps.1.with.folds'));
    expect(check(steps, { parameters }, { folds: '3' }).steps).toHaveLength(2);
    expect(() => check(steps, { parameters }, { folds: 'three' })).toThrow(refused('pipeline_parameter', 'set.folds'));
    expect(() => check(steps, { parameters }, { kind: 'c' })).toThrow(refused('pipeline_parameter', 'set.kind'));
    expect(() => check(steps, { parameters }, { nobody: 1 })).toThrow(refused('pipeline_parameter', 'set.nobody'));
  });

  it('has a published schema that takes references instead of values', () => {
    const document = { kind: 'Pipeline', name: 'p', spec: { steps: [data, search, evaluate] } };
    expect(publishedSpec().safeParse(document.spec).success).toBe(true);
    const strange = { ...search, with: { ...search.with, foldz: 3 } };
    expect(publishedSpec().safeParse({ steps: [data, strange] }).success).toBe(false);
  });
});

describe('references and conditions', () => {
  it('keep the type of a value that stands alone, and make text of one within text', () => {
    expect(resolveReferences({ a: '${{ s.x }}', b: ['rows-${{ s.x }}'], c: 3 }, () => 7)).toEqual({
      a: 7,
      b: ['rows-7'],
      c: 3,
    });
  });

  it.each<[string, unknown, boolean]>([
    ['${{ a.x }} > 0.7', 0.8, true],
    ['${{ a.x }} > 0.7', 0.7, false],
    ['${{ a.x }} <= 0.7', null, false],
    ['${{ a.x }} != null', 1, false],
    ['${{ a.x }}', true, true],
    ['${{ a.x }}', 'yes', false],
    ['${{ a.x }} == "two words"', 'two words', true],
    ['${{ a.x }} == 3', '3', false],
    ['-1 < ${{ a.x }}', 0, true],
  ])('%s with %j is %s', (text, value, expected) => {
    const condition = parseCondition(text);
    expect(condition !== undefined && holds(condition, () => value)).toBe(expected);
  });
});
