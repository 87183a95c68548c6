import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOf, evaluateGates } from './evaluate.ts';
import type { DeviceEvidence, GateInput, ModelEvidence } from './gate-input.ts';
import { GATE_NAMES, gates, type GateName, type Verdict } from './gates.ts';

const NEW = 'ab'.repeat(32);
const OLD = 'cd'.repeat(32);

type Says = Partial<ModelEvidence>;
const SILENT = { runningSha256: OLD, proof: undefined, reason: undefined, detail: undefined, shadow: undefined };
const UNMEASURED = { served: undefined, latencyRatio: undefined, memoryRatio: undefined };
/** A device that was heard from and says this of its model. */
const device = (id: number | string, says: Says, changed: Partial<DeviceEvidence> = {}): DeviceEvidence => ({
  device: `d${id}`,
  site: 's1',
  stage: 0,
  assigned: { seq: 7, sha256: NEW, at: 1_000 },
  lastSeenAt: 1_001,
  model: { state: 'idle', targetSeq: 7, ...SILENT, ...UNMEASURED, ...says },
  isAcknowledged: false,
  ...changed,
});
const RUNS = { state: 'committed', runningSha256: NEW, proof: 'proven' } as const;
const proven = (id: number | string) => device(id, RUNS);
const failed = (id: number | string) => device(id, { state: 'rolled-back', reason: 'self_test_failed' });
const dead = (id: number | string) => device(id, {}, { model: undefined, lastSeenAt: null });
const waiting = (id: number | string) => device(id, {}, { model: undefined, assigned: undefined });
const fetching = (id: number | string) => device(id, { state: 'fetching' });
const deferred = (id: number | string) => device(id, { state: 'deferred', reason: 'outside_window' });
const unproven = (id: number | string) => device(id, { ...RUNS, proof: 'unproven: no traffic' });

type Make = (id: number | string) => DeviceEvidence;
const many = (count: number, make: Make, prefix = '') => Array.from({ length: count }, (_, i) => make(`${prefix}${i}`));
const input = (devices: DeviceEvidence[], changed: Partial<GateInput> = {}): GateInput => ({
  line: 'delay',
  version: '1.1.0',
  devices,
  drift: { judged: 0, alarms: [] },
  quality: { candidate: [], champion: [] },
  fairness: [],
  absent: [],
  ...changed,
});
const DEFAULTS = gates.parse({});
const evaluate = (devices: DeviceEvidence[], of = DEFAULTS, stage = 0) => evaluateGates(input(devices), of, { stage });

const second = (one: DeviceEvidence) => ({ ...one, stage: 1 });

