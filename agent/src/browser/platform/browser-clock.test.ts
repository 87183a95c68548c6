import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBrowserClock } from './browser-clock.ts';

/** Timers of the browser are the platform's: they are driven here, and so is what its clocks say. */
describe('the clock of a tablet', () => {
  let time = { wall: 1_000_000, elapsed: 0 };
  const pass = (ms: number) => {
    time.wall += ms;
    time.elapsed += ms;
    vi.advanceTimersByTime(ms);
  };
  const clock = () => createBrowserClock({ now: () => time.wall, elapsedMs: () => time.elapsed });
  beforeEach(() => {
    time = { wall: 1_000_000, elapsed: 0 };
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs tasks when they are due, in their order, and not what was taken back', () => {
    const ran: string[] = [];
    const { after } = clock();
    after(200, () => ran.push('b'));
    after(100, () => ran.push('a'));
    after(150, () => ran.push('gone'))();
    pass(99);
    expect(ran).toEqual([]);
    pass(1);
    pass(100);
    expect(ran).toEqual(['a', 'b']);
  });

  it('runs what became due while the device slept as soon as it is woken', () => {
    const ran: string[] = [];
    const woken = clock();
    woken.after(3_600_000, () => ran.push('an hour later'));
    // The device sleeps: neither timers nor the time of the process move.
    time.wall += 7_200_000;
    woken.wake();
    expect(ran).toEqual(['an hour later']);
  });

  it('sees by itself within 30 s that the time has moved', () => {
    const ran: string[] = [];
    const slept = clock();
    slept.after(3_600_000, () => ran.push('an hour later'));
    time.wall += 7_200_000;
    pass(30_000);
    expect(ran).toEqual(['an hour later']);
  });

  it('holds no task up when somebody sets the clock back', () => {
    const ran: string[] = [];
    const set = clock();
    set.after(1000, () => ran.push('a second later'));
    time.wall -= 86_400_000;
    pass(1000);
    expect(ran).toEqual(['a second later']);
  });
});
