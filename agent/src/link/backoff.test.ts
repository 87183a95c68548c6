import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { LinkError } from '../ports/index.ts';
import { backoffDelay, DEFAULT_BACKOFF } from './backoff.ts';
import type { Session } from './connect.ts';
import { reconnect } from './reconnect.ts';

const nothing = async () => undefined;

describe('the delay before a reconnect', () => {
  it.each([
    [0, 0.5, 30_000],
    [1, 0.5, 60_000],
    [2, 0.5, 120_000],
    [3, 0.5, 150_000],
    [1000, 0.999, 299_700],
    [0, 0, 0],
  ])('after %i failures at %f of the span is %i ms', (attempt, uniform, delayMs) => {
    expect(backoffDelay(attempt, uniform, DEFAULT_BACKOFF)).toBe(delayMs);
  });
});

describe('a fleet whose server restarts', () => {
  it('comes back with about one attempt per device', async () => {
    const devices = 500;
    const downMs = 5000;
    const clock = createVirtualClock();
    const random = createSeededRandom(11);
    const stop = new AbortController();
    const restartedAt = clock.now();
    let attempts = 0;
    let open = 0;
    const drops: ((reason: string) => void)[] = [];
    const deps = {
      clock,
      random,
      bounds: DEFAULT_BACKOFF,
      async open(): Promise<Session> {
        attempts += 1;
        const isDown = attempts > devices && clock.now() < restartedAt + downMs;
        if (isDown) throw new LinkError('link_unreachable', 'down', { kind: 'unavailable' });
        const { promise: closed, resolve } = Promise.withResolvers<string>();
        drops.push(resolve);
        return { connection: { publish: nothing, subscribe: nothing, close: nothing }, nonce: 'n', closed };
      },
      async onOpen() {
        open += 1;
      },
      onClosed() {
        open -= 1;
      },
      onFailed: () => undefined,
      leave: async () => undefined,
    };
    const loops = Array.from({ length: devices }, () => reconnect(deps, stop.signal));
    await clock.advance(0);
    expect(open).toBe(devices);
    for (const drop of drops.splice(0)) drop('restart');
    await clock.advance(180_000);
    expect(open).toBe(devices);
    // 12,000 attempts for 10,000 devices is the budget.
    expect(attempts - devices).toBeLessThanOrEqual(devices * 1.2);
    stop.abort();
    await Promise.all(loops);
    expect(clock.pending()).toBe(0);
  });
});