describe('the gates of failure and proof', () => {
  it.each<[string, DeviceEvidence[], Verdict, GateName | undefined, string]>([
    ['nobody at all', [], 'inconclusive', 'proven', '0 of at least 1 device were heard from'],
    ['one failure of one', [failed(0)], 'inconclusive', 'proven', '0 of 1 device proved the release (1 failed)'],
    ['two failures of two', many(2, failed), 'fail', 'failures', '2 of 2 devices that began failed (self_test_failed)'],
    [
      'ten online of a hundred, of which four have failed so far',
      [...many(4, failed, 'f'), ...many(6, fetching, 'u'), ...many(90, dead)],
      'fail',
      'failures',
      '4 of 10 devices that began failed (self_test_failed); the share is surely above 2 % (at least 4.61 %)',
    ],
    [
      'failures while most hold back for the night: they dilute nothing',
      [...many(2, failed, 'f'), ...many(98, deferred)],
      'fail',
      'failures',
      '2 of 2 devices that began failed',
    ],
    [
      'the first two failures of a hundred that began together',
      [...many(2, failed, 'f'), ...many(98, fetching)],
      'inconclusive',
      'proven',
      '2 of at least 5 devices decided (98 under way)',
    ],
    ['five of five', many(5, proven), 'pass', undefined, '5 of 5 devices proved the release'],
    ['three of which one is dead', [...many(2, proven), dead(9)], 'pass', undefined, '2 of 2 devices proved'],
    ['two of which one is dead', [proven(0), dead(9)], 'pass', undefined, '1 of 1 device proved'],
    ['five beside ninety-five dead ones', [...many(5, proven), ...many(95, dead, 'x')], 'pass', undefined, '5 of 5'],
    [
      'one alive of a hundred',
      [proven(0), ...many(99, dead, 'x')],
      'inconclusive',
      'proven',
      '1 of at least 5 devices were heard from since they were given the release (silent: dx0, dx1, dx10 and 96 more)',
    ],
    [
      'one alive of three',
      [proven(0), ...many(2, dead, 'x')],
      'inconclusive',
      'proven',
      '1 of at least 2 devices were heard from since they were given the release (silent: dx0, dx1)',
    ],
    [
      'three of which one is still under way',
      [...many(2, proven), fetching(9)],
      'inconclusive',
      'proven',
      '2 of at least 3 devices decided (1 under way)',
    ],
    [
      'a stage of which five were served and ninety-five wait',
      [...many(5, proven), ...many(95, waiting, 'w')],
      'inconclusive',
      'proven',
      '5 of 100 devices proved the release (95 not given it yet); at least 90 % are asked',
    ],
    ['a straggler among twenty', [...many(19, proven), fetching(99)], 'pass', undefined, '19 of 20 devices'],
    ['one that waits among twenty', [...many(19, proven), waiting(99)], 'pass', undefined, '19 of 20 devices'],
    [
      'devices without traffic',
      [...many(7, proven), ...many(3, unproven, 'q')],
      'inconclusive',
      'proven',
      '7 of 10 devices proved the release (3 without traffic)',
    ],
    [
      'one failure of ten',
      [...many(9, proven), failed(99)],
      'inconclusive',
      'failures',
      '1 of 10 devices that decided failed; at most 2 % may, and it may be chance',
    ],
    ['one failure of fifty', [...many(49, proven), failed(99)], 'pass', undefined, '1 of 50 devices that decided'],
    [
      'failures that a person has acknowledged',
      [...many(5, proven), ...many(5, failed, 'f').map((one) => ({ ...one, isAcknowledged: true }))],
      'pass',
      undefined,
      '5 of 5 devices proved the release',
    ],
    [
      'nothing but acknowledged failures',
      many(5, failed).map((one) => ({ ...one, isAcknowledged: true })),
      'inconclusive',
      'proven',
      '0 of at least 1 device were heard from since they were given the release (5 failed and acknowledged)',
    ],
  ])('%s', (_name, devices, verdict, gate, sentence) => {
    const evaluation = evaluate(devices);
    expect(evaluation).toMatchObject({ verdict, gate });
    expect(evaluation.sentence).toContain(sentence);
  });

  it('stop ten devices that all fail, one after the other, at the second, and all at once, at the fourth', () => {
    const one = [1, 2, 3].find((count) => evaluate(many(count, failed)).verdict === 'fail');
    const all = [1, 2, 3, 4, 5].find(
      (count) => evaluate([...many(count, failed, 'f'), ...many(10 - count, fetching)]).verdict === 'fail',
    );
    expect([one, all]).toEqual([2, 4]);
  });

  it('fail a stage for what goes wrong in those before it, and pass it by its own devices', () => {
    expect(evaluate([...many(10, failed, 'f'), ...many(10, proven).map(second)], DEFAULTS, 1).verdict).toBe('fail');
    const served = many(50, proven);
    expect(evaluate([...served, ...many(5, fetching, 'u').map(second)], DEFAULTS, 1)).toMatchObject({
      verdict: 'inconclusive',
      counts: { devices: 5, underWay: 5 },
    });
    // Everybody the stage could have found belongs to an earlier one.
    expect(evaluate(served, DEFAULTS, 1)).toMatchObject({ verdict: 'pass', counts: { devices: 50 } });
  });

  it('pass surely or not at all where that is asked', () => {
    const sure = gates.parse({ confidence: 0.95, failures: { atMost: 0.02, sureBelow: 0.1 } });
    expect(evaluate(many(35, proven), sure)).toMatchObject({ verdict: 'inconclusive', gate: 'failures' });
    expect(evaluate(many(36, proven), sure)).toMatchObject({ verdict: 'pass' });
    expect(evaluate(many(36, proven), sure).sentence).toContain('surely below 10 % (at most 9.97 %)');
  });

  it('are as sure of a later stage by what the stages before it have shown', () => {
    const sure = gates.parse({ failures: { atMost: 0.02, sureBelow: 0.1 } });
    const canary = many(30, proven, 'canary');
    const early = many(6, (id) => second(proven(id)), 'early');
    expect(evaluate(early, sure, 1)).toMatchObject({ verdict: 'inconclusive', gate: 'failures' });
    expect(evaluate([...canary, ...early], sure, 1)).toMatchObject({ verdict: 'pass' });
  });

  it('stop at the first failure where none may be, and never where all may', () => {
    expect(evaluate([failed(0), ...many(99, proven, 'p')], gates.parse({ failures: { atMost: 0 } })).verdict).toBe(
      'fail',
    );
    expect(evaluate(many(50, failed), gates.parse({ failures: { atMost: 1 } })).verdict).toBe('inconclusive');
  });
});

const shadow = (agreement: number, meanShift = 0, records = 50): Says => ({
  ...RUNS,
  shadow: { records, agreement, meanShift, maxShift: 1 },
});
const served = (predictions: number, errors: number): Says => ({ ...RUNS, served: { predictions, errors } });
const says = (count: number, of: Says, prefix = '') => many(count, (id) => device(id, of), prefix);

