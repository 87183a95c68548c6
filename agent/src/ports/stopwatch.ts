/** Time that only ever goes forward, finer than `Clock`: how long an answer took, also while a clock is set or driven. */
export interface Stopwatch {
  /** Milliseconds with fractions since some moment that means nothing. */
  elapsedMs(): number;
}
