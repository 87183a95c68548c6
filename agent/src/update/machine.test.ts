import { runMachine } from '@plumbline/shared/machine';
import type { UpdateState } from '@plumbline/shared/update';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { updateMachine } from './machine.ts';
import { newLine, type Target, type UpdateEffect, type UpdateInput, type UpdateModel } from './model.ts';
import { nextStep } from './plan.ts';

const hash = (char: string) => char.repeat(64);
const OLD = { sha256: hash('a'), version: '1.0.0', counter: 1 };
const NEW = { sha256: hash('b'), version: '1.1.0', counter: 2 };

function targetOf(content: typeof OLD, seq = content.counter): Target {
  const { sha256, version, counter } = content;
  const payload = { codec: 'none' as const, length: 10, sha256: hash('c') };
  const path = `models/delay/${counter}/plain.plb`;
  return { model: 'delay', path, length: 10, sha256, releaseCounter: counter, payload, seq, expires: 1000, version };
}

/** A line that runs OLD in slot A and is on its way to NEW. */
function line(state: UpdateState, change: Partial<UpdateModel> = {}): UpdateModel {
  const base = { line: 'delay', state, slots: { A: OLD }, active: 'A', ranCounter: 1, uncleanStarts: 0 } as const;
  return { ...base, target: targetOf(NEW), ...change };
}

const WITH_BOTH = { slots: { A: OLD, B: NEW } };
const PROVING: Partial<UpdateModel> = { ...WITH_BOTH, active: 'B', ranCounter: 2, provingSince: 5 };
const failed = { type: 'failed', reason: 'bad_hash', detail: 'why' } as const;

const MOVES: [string, UpdateModel, UpdateInput, UpdateState, UpdateEffect | undefined, Partial<UpdateModel>?][] = [
  ['takes a first target', newLine('delay'), { type: 'assigned', target: targetOf(NEW) }, 'offered', undefined],
  ['takes the next target', line('committed'), { type: 'assigned', target: targetOf(OLD, 9) }, 'offered', undefined],
  [
    'turns to a newer target in mid-fetch',
    line('fetching'),
    { type: 'assigned', target: targetOf(OLD, 9) },
    'offered',
    undefined,
  ],
  ['fetches what it has not', line('offered'), { type: 'begin' }, 'fetching', 'fetch'],
  ['stages what already lies in the other slot', line('offered', WITH_BOTH), { type: 'begin' }, 'staged', 'stage'],
  [
    'commits at once what runs already, under its new counter',
    line('offered', { target: { ...targetOf(OLD), releaseCounter: 7 } }),
    { type: 'begin' },
    'committed',
    undefined,
    { slots: { A: { ...OLD, counter: 7 } }, ranCounter: 7 },
  ],
  ['verifies what was fetched', line('fetching'), { type: 'fetched' }, 'verifying', 'verify'],
  [
    'forgets the free slot before it is written',
    line('verifying', { slots: { A: OLD, B: { ...OLD, sha256: hash('d') } } }),
    { type: 'verified' },
    'staged',
    'stage',
    { slots: { A: OLD } },
  ],
  ['tests what was staged', line('staged'), { type: 'staged' }, 'self-testing', 'self-test', { ...WITH_BOTH }],
  [
    'fetches again when the slot was not what it seemed',
    line('staged', WITH_BOTH),
    { type: 'missing' },
    'fetching',
    'fetch',
    { slots: { A: OLD } },
  ],
  ['activates what passed', line('self-testing', WITH_BOTH), { type: 'tested' }, 'activating', 'activate'],
  [
    'proves what is active, and remembers that it ran',
    line('activating', WITH_BOTH),
    { type: 'activated', at: 5 },
    'proving',
    'prove',
    { active: 'B', ranCounter: 2, provingSince: 5 },
  ],
  [
    'commits what was proved',
    line('proving', PROVING),
    { type: 'proved', proof: 'proven' },
    'committed',
    undefined,
    { proof: 'proven', active: 'B' },
  ],
  [
    'commits without traffic, and says so',
    line('proving', PROVING),
    { type: 'proved', proof: 'unproven: no traffic' },
    'committed',
    undefined,
    { proof: 'unproven: no traffic' },
  ],
  [
    'refuses what fails before activation; the old slot stays',
    line('verifying'),
    failed,
    'refused',
    undefined,
    { active: 'A', reason: 'bad_hash' },
  ],
  [
    'refuses what cannot be activated; the old slot stays',
    line('activating', WITH_BOTH),
    failed,
    'refused',
    undefined,
    { active: 'A' },
  ],
  [
    'rolls back what fails in service',
    line('proving', PROVING),
    failed,
    'rolling-back',
    'roll-back',
    { active: 'A', reason: 'bad_hash' },
  ],
  [
    'ends a rollback on the old slot, keeping the reason',
    line('rolling-back', { reason: 'errors_in_service' }),
    { type: 'rolled-back' },
    'rolled-back',
    undefined,
    { active: 'A', reason: 'errors_in_service' },
  ],
  [
    'takes a revert to the other slot while proving',
    line('proving', PROVING),
    { type: 'assigned', target: { ...targetOf(OLD, 3), releaseCounter: 3 } },
    'offered',
    undefined,
  ],
  [
    'waits when the disk is full',
    line('staged'),
    { type: 'deferred', until: 9, reason: 'disk_full', detail: 'full' },
    'deferred',
    undefined,
    { deferredUntil: 9 },
  ],
  ['goes on after the wait', line('deferred', { deferredUntil: 9 }), { type: 'resumed' }, 'offered', undefined],
  [
    'counts an unclean start while proving',
    line('proving', PROVING),
    { type: 'started', clean: false },
    'proving',
    'prove',
    { uncleanStarts: 1 },
  ],
  [
    'rolls back at the third unclean start',
    line('proving', { ...PROVING, uncleanStarts: 2 }),
    { type: 'started', clean: false },
    'rolling-back',
    'roll-back',
    { active: 'A', reason: 'unclean_exits' },
  ],
  [
    'gives up an activation at the third unclean start',
    line('activating', { ...WITH_BOTH, uncleanStarts: 2 }),
    { type: 'started', clean: false },
    'rolling-back',
    'roll-back',
    { active: 'A' },
  ],
  [
    'serves from the other slot when the active one rots',
    line('committed', PROVING),
    { type: 'damaged', slot: 'B' },
    'offered',
    undefined,
    { active: 'A', slots: { A: OLD } },
  ],
  [
    'declines what trust refuses',
    line('committed'),
    { type: 'declined', target: targetOf(OLD, 9), reason: 'rollback', detail: '' },
    'refused',
    undefined,
    { active: 'A' },
  ],
  [
    'tries again what was refused for its age only',
    line('refused', { reason: 'stale_metadata' }),
    { type: 'assigned', target: targetOf(NEW, 9) },
    'offered',
    undefined,
  ],
  [
    'tries it again under the same assignment too, when only its papers are new',
    line('refused', { reason: 'stale_metadata' }),
    { type: 'assigned', target: { ...targetOf(NEW), expires: 5000 } },
    'offered',
    undefined,
  ],
];

