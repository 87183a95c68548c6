import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BACKOFF } from '../../agent/src/link/backoff.ts';
import type { Session } from '../../agent/src/link/connect.ts';
import { reconnect } from '../../agent/src/link/reconnect.ts';
import { LinkError } from '../../agent/src/ports/index.ts';
import { GATE_LIMITS } from '../../fleet-server/src/platform/adapters/index.ts';

const DEVICES = 10_000;
const DOWN_MS = 10_000;
const WITHIN_MS = 180_000;
const nothing = async () => undefined;

describe('row 33: 10,000 devices whose server restarts', () => {
  it('are back within three minutes, by few attempts', async () => {
    const clock = createVirtualClock();
    /** One each: a signal looks through all who listen to it. */
    const stops = Array.from({ length: DEVICES }, () => new AbortController());
    const restartedAt = clock.now();
    const upAgainAt = restartedAt + DOWN_MS;
    const perSecond = new Map<number, number>();
    const drops: ((reason: string) => void)[] = [];
    let isRestarting = false;
    let attempts = 0;
    let open = 0;
    let lastBackMs = 0;
    const loops = stops.map(({ signal }, device) =>
      reconnect(
        {
          clock,
          random: createSeededRandom(1000 + device),
          bounds: DEFAULT_BACKOFF,
          async open(): Promise<Session> {
            if (isRestarting) {
              attempts += 1;
              const second = Math.floor((clock.now() - restartedAt) / 1000);
              perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
              if (clock.now() < upAgainAt) throw new LinkError('link_unreachable', 'down', { kind: 'unavailable' });
              lastBackMs = clock.now() - restartedAt;
            }
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
          leave: nothing,
        },
        signal,
      ),
    );
    await clock.advance(0);
    expect(open).toBe(DEVICES);
    isRestarting = true;
    for (const drop of drops.splice(0)) drop('restart');
    await clock.advance(WITHIN_MS);
    const peak = Math.max(...perSecond.values());
    const figures = `down ${DOWN_MS} ms: ${attempts} attempts, peak ${peak} a second, last back after ${lastBackMs} ms`;
    console.log(figures);
    expect(open).toBe(DEVICES);
    expect(attempts).toBeLessThanOrEqual(12_000);
    // The door lets so many in a second, once its burst is used up.
    expect(peak).toBeLessThanOrEqual(GATE_LIMITS.overall.perSecond);
    for (const stop of stops) stop.abort();
    await Promise.all(loops);
  });
});
