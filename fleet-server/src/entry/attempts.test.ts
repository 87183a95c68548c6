import { createVirtualClock } from '@plumbline/shared/testing';
import { assert, constantFrom, integer, array, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAttempts } from './attempts.ts';

describe('counted attempts', () => {
  const limits = { burst: 3, intervalMs: 1000 };

  it('are free up to the burst, then one an interval, for each name on its own', async () => {
    const clock = createVirtualClock();
    const attempts = createAttempts(clock.now, limits);
    expect([1, 2, 3].map(() => attempts.take('a'))).toEqual([0, 0, 0]);
    expect(attempts.take('a')).toBe(1000);
    expect(attempts.take('b')).toBe(0);
    await clock.advance(999);
    expect(attempts.take('a')).toBe(1);
    await clock.advance(1);
    expect([attempts.take('a'), attempts.take('a')]).toEqual([0, 1000]);
  });

  it('that were honest are given back', () => {
    const attempts = createAttempts(() => 0, limits);
    for (let i = 0; i < 50; i += 1) {
      expect(attempts.take('a')).toBe(0);
      attempts.giveBack('a');
    }
    expect(attempts.size()).toBe(0);
  });

  it('never let more through than burst and time allow', () => {
    const steps = array(tuple(integer({ min: 0, max: 3000 }), constantFrom('a', 'b')), { maxLength: 60 });
    assert(
      property(steps, (all) => {
        let now = 0;
        const attempts = createAttempts(() => now, limits);
        const passed = { a: 0, b: 0 };
        for (const [ms, name] of all) {
          now += ms;
          if (attempts.take(name) === 0) passed[name] += 1;
        }
        const most = limits.burst + now / limits.intervalMs;
        expect(Math.max(passed.a, passed.b)).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('by a million names cost the memory of a few', async () => {
    const clock = createVirtualClock();
    const attempts = createAttempts(clock.now, { ...limits, maxNames: 100 });
    for (let i = 0; i < 5000; i += 1) attempts.take(`name-${i}`);
    expect(attempts.size()).toBe(100);
    await clock.advance(10_000);
    attempts.take('one more');
    expect(attempts.size()).toBe(1);
  });
});