describe('a gate over what devices measure', () => {
  const asked = gates.parse({
    errors: { atMost: 0.02 },
    latency: { atMost: 1.5 },
    memory: { atMost: 2 },
    agreement: { atLeast: 0.9 },
    shift: { atMost: 0.1 },
  });
  const resultOf = (name: GateName, devices: DeviceEvidence[]) => {
    const result = evaluate(devices, asked).results.find(({ gate }) => gate === name);
    if (result === undefined) throw new Error(`no result of ${name}`);
    return result;
  };

  it.each<[GateName, string, DeviceEvidence[], Verdict, string]>([
    ['errors', 'few errors', says(6, served(400, 2)), 'pass', '0 of 6 devices leave more than 2 %'],
    [
      'errors',
      'errors everywhere',
      says(6, served(60, 12)),
      'fail',
      '6 of 6 devices leave more than 2 % of the questions without an answer (median of these 0.2)',
    ],
    ['errors', 'a crash at every question', says(5, served(4, 4)), 'fail', 'the share is surely above 10 %'],
    ['errors', 'two unlucky questions of sixty', says(6, served(60, 2)), 'inconclusive', 'it may be chance'],
    [
      'errors',
      'few questions',
      says(6, served(40, 0)),
      'inconclusive',
      'errors in service: 0 of at least 3 devices have answered 50 questions',
    ],
    [
      'errors',
      'errors of the old model',
      says(6, { ...served(60, 60), state: 'proving', runningSha256: OLD }),
      'inconclusive',
      '0 of at least 3 devices',
    ],
    [
      'latency',
      'as fast as before',
      says(5, { ...RUNS, latencyRatio: 1.1 }),
      'pass',
      '0 of 5 devices need more than 1.5 × the time',
    ],
    [
      'latency',
      'three times as slow',
      says(5, { ...RUNS, latencyRatio: 3 }),
      'fail',
      '5 of 5 devices need more than 1.5 × the time of the model before (median of these 3)',
    ],
    [
      'latency',
      'slow on one of five',
      [...says(4, { ...RUNS, latencyRatio: 1 }), device('x', { ...RUNS, latencyRatio: 9 })],
      'inconclusive',
      '1 of 5 devices need more than 1.5 × the time of the model before (dx)',
    ],
    [
      'latency',
      'slow on one of twenty',
      [...says(19, { ...RUNS, latencyRatio: 1 }), device('x', { ...RUNS, latencyRatio: 9 })],
      'pass',
      '1 of 20 devices',
    ],
    [
      'latency',
      'a ratio of the two models before',
      says(5, { state: 'shadowing', latencyRatio: 9 }),
      'inconclusive',
      'latency: 0 of at least 3 devices have timed',
    ],
    [
      'latency',
      'slow in the shadow run',
      says(5, {
        state: 'proving',
        latencyRatio: 9,
        shadow: { records: 50, agreement: 1, meanShift: 0, maxShift: 0, latencyRatio: 4 },
      }),
      'fail',
      'median of these 4',
    ],
    [
      'memory',
      'a first install',
      says(5, RUNS),
      'inconclusive',
      'memory: 0 of at least 3 devices have measured the memory of both models',
    ],
    [
      'memory',
      'four times as large',
      says(5, { ...RUNS, memoryRatio: 4 }),
      'fail',
      '5 of 5 devices need more than 2 × the memory',
    ],
    [
      'agreement',
      'much the same',
      says(5, shadow(0.98)),
      'pass',
      '0 of 5 devices agree with the model in force on less than 90 %',
    ],
    [
      'agreement',
      'another model altogether',
      says(5, shadow(0.5)),
      'fail',
      '5 of 5 devices agree with the model in force on less than 90 % of their records',
    ],
    ['agreement', 'one record short of the limit', says(5, shadow(0.88)), 'inconclusive', 'it may be chance'],
    [
      'agreement',
      'refused for it',
      says(5, { ...shadow(0.3), state: 'refused', reason: 'shadow_disagrees' }),
      'fail',
      '5 of 5',
    ],
    [
      'agreement',
      'only two have compared',
      [...says(2, shadow(0.98)), ...says(8, RUNS, 'y')],
      'inconclusive',
      'shadow agreement: 2 of at least 5 devices have compared both models',
    ],
    ['agreement', 'ten records each', says(5, shadow(0.95, 0, 10)), 'inconclusive', '0 of at least 3 devices'],
    [
      'shift',
      'hardly moved',
      says(5, shadow(1, -0.05)),
      'pass',
      '0 of 5 devices see the mean score move by more than 0.1',
    ],
    [
      'shift',
      'moved down',
      says(5, shadow(1, -0.4)),
      'fail',
      '5 of 5 devices see the mean score move by more than 0.1',
    ],
  ])('%s: %s', (name, _case, devices, verdict, sentence) => {
    const result = resultOf(name, devices);
    expect(result.sentence).toContain(sentence);
    expect(result.verdict).toBe(verdict);
  });

  it('does not stop again for what a person has acknowledged, and lets the stage go on', () => {
    const slow = says(5, { ...RUNS, latencyRatio: 3 });
    const acknowledged = slow.map((one) => ({ ...one, isAcknowledged: true }));
    expect([resultOf('latency', slow).verdict, resultOf('latency', acknowledged).verdict]).toEqual(['fail', 'pass']);
  });
});

