import { describe, expect, it } from 'vitest';
import { draftOf, emptyDraft } from './draft.ts';
import { planOf } from './plan-of-draft.ts';

const standard: Parameters<typeof draftOf>[0] = {
  description: 'for people',
  stages: [
    {
      name: 'canary',
      size: { percent: 2.5 },
      soak: '24h',
      gates: { failures: { atMost: 0.02, sureBelow: 0.16 }, latency: { atMost: 2, ofDevices: 0.2 } },
    },
    { name: 'everything', size: { percent: 100 }, soak: 3_600_000, approval: 'required', selector: 'tag = "a b"' },
  ],
  gates: { confidence: 0.95, failures: { atMost: 0.02 }, latency: { atMost: 1.5, ofDevices: 0.3 } },
  freezes: [{ from: '2026-12-24', until: '2027-01-02' }],
  onFailure: 'revert',
};

describe('the fields of a rollout', () => {
  it('hold a policy whole: what was read is what is sent', () => {
    const plan = planOf({ ...draftOf(standard), line: 'delay', version: '1.1.0' });
    expect(plan).toEqual({
      line: 'delay',
      version: '1.1.0',
      stages: [
        {
          name: 'canary',
          size: { percent: 2.5 },
          soak: '24h',
          deadline: '7d',
          approval: 'none',
          gates: { failures: { atMost: 0.02, sureBelow: 0.16 }, latency: { atMost: 2, ofDevices: 0.2 } },
        },
        {
          name: 'everything',
          selector: 'tag = "a b"',
          size: { percent: 100 },
          soak: '1h',
          deadline: '7d',
          approval: 'required',
        },
      ],
      gates: {
        confidence: 0.95,
        proven: { atLeast: 0.9 },
        failures: { atMost: 0.02 },
        latency: { atMost: 1.5, ofDevices: 0.3 },
      },
      freezes: [{ from: '2026-12-24', until: '2027-01-02', reason: '' }],
      onFailure: 'revert',
      priority: 50,
    });
  });

  it('name the policy alone where nothing else is wanted', () => {
    expect(planOf(emptyDraft('delay', '1.1.0'))).toEqual({ line: 'delay', version: '1.1.0', policy: 'standard' });
  });

  it('send what is left empty as it is, for the server to name the field', () => {
    const draft = { ...emptyDraft('delay', '1.1.0'), way: 'own' as const };
    const [canary] = draft.stages;
    if (canary === undefined) throw new Error('no stage');
    expect(planOf({ ...draft, stages: [{ ...canary, size: '' }] })['stages']).toMatchObject([
      { size: { percent: '' } },
    ]);
  });
});
