const FIRST_MS = 10_000;
const FACTOR = 3;
const LONGEST_MS = 7 * 3_600_000;
/** 10 s, 30 s, 90 s … 6 h, 7 h, 7 h: the last attempt is about 23 hours after the first. */
export const MAX_ATTEMPTS = 11;
/** Receivers that failed together do not come back together. */
const JITTER = 0.1;

/**
 * How long to wait after so many failed attempts, ms; undefined when it was the last.
 * @param chance uniform in [0, 1)
 */
export function delayAfter(attempts: number, chance: number): number | undefined {
  if (attempts >= MAX_ATTEMPTS) return undefined;
  const delayMs = Math.min(FIRST_MS * FACTOR ** (attempts - 1), LONGEST_MS);
  return Math.round(delayMs * (1 - JITTER + 2 * JITTER * chance));
}
