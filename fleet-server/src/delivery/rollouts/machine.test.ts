import { runMachine } from '@plumbline/shared/machine';
import { describe, expect, it } from 'vitest';
import { DRAFT, rolloutMachine, type RolloutInput, type RolloutShape, type RolloutState } from './machine.ts';

const shape: RolloutShape = { stages: 2, onFailure: 'pause', hasPredecessor: true };
const at = 100;
const state = (changed: Partial<RolloutState>): RolloutState => ({
  status: 'running',
  stage: 0,
  stageStatus: 'running',
  since: 1,
  reason: '',
  ...changed,
});
const gate = (verdict: 'pass' | 'fail' | 'inconclusive'): RolloutInput => ({
  type: 'gate',
  verdict,
  sentence: 'so',
  at,
});
const order = (type: 'pause' | 'stop' | 'revert'): RolloutInput => ({ type, reason: 'because', at });
const start: RolloutInput = { type: 'start', at };
const resume: RolloutInput = { type: 'resume', at };
const soaked: RolloutInput = { type: 'soaked', at };
const EVERY = [
  start,
  gate('pass'),
  gate('fail'),
  gate('inconclusive'),
  soaked,
  order('pause'),
  resume,
  order('stop'),
  order('revert'),
];

describe('a rollout', () => {
  it.each<[string, RolloutState, RolloutInput, Partial<RolloutState>, string | undefined]>([
    ['a draft starts', DRAFT, start, { status: 'running', stage: 0, stageStatus: 'running', since: at }, 'open-stage'],
    [
      'a stage that passes soaks',
      state({}),
      gate('pass'),
      { stageStatus: 'soaking', since: at, reason: 'so' },
      undefined,
    ],
    [
      'a held stage that passes soaks anew',
      state({ stageStatus: 'held' }),
      gate('pass'),
      { stageStatus: 'soaking', since: at },
      undefined,
    ],
    [
      'a soak that no longer looks good is held',
      state({ stageStatus: 'soaking' }),
      gate('inconclusive'),
      { stageStatus: 'held', since: at },
      undefined,
    ],
    [
      'a soak over opens the next stage',
      state({ stageStatus: 'soaking' }),
      soaked,
      { stage: 1, stageStatus: 'running', since: at },
      'open-stage',
    ],
    [
      'the last soak over completes',
      state({ stage: 1, stageStatus: 'soaking' }),
      soaked,
      { status: 'completed', stageStatus: 'passed', since: at },
      undefined,
    ],
    ['a failure pauses', state({}), gate('fail'), { status: 'paused', stageStatus: 'failed', reason: 'so' }, undefined],
    [
      'a failure beats a soak',
      state({ stageStatus: 'soaking' }),
      gate('fail'),
      { status: 'paused', stageStatus: 'failed' },
      undefined,
    ],
    [
      'a person pauses',
      state({}),
      order('pause'),
      { status: 'paused', stageStatus: 'running', reason: 'because' },
      undefined,
    ],
    ['a person resumes', state({ status: 'paused' }), resume, { status: 'running', since: at, reason: '' }, undefined],
    [
      'a soak starts over after a pause',
      state({ status: 'paused', stageStatus: 'soaking' }),
      resume,
      { status: 'running', stageStatus: 'soaking', since: at },
      undefined,
    ],
    [
      'a failed stage is looked at again',
      state({ status: 'paused', stageStatus: 'failed' }),
      resume,
      { status: 'running', stageStatus: 'held', since: at },
      undefined,
    ],
    ['a person stops what runs', state({}), order('stop'), { status: 'stopped', reason: 'because' }, undefined],
    ['a person stops what is paused', state({ status: 'paused' }), order('stop'), { status: 'stopped' }, undefined],
    ['what runs is reverted', state({}), order('revert'), { status: 'reverted' }, 'revert'],
    ['what is paused is reverted', state({ status: 'paused' }), order('revert'), { status: 'reverted' }, 'revert'],
    ['what was stopped is reverted', state({ status: 'stopped' }), order('revert'), { status: 'reverted' }, 'revert'],
    [
      'what was completed is reverted',
      state({ status: 'completed' }),
      order('revert'),
      { status: 'reverted' },
      'revert',
    ],
  ])('%s', (_, before, input, after, effect) => {
    const transition = rolloutMachine(shape)(before)(input);
    expect(transition?.state).toEqual({ ...before, reason: expect.any(String), ...after });
    expect(transition?.effect?.type).toBe(effect);
  });

  it('reverts by itself when its plan says so and there is something to go back to', () => {
    const self = rolloutMachine({ ...shape, onFailure: 'revert' })(state({}))(gate('fail'));
    expect(self).toMatchObject({ state: { status: 'reverted', stageStatus: 'failed' }, effect: { type: 'revert' } });
    const first = rolloutMachine({ ...shape, onFailure: 'revert', hasPredecessor: false })(state({}))(gate('fail'));
    expect(first).toEqual({ state: state({ status: 'paused', stageStatus: 'failed', reason: 'so' }) });
  });

  it.each<[string, RolloutState, RolloutInput[]]>([
    ['a draft', DRAFT, [start]],
    ['what runs', state({}), [gate('pass'), gate('fail'), order('pause'), order('stop'), order('revert')]],
    [
      'what is held',
      state({ stageStatus: 'held' }),
      [gate('pass'), gate('fail'), order('pause'), order('stop'), order('revert')],
    ],
    [
      'what soaks',
      state({ stageStatus: 'soaking' }),
      [gate('fail'), gate('inconclusive'), soaked, order('pause'), order('stop'), order('revert')],
    ],
    ['what is paused', state({ status: 'paused' }), [resume, order('stop'), order('revert')]],
    ['what was completed', state({ status: 'completed' }), [order('revert')]],
    ['what was stopped', state({ status: 'stopped' }), [order('revert')]],
    ['what was reverted', state({ status: 'reverted' }), []],
  ])('that is %s is changed by nothing else', (_, before, changing) => {
    const inputs = EVERY.filter((input) => rolloutMachine(shape)(before)(input) !== undefined);
    expect(inputs).toEqual(
      EVERY.filter((input) => changing.some((one) => JSON.stringify(one) === JSON.stringify(input))),
    );
  });

  it('without a predecessor is never reverted', () => {
    const machine = rolloutMachine({ ...shape, hasPredecessor: false });
    for (const status of ['draft', 'running', 'paused', 'completed', 'stopped', 'reverted'] as const) {
      expect(machine(state({ status }))(order('revert'))).toBeUndefined();
    }
  });

  it('opens every stage once on its way to the end', () => {
    const inputs = [
      start,
      gate('inconclusive'),
      gate('pass'),
      soaked,
      soaked,
      gate('pass'),
      soaked,
      gate('pass'),
      soaked,
    ];
    const { state: end, effects } = runMachine(rolloutMachine(shape), DRAFT, inputs);
    expect(end).toMatchObject({ status: 'completed', stage: 1, stageStatus: 'passed' });
    expect(effects).toEqual([{ type: 'open-stage' }, { type: 'open-stage' }]);
  });
});
