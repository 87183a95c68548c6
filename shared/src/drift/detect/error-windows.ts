import { FALSE_ALARM_BUDGET } from '../budget.ts';
import { testOfBins, thresholdsAt } from '../tests/test-of-bins.ts';
import type { Alarm, Detector, ErrorCount } from './detector.ts';

export interface ErrorWindowOptions {
  /** Predictions a window holds before it is judged. */
  window: number;
  /** Chance that a window in which nothing changed alarms. */
  budget: number;
  /** Cohen's w below which nothing alarms. */
  minimumEffect: number;
}

interface State extends ErrorWindowOptions {
  /** The first window: what the others are held against. */
  reference: ErrorCount | null;
  open: ErrorCount;
}

const NONE: ErrorCount = { n: 0, errors: 0 };

/** The error rate of each window against that of the first, by a test of two counts. */
function overWindows(
  name: 'psi' | 'chi2',
  judge: (before: number[], after: number[], by: State) => Judged,
): Detector<State> {
  const detector: Detector<State> = {
    name,
    start: (options: Partial<ErrorWindowOptions> = {}) => {
      const { window = 500, budget = FALSE_ALARM_BUDGET, minimumEffect = 0.1 } = options;
      return { window, budget, minimumEffect, reference: null, open: NONE };
    },
    take(before, x) {
      const open = { n: before.open.n + x.n, errors: before.open.errors + x.errors };
      if (open.n < before.window) return { state: { ...before, open } };
      const { reference } = before;
      if (reference === null) return { state: { ...before, reference: open, open: NONE } };
      const { isAlarm, ...alarm } = judge(cells(reference), cells(open), before);
      // Better than the first window is no alarm.
      const isWorse = open.errors / open.n > reference.errors / reference.n;
      if (isAlarm && isWorse) return { state: detector.start(before), alarm };
      return { state: { ...before, open: NONE } };
    },
  };
  return detector;
}

type Judged = Alarm & { isAlarm: boolean };

/** Alarms by χ²; the threshold is that of the statistic at this size. */
export const chi2OfErrors = overWindows('chi2', (before, after, { budget, minimumEffect }) => {
  const { p, effect, statistic, df } = testOfBins(before, after);
  const threshold = thresholdsAt(budget, df, 1, 1).chi2;
  return { statistic, threshold, isAlarm: p <= budget && effect >= minimumEffect };
});

/** Alarms by the population stability index, with the threshold that the sizes of both windows ask for. */
export const psiOfErrors = overWindows('psi', (before, after, { budget, minimumEffect }) => {
  const { psi, df, n } = testOfBins(before, after);
  const threshold = Math.max(thresholdsAt(budget, df, total(before), n).psi, minimumEffect ** 2);
  return { statistic: psi, threshold, isAlarm: df > 0 && psi > threshold };
});

function cells({ n, errors }: ErrorCount): number[] {
  return [errors, n - errors];
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
