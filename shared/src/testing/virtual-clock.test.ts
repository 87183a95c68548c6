import { describe, expect, it } from 'vitest';
import { sleep } from '../ports/clock.ts';
import { createVirtualClock } from './virtual-clock.ts';

describe('a virtual clock', () => {
  it('stands still until it is moved', async () => {
    const clock = createVirtualClock(1000);
    expect(clock.now()).toBe(1000);
    await clock.advance(5);
    expect(clock.now()).toBe(1005);
  });

  it('runs what is due in order of time, then of insertion, each at its own time', async () => {
    const clock = createVirtualClock(0);
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(`${name}@${clock.now()}`);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.after(-5, note('at once'));
    clock.after(31, note('not yet'));
    await clock.advance(30);
    expect(ran).toEqual(['at once@0', 'first@10', 'second@10', 'late@20']);
    expect(clock.pending()).toBe(1);
  });

  it('runs what a task adds within the same span', async () => {
    const clock = createVirtualClock(0);
    const ran: number[] = [];
    const again = () => {
      ran.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);
    await clock.advance(35);
    expect(ran).toEqual([10, 20, 30]);
  });

  it('lets promises settle between two tasks', async () => {
    const clock = createVirtualClock(0);
    const ran: string[] = [];
    clock.after(10, () => void Promise.resolve().then(() => ran.push('settled')));
    clock.after(10, () => void ran.push('next'));
    await clock.advance(10);
    expect(ran).toEqual(['settled', 'next']);
  });

  it('forgets a task that was taken back', async () => {
    const clock = createVirtualClock(0);
    let ran = false;
    const takeBack = clock.after(10, () => (ran = true));
    takeBack();
    takeBack();
    await clock.advance(10);
    expect([ran, clock.pending()]).toEqual([false, 0]);
  });
});

describe('sleeping', () => {
  it('ends after its time and not before', async () => {
    const clock = createVirtualClock(0);
    let awake = false;
    const slept = sleep(clock, 10).then(() => (awake = true));
    await clock.advance(9);
    expect(awake).toBe(false);
    await clock.advance(1);
    await slept;
    expect(awake).toBe(true);
  });

  it('ends at once when it is called off, and leaves no task behind', async () => {
    const clock = createVirtualClock(0);
    const stop = new AbortController();
    const slept = sleep(clock, 10, stop.signal);
    stop.abort();
    await slept;
    await sleep(clock, 10, stop.signal);
    expect(clock.pending()).toBe(0);
  });
});