describe('an evaluation', () => {
  const everything = gates.parse({
    errors: { atMost: 0.02 },
    latency: { atMost: 1.5 },
    memory: { atMost: 2 },
    agreement: { atLeast: 0.9 },
    shift: { atMost: 0.1 },
    drift: { atMost: 0 },
    quality: { worseBy: 0.01 },
    fairness: { worseBy: 0.02 },
  });

  it('answers every gate that is named, in the order of their names, and no other', () => {
    expect(evaluate([], everything).results.map(({ gate }) => gate)).toEqual([...GATE_NAMES]);
    expect(evaluate([]).results.map(({ gate }) => gate)).toEqual(['proven', 'failures']);
  });

  it('shares what confidence leaves open among the gates that draw a bound', () => {
    expect(alphaOf(DEFAULTS)).toBeCloseTo(0.01, 12);
    expect(alphaOf(gates.parse({ drift: { atMost: 0 }, latency: { atMost: 2 } }))).toBeCloseTo(0.005, 12);
    expect(alphaOf(everything)).toBeCloseTo(0.01 / 8, 12);
  });

  it('lets failure beat what is open, and names all that fail', () => {
    const evaluation = evaluate(says(5, { ...shadow(0.2, 0.5), state: 'refused', reason: 'given_up' }), everything);
    expect(evaluation).toMatchObject({ verdict: 'fail', gate: 'failures' });
    expect(evaluation.sentence).toMatch(
      /^5 of 5 devices that began failed \(given_up\).*; also failing: agreement, shift$/,
    );
  });

  const state = fc.constantFrom<Make>(proven, failed, dead, waiting, fetching, deferred, unproven);
  const measured = fc.record({
    make: state,
    agreement: fc.double({ min: 0, max: 1, noNaN: true }),
    latencyRatio: fc.double({ min: 0.1, max: 4, noNaN: true }),
    errors: fc.integer({ min: 0, max: 60 }),
    stage: fc.integer({ min: 0, max: 1 }),
  });
  const fleets = fc.array(measured, { maxLength: 30 }).map((ones) =>
    ones.map(({ make, agreement, latencyRatio, errors, stage }, i): DeviceEvidence => {
      const one = make(i);
      const numbers = { shadow: shadow(agreement).shadow, latencyRatio, served: { predictions: 60, errors } };
      return { ...one, stage, model: one.model && { ...one.model, ...numbers } };
    }),
  );

  it('does not depend on the order of devices and leaves its input alone', () => {
    fc.assert(
      fc.property(fleets, fc.integer(), (devices, seed) => {
        const before = structuredClone(devices);
        const first = evaluate(devices, everything, 1);
        const shuffled = devices
          .map((one, i) => ({ one, key: Math.imul(i + 1, seed | 1) }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(evaluate(shuffled, everything, 1)).toEqual(first);
        expect(evaluate(devices, everything, 1)).toEqual(first);
        expect(devices).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('never takes a failure back because one more device fails', () => {
    fc.assert(
      fc.property(fleets, fc.nat(), (devices, which) => {
        if (devices.length === 0) return;
        const next = devices.map((one, i) => (i === which % devices.length ? { ...failed(i), stage: one.stage } : one));
        const [before, after] = [devices, next].map((of) => evaluate(of));
        const worse = {
          fail: ['fail'],
          inconclusive: ['fail', 'inconclusive'],
          pass: ['fail', 'inconclusive', 'pass'],
        };
        expect(worse[before?.verdict ?? 'fail']).toContain(after?.verdict);
      }),
      { numRuns: 300 },
    );
  });

  it('is not changed by dead devices of an earlier stage, and is never made to fail by any', () => {
    fc.assert(
      fc.property(fleets, fc.integer({ min: 1, max: 40 }), (devices, count) => {
        const own = devices.map(second);
        if (own.length === 0) return;
        const before = evaluate(own, everything, 1);
        expect(evaluate([...own, ...many(count, dead, 'x')], everything, 1)).toEqual(before);
        const beside = many(count, dead, 'x').map(second);
        const after = evaluate([...own, ...beside], everything, 1);
        expect(after.verdict === 'fail').toBe(before.verdict === 'fail');
      }),
      { numRuns: 100 },
    );
  });
});
