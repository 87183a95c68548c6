import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { reconnect } from './reconnect.ts';

/** Every attempt fails; when each of them was. */
function offline() {
  const clock = createVirtualClock();
  const nudges = new EventTarget();
  const stop = new AbortController();
  const attempts: number[] = [];
  const over = reconnect(
    {
      clock,
      random: createSeededRandom(3),
      bounds: { firstDelayMs: 60_000, maxDelayMs: 300_000 },
      nudges,
      open: async () => {
        attempts.push(clock.now());
        throw new Error('no network');
      },
      onOpen: async () => undefined,
      onClosed: () => undefined,
      onFailed: () => undefined,
      leave: async () => undefined,
    },
    stop.signal,
  );
  const end = async () => {
    stop.abort();
    await over;
  };
  return { clock, attempts, nudge: () => nudges.dispatchEvent(new Event('nudge')), end };
}

describe('a device without a connection', () => {
  it('waits for its turn, and no longer when it is nudged', async () => {
    const { clock, attempts, nudge, end } = offline();
    await clock.advance(1);
    expect(attempts).toHaveLength(1);
    nudge();
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    await end();
  });

  it('tries again within seconds after a nudge, as networks say too early that they are back, and slowly after that', async () => {
    const { clock, attempts, nudge, end } = offline();
    await clock.advance(600_000);
    const before = attempts.length;
    nudge();
    await clock.advance(40_000);
    const soon = attempts.length - before;
    expect(soon).toBeGreaterThanOrEqual(6);
    await clock.advance(600_000);
    expect(attempts.length - before - soon).toBeLessThan(15);
    await end();
  });
});