const STILL: [string, UpdateModel, UpdateInput][] = [
  ['the same assignment again', line('fetching'), { type: 'assigned', target: targetOf(NEW) }],
  [
    'another target while activating',
    line('activating', WITH_BOTH),
    { type: 'assigned', target: { ...targetOf(OLD, 9), sha256: hash('e') } },
  ],
  [
    'a third model while proving: the old slot is the way back',
    line('proving', PROVING),
    { type: 'assigned', target: { ...targetOf(OLD, 9), sha256: hash('e') } },
  ],
  [
    'doubts about the papers of what is committed',
    line('committed'),
    { type: 'declined', target: targetOf(NEW, 9), reason: 'stale_metadata', detail: '' },
  ],
  ['a failure of something long refused', line('refused'), failed],
  ['a clean start while proving', line('proving', PROVING), { type: 'started', clean: true }],
  ['an unclean start of a committed line', line('committed'), { type: 'started', clean: false }],
  ['a step that answers out of turn', line('committed'), { type: 'fetched' }],
  ['a proof without a soak', line('committed'), { type: 'proved', proof: 'proven' }],
  ['damage of a slot that holds nothing', line('committed'), { type: 'damaged', slot: 'B' }],
  ['a deferral of the soak', line('proving', PROVING), { type: 'deferred', until: 9, detail: '' }],
];

describe('the update of one model line', () => {
  it.each(MOVES)('%s', (_what, before, input, state, effect, change = {}) => {
    const transition = updateMachine(before)(input);
    expect(transition?.state).toMatchObject({ state, ...change });
    expect(transition?.effect).toBe(effect);
  });

  it.each(STILL)('is not moved by %s', (_what, before, input) => {
    expect(updateMachine(before)(input)).toBeUndefined();
  });

  it('leaves nothing running when a first install rolls back', () => {
    const first = line('proving', { slots: { A: NEW }, active: 'A' });
    const transition = updateMachine(first)(failed);
    expect(transition?.state.active).toBeUndefined();
    expect(transition?.state.state).toBe('rolling-back');
  });

  it('installs a first model step by step', () => {
    const happy: UpdateInput[] = [
      { type: 'assigned', target: targetOf(NEW) },
      { type: 'begin' },
      { type: 'fetched' },
      { type: 'verified' },
      { type: 'staged' },
      { type: 'tested' },
      { type: 'activated', at: 1 },
      { type: 'proved', proof: 'proven' },
    ];
    const { state, effects, ignored } = runMachine(updateMachine, newLine('delay'), happy);
    expect(effects).toEqual(['fetch', 'verify', 'stage', 'self-test', 'activate', 'prove']);
    expect(ignored).toEqual([]);
    expect(state).toEqual({
      line: 'delay',
      state: 'committed',
      slots: { A: NEW },
      active: 'A',
      target: targetOf(NEW),
      proof: 'proven',
      ranCounter: 2,
      uncleanStarts: 0,
    });
  });
});

