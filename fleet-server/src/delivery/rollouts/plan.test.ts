import { describe, expect, it } from 'vitest';
import { parsePlan } from './plan.ts';

const stage = { name: 'canary', tags: ['crane'], size: { percent: 10 }, soakMs: 60_000 };
const plan = {
  line: 'delay',
  version: '1.1.0',
  stages: [stage, { ...stage, name: 'all', size: { count: 5 }, tags: [] }],
  gate: { minimumSample: 5, provenRatio: 0.9, failureRatio: 0.1 },
  onFailure: 'pause',
  seed: 1,
};

describe('a plan', () => {
  it('is taken as it is', () => expect(parsePlan(plan)).toEqual(plan));

  it.each<[object | null, string]>([
    [{ line: '../delay' }, 'line'],
    [{ version: 1 }, 'version'],
    [{ stages: [] }, 'stages'],
    [{ stages: Array.from({ length: 21 }, () => stage) }, 'stages'],
    [{ stages: [stage, { ...stage, name: '' }] }, 'stages.1.name'],
    [{ stages: [{ ...stage, soakMs: -1 }] }, 'stages.0.soakMs'],
    [{ stages: [{ ...stage, tags: ['a/b'] }] }, 'stages.0.tags.0'],
    [{ stages: [{ ...stage, gate: { ...plan.gate, failureRatio: 2 } }] }, 'stages.0.gate.failureRatio'],
    [{ gate: { ...plan.gate, minimumSample: 0 } }, 'gate.minimumSample'],
    [{ gate: { ...plan.gate, provenRatio: Number.NaN } }, 'gate.provenRatio'],
    [{ onFailure: 'ignore' }, 'onFailure'],
    [{ seed: -1 }, 'seed'],
    [{ settings: { windowMs: 0 } }, 'settings.windowMs'],
    [{ more: true }, 'plan'],
  ])('with %j is refused at %s', (changed, field) => {
    expect(() => parsePlan({ ...plan, ...changed })).toThrow(
      expect.objectContaining({ name: 'RolloutError', code: 'rollout_plan_malformed', kind: 'invalid', field }),
    );
  });

  it.each([{ percent: 0 }, { percent: 101 }, { count: 0 }, { count: 1.5 }, { percent: 10, count: 5 }, {}, 5])(
    'cannot have a stage of size %j',
    (size) => {
      expect(() => parsePlan({ ...plan, stages: [{ ...stage, size }] })).toThrow(
        expect.objectContaining({ field: expect.stringMatching(/^stages\.0\.size/) }),
      );
    },
  );

  it.each([undefined, null, 'plan', []])('is not %j', (value) => {
    expect(() => parsePlan(value)).toThrow(expect.objectContaining({ code: 'rollout_plan_malformed', field: 'plan' }));
  });
});
