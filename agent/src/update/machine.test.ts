import { runMachine } from '@plumbline/shared/machine';
import type { UpdateState } from '@plumbline/shared/update';
import { describe, expect, it } from 'vitest';
import { updateMachine } from './machine.ts';
import { newLine, type Target, type UpdateEffect, type UpdateInput, type UpdateModel } from './model.ts';
import { nextStep } from './plan.ts';

const hash = (char: string) => char.repeat(64);
const OLD = { sha256: hash('a'), version: '1.0.0', counter: 1, served: true };
const NEW = { sha256: hash('b'), version: '1.1.0', counter: 2 };
const REPORT = { records: 9, agreement: 1, meanShift: 0, maxShift: 0 };

function targetOf(content: Omit<typeof OLD, 'served'>, seq = content.counter): Target {
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
  [
    'tries again what it refused when a person asks for it, and holds nothing against it',
    line('refused', {
      reason: 'given_up',
      strikes: [
        { sha256: hash('d'), count: 1 },
        { sha256: NEW.sha256, count: 3 },
      ],
    }),
    { type: 'assigned', target: { ...targetOf(NEW, 9), attempt: 1 } },
    'offered',
    undefined,
    { target: { ...targetOf(NEW, 9), attempt: 1 }, strikes: [{ sha256: hash('d'), count: 1 }] },
  ],
  [
    'tries again what it went back from when it is asked a second time',
    line('rolled-back', { target: { ...targetOf(NEW), attempt: 1 } }),
    { type: 'assigned', target: { ...targetOf(NEW, 9), attempt: 2 } },
    'offered',
    undefined,
    { target: { ...targetOf(NEW, 9), attempt: 2 } },
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
  [
    'compares what passed with the model in force',
    line('self-testing', WITH_BOTH),
    { type: 'tested', at: 4 },
    'shadowing',
    'shadow',
    { shadowingSince: 4 },
  ],
  [
    'does not compare again what was compared before a wait',
    line('self-testing', { ...WITH_BOTH, shadow: { of: NEW.sha256, against: OLD.sha256 } }),
    { type: 'tested', at: 4 },
    'activating',
    'activate',
  ],
  [
    'compares again when another model is in force now',
    line('self-testing', { ...WITH_BOTH, shadow: { of: NEW.sha256, against: hash('d') } }),
    { type: 'tested', at: 4 },
    'shadowing',
    'shadow',
  ],
  [
    'activates what was compared, and keeps the numbers',
    line('shadowing', { ...WITH_BOTH, shadowingSince: 4, uncleanStarts: 2 }),
    { type: 'shadowed', report: REPORT },
    'activating',
    'activate',
    { shadow: { of: NEW.sha256, against: OLD.sha256, report: REPORT }, uncleanStarts: 0 },
  ],
  [
    'refuses what its shadow speaks against, with the numbers; the old slot stays',
    line('shadowing', WITH_BOTH),
    { type: 'failed', reason: 'shadow_shifted', detail: 'by much', shadow: REPORT },
    'refused',
    undefined,
    { active: 'A', reason: 'shadow_shifted', shadow: { of: NEW.sha256, against: OLD.sha256, report: REPORT } },
  ],
  [
    'fetches once more what came damaged, and counts it',
    line('verifying'),
    { type: 'spoiled', detail: 'flipped' },
    'fetching',
    'fetch',
    { strikes: [{ sha256: hash('c'), count: 1 }] },
  ],
  [
    'refuses a payload that came damaged three times',
    line('verifying', { strikes: [{ sha256: hash('c'), count: 2 }] }),
    { type: 'spoiled', detail: 'flipped' },
    'refused',
    undefined,
    { reason: 'bad_hash' },
  ],
  [
    'gives up on bytes that failed three times, before a byte is fetched',
    line('offered', { strikes: [{ sha256: NEW.sha256, count: 3 }] }),
    { type: 'begin' },
    'refused',
    undefined,
    { reason: 'given_up', active: 'A' },
  ],
  [
    'tries bytes that failed twice',
    line('offered', { strikes: [{ sha256: NEW.sha256, count: 2 }] }),
    { type: 'begin' },
    'fetching',
    'fetch',
  ],
  [
    'counts a crash against the bytes',
    line('self-testing', { ...WITH_BOTH, strikes: [{ sha256: NEW.sha256, count: 1 }] }),
    { type: 'failed', reason: 'model_unloadable', detail: 'SIGSEGV' },
    'refused',
    undefined,
    { strikes: [{ sha256: NEW.sha256, count: 2 }] },
  ],
  [
    'refuses what takes the whole device down in its test',
    line('self-testing', { ...WITH_BOTH, uncleanStarts: 2 }),
    { type: 'started', clean: false },
    'refused',
    undefined,
    { active: 'A', reason: 'unclean_exits', strikes: [{ sha256: NEW.sha256, count: 1 }] },
  ],
  [
    'forgives bytes that came through',
    line('proving', { ...PROVING, strikes: [{ sha256: NEW.sha256, count: 2 }] }),
    { type: 'proved', proof: 'proven' },
    'committed',
    undefined,
    { slots: { A: OLD, B: { ...NEW, proven: true } } },
  ],
  [
    'remembers what the same bytes have shown here before',
    line('staged', { slots: { A: OLD, B: { ...NEW, served: true, proven: true } } }),
    { type: 'staged' },
    'self-testing',
    'self-test',
    { slots: { A: OLD, B: { ...NEW, served: true, proven: true } } },
  ],
  [
    'learns until when it waits, and why, while it waits',
    line('deferred', { deferredUntil: 9, reason: 'power_low' }),
    { type: 'deferred', until: 12, reason: 'outside_window', detail: 'night' },
    'deferred',
    undefined,
    { deferredUntil: 12, reason: 'outside_window' },
  ],
  [
    'puts an activation off',
    line('activating', WITH_BOTH),
    { type: 'deferred', until: 9, reason: 'outside_window', detail: '' },
    'deferred',
    undefined,
    { active: 'A', reason: 'outside_window' },
  ],
  [
    'leaves nothing running when the active slot rots and the candidate has not passed its test',
    line('self-testing', WITH_BOTH),
    { type: 'damaged', slot: 'A' },
    'offered',
    undefined,
    { slots: { B: NEW } },
  ],
  [
    'proves what is active, and remembers that it ran',
    line('activating', WITH_BOTH),
    { type: 'activated', at: 5 },
    'proving',
    'prove',
    { active: 'B', ranCounter: 2, provingSince: 5, slots: { A: OLD, B: { ...NEW, served: true } } },
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
  [
    'the same wait once more',
    line('deferred', { deferredUntil: 9, reason: 'power_low' }),
    { type: 'deferred', until: 9, reason: 'power_low', detail: '' },
  ],
  ['an activation of a slot that holds nothing', line('activating'), { type: 'activated', at: 1 }],
  ['a comparison out of turn', line('activating', WITH_BOTH), { type: 'shadowed', report: REPORT }],
  ['a damaged payload after it was staged', line('self-testing', WITH_BOTH), { type: 'spoiled', detail: '' }],
  [
    'an unclean start while fetching: a power cut says nothing of a model',
    line('fetching'),
    { type: 'started', clean: false },
  ],
  ['a deferral of the soak', line('proving', PROVING), { type: 'deferred', until: 9, detail: '' }],
];

describe('the update of one model line', () => {
  it('stays with what it refused when the same bytes come under a newer number, asked for as often as before', () => {
    const target = { ...targetOf(NEW), attempt: 1 };
    const again = { ...target, seq: 9 };
    const transition = updateMachine(line('refused', { target }))({ type: 'assigned', target: again });
    expect(transition).toEqual({ state: line('refused', { target: again }) });
  });

  it.each(MOVES)('%s', (_what, before, input, state, effect, change = {}) => {
    const transition = updateMachine(before)(input);
    expect(transition?.state).toMatchObject({ state, ...change });
    expect(transition?.effect).toBe(effect);
  });

  it.each(STILL)('is not moved by %s', (_what, before, input) => {
    expect(updateMachine(before)(input)).toBeUndefined();
  });

  it('holds a payload that came damaged against no later order', () => {
    const third = line('verifying', { strikes: [{ sha256: hash('c'), count: 2 }] });
    expect(updateMachine(third)({ type: 'spoiled', detail: 'flipped' })?.state).not.toHaveProperty('strikes');
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
      { type: 'tested', at: 1 },
      { type: 'shadowed' },
      { type: 'activated', at: 1 },
      { type: 'proved', proof: 'proven' },
    ];
    const { state, effects, ignored } = runMachine(updateMachine, newLine('delay'), happy);
    expect(effects).toEqual(['fetch', 'verify', 'stage', 'self-test', 'shadow', 'activate', 'prove']);
    expect(ignored).toEqual([]);
    expect(state).toEqual({
      line: 'delay',
      state: 'committed',
      slots: { A: { ...NEW, served: true, proven: true } },
      active: 'A',
      target: targetOf(NEW),
      proof: 'proven',
      ranCounter: 2,
      uncleanStarts: 0,
    });
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
