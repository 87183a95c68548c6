import { createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

describe('work that many ask for', () => {
  it('is done four times a second at most, however often it is asked for', async () => {
    const clock = createVirtualClock();
    let done = 0;
    const work = coalesce(
      clock,
      250,
      async () => void (done += 1),
      () => undefined,
    );
    work.begin();
    for (let at = 0; at < 1000; at += 10) {
      work.soon();
      await clock.advance(10);
    }
    expect(done).toBeGreaterThanOrEqual(3);
    expect(done).toBeLessThanOrEqual(4);
  });

  it('goes on after it failed, and never once it was stopped', async () => {
    const clock = createVirtualClock();
    const problems: unknown[] = [];
    let done = 0;
    const work = coalesce(
      clock,
      250,
      async () => {
        done += 1;
        if (done === 1) throw new Error('no view');
      },
      (error) => problems.push(error),
    );
    work.begin();
    await work.now();
    await work.now();
    expect(problems).toHaveLength(1);
    expect(done).toBe(2);
    work.soon();
    await work.stop();
    await clock.advance(1000);
    await work.now();
    expect(done).toBe(2);
  });

  it('is not done before what it looks at is there', async () => {
    const clock = createVirtualClock();
    let done = 0;
    const work = coalesce(
      clock,
      250,
      async () => void (done += 1),
      () => undefined,
    );
    work.soon();
    await clock.advance(1000);
    await work.now();
    expect(done).toBe(0);
    work.begin();
    await work.now();
    expect(done).toBe(1);
  });
});
