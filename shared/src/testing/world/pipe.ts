import type { Clock } from '../../ports/clock.ts';
import type { Chance } from './chance.ts';
import type { Weather } from './weather.ts';

/** One direction of one connection: in order, at the speed of the weather. */
export interface Pipe {
  send(sizeBytes: number, deliver: () => void): void;
  /** Everything sent from here on vanishes, and nobody is told: half-open. */
  deaden(): void;
  isDead(): boolean;
  /** The connection is over: what is under way does not arrive. */
  close(): void;
  /** What a partition held back goes on. */
  flush(): void;
}

export function createPipe(clock: Clock, weather: Weather, chance: Chance): Pipe {
  let freeAt = 0;
  let lastArrival = 0;
  let isDead = false;
  let isClosed = false;
  let held: (() => void)[] = [];

  const arrive = (deliver: () => void) => {
    if (isClosed || isDead) return;
    if (weather.isPartitioned) held.push(deliver);
    else deliver();
  };

  return {
    send(sizeBytes, deliver) {
      if (isClosed || isDead) return;
      const now = clock.now();
      const { bitsPerSecond, latencyMs, jitterMs } = weather;
      freeAt = Math.max(now, freeAt) + (bitsPerSecond === undefined ? 0 : (sizeBytes * 8000) / bitsPerSecond);
      lastArrival = Math.max(lastArrival, Math.round(freeAt + latencyMs + chance.next() * jitterMs));
      clock.after(lastArrival - now, () => arrive(deliver));
    },
    deaden() {
      isDead = true;
    },
    isDead: () => isDead,
    close() {
      isClosed = true;
      held = [];
    },
    flush() {
      const waiting = held;
      held = [];
      for (const deliver of waiting) clock.after(0, () => arrive(deliver));
    },
  };
}
