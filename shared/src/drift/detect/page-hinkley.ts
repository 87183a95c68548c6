import type { Detector } from './detector.ts';

export interface PageHinkleyOptions {
  /** Growth of the error rate that is tolerated. */
  delta: number;
  /** Errors above the mean and `delta` that add up to an alarm, at an error rate of up to `USUAL_RATE`. */
  lambda: number;
  /** Predictions before which it says nothing. */
  minimum: number;
}

interface State extends PageHinkleyOptions {
  n: number;
  errors: number;
  sum: number;
}

/** At which `lambda` is meant as it stands. */
const USUAL_RATE = 0.1;

/**
 * Page–Hinkley: a cumulative sum of what lies above the running mean, cut off at zero.
 * Source: Page 1954, "Continuous inspection schemes", Biometrika 41; Hinkley 1971, Biometrika 58. Its parameters say how
 * much is too much, not how often it may be wrong. That hangs on δλ / σ² (Siegmund 1985, "Sequential analysis", ch. X), so
 * `lambda` grows with the variance p(1 − p) of the errors where they are commoner than usual.
 */
export const pageHinkley: Detector<State> = {
  name: 'page-hinkley',
  start: (options: Partial<PageHinkleyOptions> = {}) => {
    const { delta = 0.05, lambda = 12, minimum = 30 } = options;
    return { delta, lambda, minimum, n: 0, errors: 0, sum: 0 };
  },
  take(before, x) {
    if (x.n === 0) return { state: before };
    const [n, errors] = [before.n + x.n, before.errors + x.errors];
    const { delta, lambda, minimum } = before;
    const sum = Math.max(0, before.sum + x.errors - x.n * (errors / n + delta));
    const spread = ((errors / n) * (1 - errors / n)) / (USUAL_RATE * (1 - USUAL_RATE));
    const threshold = lambda * Math.max(1, spread);
    if (n < minimum || sum <= threshold) return { state: { ...before, n, errors, sum } };
    return { state: pageHinkley.start({ delta, lambda, minimum }), alarm: { statistic: sum, threshold } };
  },
};
