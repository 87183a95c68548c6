/** Wrong tokens by address: who guesses is not listened to for a while. */
export interface FailedAttempts {
  /** Milliseconds until this address is listened to again; 0: now. */
  blockedMs(address: string): number;
  add(address: string): void;
}

export interface AttemptLimits {
  attempts: number;
  withinMs: number;
  /** The oldest is forgotten beyond. */
  addresses: number;
}

const LIMITS: AttemptLimits = { attempts: 10, withinMs: 60_000, addresses: 1024 };

/** @param now monotonic milliseconds */
export function createFailedAttempts(now: () => number, limits: AttemptLimits = LIMITS): FailedAttempts {
  const failures = new Map<string, { count: number; since: number }>();
  const current = (address: string) => {
    const known = failures.get(address);
    return known !== undefined && now() - known.since < limits.withinMs ? known : undefined;
  };
  return {
    blockedMs(address) {
      const known = current(address);
      return known !== undefined && known.count >= limits.attempts ? known.since + limits.withinMs - now() : 0;
    },
    add(address) {
      const known = current(address) ?? { count: 0, since: now() };
      known.count += 1;
      failures.delete(address);
      failures.set(address, known);
      const [oldest] = failures.keys();
      if (failures.size > limits.addresses && oldest !== undefined) failures.delete(oldest);
    },
  };
}
