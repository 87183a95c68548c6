import { runMachine } from '@plumbline/shared/machine';
import { describe, expect, it } from 'vitest';
import { rolloutMachine } from './machine.ts';
import { DRAFT, type RolloutInput, type RolloutShape, type RolloutState } from './state.ts';

const shape: RolloutShape = { approvals: [false, false], onFailure: 'pause', hasPredecessor: true };
const asking: RolloutShape = { ...shape, approvals: [true, true] };
const at = 100;
const state = (changed: Partial<RolloutState>): RolloutState => ({
  ...DRAFT,
  status: 'running',
  stage: 0,
  stageStatus: 'running',
  openedAt: 1,
  since: 1,
  ...changed,
});
const gate = (verdict: 'pass' | 'fail' | 'inconclusive'): RolloutInput => ({
  type: 'gate',
  verdict,
  sentence: 'so',
  at,
});
const order = (type: 'pause' | 'stop' | 'revert' | 'proceed'): RolloutInput => ({ type, reason: 'because', at });
const start: RolloutInput = { type: 'start', at };
const approve: RolloutInput = { type: 'approve', actor: 'user:bo', at };
const reject: RolloutInput = { type: 'reject', actor: 'user:bo', reason: 'because', at };
const resume: RolloutInput = { type: 'resume', accepted: { latency: 0.1 }, reason: 'because', at };
const soaked: RolloutInput = { type: 'soaked', at };
const deadline: RolloutInput = { type: 'deadline', sentence: 'undecided', at };
const GATES = [gate('pass'), gate('fail'), gate('inconclusive')];
const ENDS = [order('pause'), order('stop'), order('revert')];
const EVERY = [start, approve, reject, ...GATES, soaked, deadline, order('proceed'), ...ENDS, resume];
const awaiting = (stage: number) =>
  state({ status: 'awaiting-approval', stage, stageStatus: stage < 0 ? 'pending' : 'passed', asks: true });
const held = state({ stageStatus: 'held' });
const soaking = state({ stageStatus: 'soaking' });

const named = (inputs: readonly RolloutInput[]) => inputs.map((one) => JSON.stringify(one)).toSorted();

