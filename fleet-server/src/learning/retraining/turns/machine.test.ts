import { describe, expect, it } from 'vitest';
import { isOver, nextState, type TurnInput, type TurnState } from './machine.ts';

const INPUTS: TurnInput[] = [
  'kept',
  'refused',
  'named',
  'submitted',
  'approved',
  'started',
  'reached',
  'stopped',
  'failed',
];
const TABLE: Record<TurnState, Partial<Record<TurnInput, TurnState>>> = {
  examining: {
    kept: 'kept-champion',
    refused: 'gate-refused',
    named: 'completed',
    submitted: 'awaiting-approval',
    stopped: 'stopped',
    failed: 'failed',
  },
  'awaiting-approval': { approved: 'completed', started: 'rolling-out', stopped: 'stopped', failed: 'failed' },
  'rolling-out': { reached: 'completed', stopped: 'stopped', failed: 'failed' },
  'kept-champion': {},
  'gate-refused': {},
  completed: {},
  stopped: {},
  failed: {},
};

describe('a turn of the loop', () => {
  it.each(Object.entries(TABLE))('in %s moves as said, and every other input changes nothing', (state, moves) => {
    const next = INPUTS.map((input) => nextState(state as TurnState, input));
    expect(next).toEqual(INPUTS.map((input) => moves[input]));
    expect(isOver(state as TurnState)).toBe(Object.keys(moves).length === 0);
  });
});
