export interface BackoffBounds {
  /** Spread of the first attempt after a drop: a restarted server is not met by the whole fleet at once. */
  firstDelayMs: number;
  maxDelayMs: number;
}

export const DEFAULT_BACKOFF: BackoffBounds = { firstDelayMs: 60_000, maxDelayMs: 300_000 };

/**
 * Delay before a reconnect: uniform over a span that doubles with each failure (full jitter).
 * @param attempt 0 right after a drop or a failed first connect, then one more per failure
 * @param uniform a random number in [0, 1)
 */
export function backoffDelay(attempt: number, uniform: number, bounds: BackoffBounds = DEFAULT_BACKOFF): number {
  return Math.round(uniform * Math.min(bounds.maxDelayMs, bounds.firstDelayMs * 2 ** attempt));
}