describe('a rollout', () => {
  it.each<[string, RolloutShape, RolloutState, RolloutInput, Partial<RolloutState>, string | undefined]>([
    ['a draft starts', shape, DRAFT, start, { status: 'running', stage: 0, openedAt: at, since: at }, 'open-stage'],
    [
      'a draft asks for its approval',
      asking,
      DRAFT,
      start,
      { status: 'awaiting-approval', stage: -1, asks: true },
      undefined,
    ],
    [
      'an approved stage opens',
      asking,
      awaiting(-1),
      approve,
      { status: 'running', stage: 0, asks: false },
      'open-stage',
    ],
    ['a later one, too', asking, awaiting(0), approve, { status: 'running', stage: 1, openedAt: at }, 'open-stage'],
    ['a rejection ends it', asking, awaiting(0), reject, { status: 'stopped', asks: false }, undefined],
    ['a stage that passes soaks', shape, state({}), gate('pass'), { stageStatus: 'soaking', since: at }, undefined],
    ['a held one soaks anew', shape, held, gate('pass'), { stageStatus: 'soaking', since: at }, undefined],
    ['a soak that looks worse is held', shape, soaking, gate('inconclusive'), { stageStatus: 'held' }, undefined],
    ['a soak over opens the next stage', shape, soaking, soaked, { stage: 1, openedAt: at }, 'open-stage'],
    [
      'a soak over waits for the approval of the next',
      asking,
      soaking,
      soaked,
      { status: 'awaiting-approval', stage: 0, stageStatus: 'passed', asks: true },
      undefined,
    ],
    [
      'the last soak completes',
      shape,
      state({ stage: 1, stageStatus: 'soaking' }),
      soaked,
      { status: 'completed', stageStatus: 'passed' },
      'complete',
    ],
    [
      'a deadline asks a person',
      shape,
      state({}),
      deadline,
      { stageStatus: 'held', asks: true, reason: 'undecided' },
      undefined,
    ],
    [
      'a person lets a held stage go on',
      shape,
      held,
      order('proceed'),
      { stage: 1, stageStatus: 'running' },
      'open-stage',
    ],
    [
      'and completes the last',
      shape,
      state({ stage: 1, stageStatus: 'held' }),
      order('proceed'),
      { status: 'completed' },
      'complete',
    ],
    [
      'a failure pauses',
      shape,
      state({}),
      gate('fail'),
      { status: 'paused', stageStatus: 'failed', reason: 'so' },
      undefined,
    ],
    ['a failure beats a soak', shape, soaking, gate('fail'), { status: 'paused', stageStatus: 'failed' }, undefined],
    [
      'a failure beats an approval',
      asking,
      awaiting(0),
      gate('fail'),
      { status: 'paused', stageStatus: 'failed', asks: false },
      undefined,
    ],
    ['a person pauses', shape, state({}), order('pause'), { status: 'paused', reason: 'because' }, undefined],
    [
      'a person resumes',
      shape,
      state({ status: 'paused' }),
      resume,
      { status: 'running', openedAt: at, since: at, accepted: { latency: 0.1 } },
      undefined,
    ],
    [
      'a soak starts over',
      shape,
      state({ status: 'paused', stageStatus: 'soaking' }),
      resume,
      { status: 'running', stageStatus: 'soaking', since: at },
      undefined,
    ],
    [
      'a failed stage is looked at again',
      shape,
      state({ status: 'paused', stageStatus: 'failed' }),
      resume,
      { status: 'running', stageStatus: 'held' },
      undefined,
    ],
    [
      'what waited for approval waits on',
      asking,
      state({ status: 'paused', stageStatus: 'passed' }),
      resume,
      { status: 'awaiting-approval', asks: true },
      undefined,
    ],
    ['what runs is stopped', shape, state({}), order('stop'), { status: 'stopped', reason: 'because' }, undefined],
    [
      'what has completed is reverted',
      shape,
      state({ status: 'completed' }),
      order('revert'),
      { status: 'reverted' },
      'revert',
    ],
    [
      'what was stopped is reverted',
      shape,
      state({ status: 'stopped' }),
      order('revert'),
      { status: 'reverted' },
      'revert',
    ],
  ])('%s', (_, of, before, input, after, effect) => {
    const transition = rolloutMachine(of)(before)(input);
    expect(transition?.state).toMatchObject(after);
    expect(transition?.effect?.type).toBe(effect);
  });

  it('reverts by itself when its plan says so and there is something to go back to', () => {
    const self = rolloutMachine({ ...shape, onFailure: 'revert' })(state({}))(gate('fail'));
    expect(self).toMatchObject({ state: { status: 'reverted', stageStatus: 'failed' }, effect: { type: 'revert' } });
    const first = rolloutMachine({ ...shape, onFailure: 'revert', hasPredecessor: false })(state({}))(gate('fail'));
    expect(first).toMatchObject({ state: { status: 'paused', stageStatus: 'failed' } });
    expect(first?.effect).toBeUndefined();
  });

  it.each<[string, RolloutState, RolloutInput[]]>([
    ['a draft', DRAFT, [start]],
    ['waiting for its first approval', awaiting(-1), [approve, reject, order('pause'), order('stop')]],
    ['waiting for a later one', awaiting(0), [approve, reject, gate('fail'), ...ENDS]],
    ['running', state({}), [gate('pass'), gate('fail'), deadline, ...ENDS]],
    ['held', held, [gate('pass'), gate('fail'), deadline, order('proceed'), ...ENDS]],
    ['held and asking', { ...held, asks: true }, [gate('pass'), gate('fail'), order('proceed'), ...ENDS]],
    ['soaking', soaking, [gate('fail'), gate('inconclusive'), soaked, ...ENDS]],
    ['paused', state({ status: 'paused' }), [resume, order('stop'), order('revert')]],
    ['completed', state({ status: 'completed' }), [order('revert')]],
    ['stopped', state({ status: 'stopped' }), [order('revert')]],
    ['rejected before it began', { ...DRAFT, status: 'stopped' }, []],
    ['reverted', state({ status: 'reverted' }), []],
  ])('that is %s is changed by nothing else', (_, before, changing) => {
    expect(named(EVERY.filter((input) => rolloutMachine(shape)(before)(input) !== undefined))).toEqual(named(changing));
  });

  it('without a predecessor is never reverted', () => {
    const machine = rolloutMachine({ ...shape, hasPredecessor: false });
    for (const status of ['running', 'paused', 'completed', 'stopped', 'awaiting-approval'] as const) {
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
    expect(effects).toEqual([{ type: 'open-stage' }, { type: 'open-stage' }, { type: 'complete' }]);
  });
});
