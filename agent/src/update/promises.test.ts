import { runMachine } from '@plumbline/shared/machine';
import { updateState, type UpdateState } from '@plumbline/shared/update';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { updateMachine } from './machine.ts';
import { freeSlot, newLine, type Target, type UpdateInput, type UpdateModel } from './model.ts';
import { nextStep } from './plan.ts';
import { MAX_STRIKES, strikesOf } from './strikes.ts';

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

const failed = { type: 'failed', reason: 'bad_hash', detail: 'why' } as const;

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
    { type: 'spoiled', detail: '' },
    { type: 'tested', at: 1 },
    { type: 'shadowed', report: REPORT },
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

/** What a step answers when all goes well: without it, random inputs seldom get as far as a proof. */
const ANSWERS: Partial<Record<UpdateState, UpdateInput>> = {
  idle: { type: 'assigned', target: targetOf(NEW) },
  offered: { type: 'begin' },
  fetching: { type: 'fetched' },
  verifying: { type: 'verified' },
  staged: { type: 'staged' },
  'self-testing': { type: 'tested', at: 1 },
  shadowing: { type: 'shadowed', report: REPORT },
  activating: { type: 'activated', at: 1 },
  proving: { type: 'proved', proof: 'proven' },
  'rolling-back': { type: 'rolled-back' },
  deferred: { type: 'resumed' },
};

const MOVED_BY_ACTIVATION = new Set<UpdateInput['type']>(['activated', 'failed', 'started', 'damaged']);

const shaOf = (model: UpdateModel, slot: 'A' | 'B' | undefined) => slot && model.slots[slot]?.sha256;

/** What must be true from one state to the next, whatever the input; empty when it is. */
function breaches(before: UpdateModel, input: UpdateInput, after: UpdateModel, tested: ReadonlySet<string>): string[] {
  const is: Record<string, boolean> = {
    'the counter that ran fell': after.ranCounter < before.ranCounter,
    'an empty slot answers': after.active !== undefined && after.slots[after.active] === undefined,
    'bytes answer that never passed their test':
      after.active !== undefined && !tested.has(shaOf(after, after.active) ?? ''),
    'the slot that answers was written':
      input.type !== 'damaged' &&
      after.active === before.active &&
      shaOf(after, after.active) !== shaOf(before, before.active),
    'the answering slot changed without a reason':
      after.active !== before.active && !MOVED_BY_ACTIVATION.has(input.type),
    'a proof without a slot': after.state === 'proving' && after.active === undefined,
    'a commit without a slot':
      after.state === 'committed' && before.state !== 'committed' && after.active === undefined,
    'a refusal without a reason': after.state === 'refused' && after.reason === undefined,
    'bytes are tried a fourth time':
      after.state === 'fetching' &&
      before.state === 'offered' &&
      strikesOf(before, after.target?.sha256) >= MAX_STRIKES,
  };
  return Object.keys(is).filter((name) => is[name]);
}

describe('any order of inputs', () => {
  it('breaks none of the promises', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant('goes well' as const) },
      { weight: 1, arbitrary: anyInput },
    );
    const seen = new Set<UpdateState>();
    const holds = fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      let model = newLine('delay');
      const tested = new Set<string>();
      for (const taken of steps) {
        const input = taken === 'goes well' ? (ANSWERS[model.state] ?? { type: 'begin' }) : taken;
        const next = updateMachine(model)(input)?.state ?? model;
        if (input.type === 'tested' && model.state === 'self-testing')
          tested.add(model.slots[freeSlot(model)]?.sha256 ?? '');
        expect(breaches(model, input, next, tested)).toEqual([]);
        model = next;
        seen.add(model.state);
      }
    });
    expect(fc.check(holds, { seed: 5, numRuns: 600 })).toMatchObject({ failed: false });
    // It would hold of a machine that never moves, too.
    expect([...seen].toSorted()).toEqual(updateState.options.toSorted());
  });

  it('never lets the active slot be an empty one, never lowers the counter that ran', () => {
    const holds = fc.property(fc.array(anyInput, { maxLength: 60, size: 'max' }), (inputs) => {
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
      fc.array(anyInput, { maxLength: 40, size: 'max' }),
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