const anyInput: fc.Arbitrary<UpdateInput> = fc.oneof(
  fc.tuple(fc.constantFrom(OLD, NEW), fc.integer({ min: 1, max: 9 })).map(([of, seq]): UpdateInput => ({
    type: 'assigned',
    target: { ...targetOf(of, seq), releaseCounter: seq },
  })),
  fc.constantFrom<UpdateInput>(
    { type: 'begin' },
    { type: 'fetched' },
    { type: 'verified' },
    { type: 'staged' },
    { type: 'missing' },
    { type: 'tested' },
    { type: 'activated', at: 1 },
    { type: 'proved', proof: 'proven' },
    { type: 'rolled-back' },
    failed,
    { type: 'deferred', until: 1, detail: '' },
    { type: 'resumed' },
    { type: 'started', clean: false },
    { type: 'damaged', slot: 'A' },
    { type: 'damaged', slot: 'B' },
  ),
);

describe('any order of inputs', () => {
  it('never lets the active slot be an empty one, never lowers the counter that ran', () => {
    const holds = fc.property(fc.array(anyInput, { maxLength: 60 }), (inputs) => {
      let model = newLine('delay');
      return inputs.every((input) => {
        const next = updateMachine(model)(input)?.state ?? model;
        const isHigher = next.ranCounter >= model.ranCounter;
        model = next;
        return isHigher && (next.active === undefined || next.slots[next.active] !== undefined);
      });
    });
    expect(fc.check(holds, { seed: 1, numRuns: 500 })).toMatchObject({ failed: false });
  });

  it('leaves a state from which the plan never asks for what the machine ignores', () => {
    const holds = fc.property(
      fc.array(anyInput, { maxLength: 40 }),
      fc.integer({ min: 0, max: 2000 }),
      (inputs, now) => {
        const { state } = runMachine(updateMachine, newLine('delay'), inputs);
        return [undefined, targetOf(OLD, 20), targetOf(NEW, 20)].every((desired) => {
          const next = nextStep(desired, state, now);
          return next.kind !== 'tell' || updateMachine(state)(next.input) !== undefined;
        });
      },
    );
    expect(fc.check(holds, { seed: 2, numRuns: 500 })).toMatchObject({ failed: false });
  });
});

describe('the plan', () => {
  it.each<[string, Target | undefined, UpdateModel, number, ReturnType<typeof nextStep>]>([
    ['does the step of the state it finds', undefined, line('fetching'), 0, { kind: 'do', effect: 'fetch' }],
    ['waits when nothing is wanted', undefined, newLine('delay'), 0, { kind: 'wait' }],
    ['waits out a deferral', undefined, line('deferred', { deferredUntil: 9 }), 5, { kind: 'wait', until: 9 }],
    [
      'ends a deferral',
      undefined,
      line('deferred', { deferredUntil: 9 }),
      9,
      { kind: 'tell', input: { type: 'resumed' } },
    ],
    [
      'follows a lower number too: trust has agreed to it, and a new director counts from one',
      targetOf(OLD, 1),
      line('committed'),
      0,
      { kind: 'tell', input: { type: 'assigned', target: targetOf(OLD, 1) } },
    ],
    [
      'goes on with an install whose papers were renewed on the way',
      { ...targetOf(NEW), expires: 5000 },
      line('fetching'),
      2000,
      { kind: 'do', effect: 'fetch' },
    ],
    [
      'turns back to what was refused for its age once the papers are young again',
      { ...targetOf(NEW), expires: 5000 },
      line('refused', { reason: 'stale_metadata' }),
      2000,
      { kind: 'tell', input: { type: 'assigned', target: { ...targetOf(NEW), expires: 5000 } } },
    ],
    [
      'leaves what was refused for its age while the papers are old',
      targetOf(NEW),
      line('refused', { reason: 'stale_metadata' }),
      2000,
      { kind: 'wait' },
    ],
    ['leaves what was refused for cause', targetOf(NEW), line('refused', { reason: 'bad_hash' }), 0, { kind: 'wait' }],
    [
      'does not stop a soak when papers expire',
      undefined,
      line('proving', PROVING),
      2000,
      { kind: 'do', effect: 'prove' },
    ],
  ])('%s', (_what, desired, current, now, expected) => {
    expect(nextStep(desired, current, now)).toEqual(expected);
  });

  it('stops an install whose papers expired on the way', () => {
    expect(nextStep(undefined, line('fetching'), 1000)).toMatchObject({
      kind: 'tell',
      input: { type: 'failed', reason: 'stale_metadata' },
    });
  });
});
