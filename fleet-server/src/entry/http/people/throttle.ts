export interface ThrottleLimits {
  /** Wrong attempts in a row that cost nothing. */
  free: number;
  /** After the first one beyond; it doubles with each. */
  firstMs: number;
  mostMs: number;
  /** Names remembered; beyond it the one that was there first is forgotten. */
  maxNames?: number;
}

export interface Throttle {
  /** Counts an attempt of this name as a wrong one. 0 when it may be made, else ms until the next one may. */
  take(name: string): number;
  /** This one was not wrong. */
  giveBack(name: string): void;
  /** Everything that was counted is forgotten. */
  forgive(name: string): void;
}

const MAX_NAMES = 10_000;
const QUIET_MS = 24 * 3_600_000;

/**
 * Wrong attempts at one name wait longer and longer. Counted when they begin, so that a thousand at once are not a
 * thousand free ones. In memory: a restart of the server forgets it.
 */
export function createThrottle(now: () => number, limits: ThrottleLimits): Throttle {
  const { free, firstMs, mostMs, maxNames = MAX_NAMES } = limits;
  const known = new Map<string, { wrong: number; at: number }>();
  return {
    take(name) {
      const { wrong, at } = known.get(name) ?? { wrong: 0, at: 0 };
      const pauseMs = wrong < free ? 0 : Math.min(mostMs, firstMs * 2 ** (wrong - free));
      const waitMs = at + pauseMs - now();
      if (pauseMs > 0 && waitMs > 0) return waitMs;
      known.delete(name);
      if (known.size >= maxNames) known.delete(known.keys().next().value ?? '');
      known.set(name, { wrong: now() - at > QUIET_MS ? 1 : wrong + 1, at: now() });
      return 0;
    },
    giveBack(name) {
      const entry = known.get(name);
      if (entry !== undefined && entry.wrong > 1) entry.wrong -= 1;
      else known.delete(name);
    },
    forgive(name) {
      known.delete(name);
    },
  };
}
