export interface AttemptLimits {
  /** Attempts at once before it slows down. */
  burst: number;
  /** After that one more in each interval; ms. */
  intervalMs: number;
  /** Names remembered; beyond it the one that would be free soonest is forgotten. */
  maxNames?: number;
}

export interface Attempts {
  /** Takes one attempt of this name; 0 when it may go on, else ms until the next one may. */
  take(name: string): number;
  /** Gives back an attempt that turned out to be honest. */
  giveBack(name: string): void;
  size(): number;
}

const MAX_NAMES = 10_000;

/**
 * Counts attempts by name with one number each (GCRA, ITU-T I.371: the time at which the next attempt is due if all came
 * evenly). Memory is bounded: a name that has been quiet costs nothing.
 */
export function createAttempts(now: () => number, limits: AttemptLimits): Attempts {
  const { burst, intervalMs, maxNames = MAX_NAMES } = limits;
  const due = new Map<string, number>();

  const makeRoom = () => {
    for (const [name, at] of due) if (at <= now()) due.delete(name);
    if (due.size < maxNames) return;
    let soonest: string | undefined;
    for (const [name, at] of due) if (at < (due.get(soonest ?? '') ?? Infinity)) soonest = name;
    if (soonest !== undefined) due.delete(soonest);
  };

  return {
    take(name) {
      const at = Math.max(due.get(name) ?? 0, now());
      const early = at + intervalMs - burst * intervalMs - now();
      if (early > 0) return early;
      if (!due.has(name) && due.size >= maxNames) makeRoom();
      due.set(name, at + intervalMs);
      return 0;
    },
    giveBack(name) {
      const at = (due.get(name) ?? 0) - intervalMs;
      if (at <= now()) due.delete(name);
      else due.set(name, at);
    },
    size: () => due.size,
  };
}
