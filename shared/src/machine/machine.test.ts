import { describe, expect, it } from 'vitest';
import { runMachine, type Machine } from './index.ts';

type Door = 'open' | 'shut';
const door: Machine<Door, string, string> = (state) => (input) => {
  if (state === 'shut' && input === 'push') return { state: 'open', effect: 'creak' };
  if (state === 'open' && input === 'pull') return { state: 'shut' };
  return undefined;
};

describe('running a machine', () => {
  it('collects effects in order, and the inputs that changed nothing', () => {
    expect(runMachine(door, 'shut', ['pull', 'push', 'push', 'pull', 'push'])).toEqual({
      state: 'open',
      effects: ['creak', 'creak'],
      ignored: ['pull', 'push'],
    });
  });

  it('of no inputs stays where it is', () => {
    expect(runMachine(door, 'shut', [])).toEqual({ state: 'shut', effects: [], ignored: [] });
  });
});
