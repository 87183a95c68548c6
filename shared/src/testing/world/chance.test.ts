import { describe, expect, it } from 'vitest';
import { createChance } from './chance.ts';
import { createTrace } from './trace.ts';

describe('seeded chance', () => {
  it('branches by name: a draw in one branch moves nothing in another', () => {
    const one = createChance(5);
    const other = createChance(5);
    one.branch('network').next();
    one.next();
    expect(one.branch('disk').next()).toBe(other.branch('disk').next());
    expect(one.branch('disk').next()).not.toBe(one.branch('network').next());
    expect(one.branch('disk').next()).not.toBe(createChance(6).branch('disk').next());
  });

  it('gives every integer between its bounds, and no other', () => {
    const chance = createChance(1);
    const seen = new Set(Array.from({ length: 400 }, () => chance.integer(-2, 2)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  it('never happens at 0 and always at 1', () => {
    const chance = createChance(1);
    const all = Array.from({ length: 200 }, () => [chance.happens(0), chance.happens(1)]);
    expect(all.every(([never, always]) => !never && always)).toBe(true);
  });
});

describe('a trace', () => {
  it('is equal for equal histories, and another for another order, time or word', () => {
    const a: [number, string] = [1000, 'boot'];
    const b: [number, string] = [2500, 'link open'];
    expect(traceOf(a, b)).toBe(traceOf(a, b));
    const others = [traceOf(b, a), traceOf(a), traceOf(a, [2501, 'link open']), traceOf(a, [2500, 'link opem'])];
    expect(new Set([traceOf(a, b), ...others]).size).toBe(5);
  });

  it('keeps the newest notes in order, in seconds since the beginning', () => {
    const trace = createTrace(1000);
    for (let i = 0; i < 1000; i += 1) trace.note(1000 + i * 1000, `note ${i}`);
    expect(trace.events()).toBe(1000);
    expect(trace.tail()[0]).toBe('600.000 note 600');
    expect(trace.tail().at(-1)).toBe('999.000 note 999');
  });
});

function traceOf(...notes: [number, string][]): string {
  const trace = createTrace(1000);
  for (const [at, what] of notes) trace.note(at, what);
  return trace.hash();
}
