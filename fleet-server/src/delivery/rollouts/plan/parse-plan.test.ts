import { describe, expect, it } from 'vitest';
import { planOfRow } from './earlier-plan.ts';
import { parsePlan } from './parse-plan.ts';

const stage = { name: 'canary', size: { percent: 10 } };
const all = { name: 'all', size: { percent: 100 } };
const plan = { line: 'delay', version: '1.1.0', stages: [stage, all] };

describe('a plan', () => {
  it('is filled up with what it does not say', () => {
    expect(parsePlan({ ...plan, stages: [{ ...stage, soak: '15m', deadline: '2d' }] })).toMatchObject({
      stages: [{ soak: 900_000, deadline: 172_800_000, approval: 'none' }],
      gates: { confidence: 0.99, proven: { atLeast: 0.9 } },
      onFailure: 'pause',
      priority: 50,
      seed: 1,
    });
  });

  it.each<[object | null, string]>([
    [{ line: '../delay' }, 'line'],
    [{ version: 1 }, 'version'],
    [{ stages: [] }, 'stages'],
    [{ stages: [{ ...stage, name: '' }] }, 'stages.0.name'],
    [{ stages: [{ ...stage, soak: '15 minutes' }] }, 'stages.0.soak'],
    [{ stages: [{ ...stage, size: { percent: 101 } }] }, 'stages.0.size'],
    [{ stages: [{ ...stage, size: { percent: 0 } }] }, 'stages.0.size'],
    [{ stages: [{ ...stage, size: { count: 1.5 } }] }, 'stages.0.size'],
    [{ stages: [{ ...stage, gates: { failures: { atMost: 2 } } }] }, 'stages.0.gates.failures.atMost'],
    [{ stages: [{ ...stage, tags: ['crane'] }] }, 'stages.0'],
    [{ window: { from: '25:00', until: '04:00' } }, 'window.from'],
    [{ window: { from: '22:00', until: '04:00', days: ['sunday'] } }, 'window.days.0'],
    [{ freezes: [{ from: '2026-12-24', until: '2026-12-01' }] }, 'freezes.0.until'],
    [{ freezes: [{ from: '2026-02-31', until: '2026-12-01' }] }, 'freezes.0.from'],
    [{ onFailure: 'ignore' }, 'onFailure'],
    [{ priority: 101 }, 'priority'],
    [{ seed: -1 }, 'seed'],
    [{ more: true }, 'plan'],
  ])('with %j is refused at %s', (changed, field) => {
    expect(() => parsePlan({ ...plan, ...changed })).toThrow(
      expect.objectContaining({ code: 'rollout_plan_malformed', field: expect.stringContaining(field) }),
    );
  });

  it.each<[object, string]>([
    [{ soak: '15 minutes' }, 'a whole number and a unit, such as 15m, 24h or 7d'],
    [{ size: { percent: '' } }, 'a percent above 0 and not above 100, or a count of at least one device'],
  ])('that holds %j says what was expected there', (changed, expected) => {
    expect(() => parsePlan({ ...plan, stages: [{ ...stage, ...changed }] })).toThrow(
      expect.objectContaining({ expected }),
    );
  });

  it.each([undefined, null, 'plan', []])('is not %j', (value) => {
    expect(() => parsePlan(value)).toThrow(expect.objectContaining({ code: 'rollout_plan_malformed', field: 'plan' }));
  });

  it.each<[string, object[], string]>([
    ['of one name', [stage, { ...all, name: 'canary' }], 'stages.1.name'],
    ['of which the second is no larger', [stage, { ...stage, name: 'again' }], 'stages.1.size'],
    ['after everybody', [all, { name: 'north', selector: 'site = "north"', size: { count: 3 } }], 'stages.1.size'],
    [
      'after all of one group',
      [
        { ...all, group: 'crane' },
        { name: 'few', group: 'crane', size: { count: 3 } },
      ],
      'stages.1.size',
    ],
    [
      'that count down',
      [
        { ...stage, size: { count: 5 } },
        { ...all, size: { count: 5 } },
      ],
      'stages.1.size',
    ],
  ])('cannot have stages %s', (_, stages, field) => {
    expect(() => parsePlan({ ...plan, stages })).toThrow(
      expect.objectContaining({ code: 'rollout_stages_overlap', field }),
    );
  });

  it('may select the same devices twice when a later stage can add some', () => {
    const stages = [stage, { name: 'north', selector: 'site = "north"', size: { percent: 10 } }, all];
    expect(parsePlan({ ...plan, stages }).stages).toHaveLength(3);
  });

  it('in its first form, as rows hold it, is read as what it meant', () => {
    const gate = { minimumSample: 5, provenRatio: 0.8, failureRatio: 0.2 };
    const first = {
      line: 'delay',
      version: '1.1.0',
      stages: [{ name: 'canary', tags: ['crane', 'north'], size: { percent: 10 }, soakMs: 60_000, gate }],
      gate,
      onFailure: 'revert',
      seed: 3,
    };
    expect(planOfRow(first)).toMatchObject({
      onFailure: 'revert',
      seed: 3,
      gates: { minimum: 5, proven: { atLeast: 0.8 }, failures: { atMost: 0.2 } },
      stages: [{ selector: 'tag = "crane" and tag = "north"', soak: 60_000, gates: { minimum: 5 } }],
    });
  });
});
