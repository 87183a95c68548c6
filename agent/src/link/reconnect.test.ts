import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { reconnect } from './reconnect.ts';

describe('a device without a connection', () => {
  it('waits for its turn, and no longer when it is nudged', async () => {
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
    await clock.advance(1);
    expect(attempts).toHaveLength(1);
    nudges.dispatchEvent(new Event('nudge'));
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    await clock.advance(120_000);
    expect(attempts.length).toBeGreaterThan(2);
    stop.abort();
    await over;
  });
});
