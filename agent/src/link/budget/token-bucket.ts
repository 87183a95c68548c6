export interface TokenBucket {
  /** How long to wait until so many bytes may travel, ms; more than a full bucket waits for a full one. */
  delayMs(sizeBytes: number, now: number): number;
  /** Bytes that travelled, also ones nobody could hold back: they are paid for later. */
  take(sizeBytes: number, now: number): void;
}

const BURST_MS = 2000;
const BITS = 8;

/**
 * Bytes per second over time. Only differences of the clock count, and a jump is worth no more than a full bucket.
 * @param kbps 1,000 bits a second; undefined: no cap
 */
export function createTokenBucket(kbps: () => number | undefined): TokenBucket {
  let filledBytes: number | undefined;
  let lastAt = 0;

  const refill = (rate: number, now: number): number => {
    const capacity = rate * BURST_MS;
    const passedMs = Math.max(0, now - lastAt);
    filledBytes = Math.min(capacity, (filledBytes ?? capacity) + passedMs * rate);
    lastAt = now;
    return filledBytes;
  };

  return {
    delayMs(sizeBytes, now) {
      const rate = rateOf(kbps());
      if (rate === undefined) return 0;
      const missing = Math.min(sizeBytes, rate * BURST_MS) - refill(rate, now);
      return missing <= 0 ? 0 : Math.ceil(missing / rate);
    },
    take(sizeBytes, now) {
      const rate = rateOf(kbps());
      if (rate === undefined) filledBytes = undefined;
      else filledBytes = refill(rate, now) - sizeBytes;
    },
  };
}

/** Bytes per millisecond. */
function rateOf(kbps: number | undefined): number | undefined {
  return kbps === undefined ? undefined : kbps / BITS;
}
