import {
  budgetOf,
  changePoint,
  DETECTORS,
  LOSS_THAT_MATTERS,
  rateBounds,
  type DetectorName,
  type Finding,
} from '@plumbline/shared/drift';
import { makeFinding } from '../findings/make-finding.ts';
import { FLEET, sum } from '../judge/period.ts';
import { isWrong } from './count-outcomes.ts';
import { dayOf, type Cohort } from './due-cohort.ts';
import type { Calibrated } from './judge-cohort.ts';

/** The first decides; the others are told beside it, for they promise nothing of a stream. */
export const WATCHING = ['e-detector', 'hddm-a', 'adwin'] as const satisfies readonly DetectorName[];
export type ErrorStates = Partial<Record<(typeof WATCHING)[number], object>>;

/** Chance that the base rate is taken for too low. */
const TOO_LOW = 0.01;

/**
 * Daily errors of a version, one day after the other by due date, against the rate it had on rows it had not seen and the
 * loss that is still right. @returns the states to go on with; a finding on an alarm of the detector that decides
 */
export function watchErrors(
  of: { line: string; version: string },
  { calibration }: Calibrated,
  cohort: Cohort,
  before: ErrorStates,
): { states: ErrorStates; findings: Finding[] } {
  const { threshold } = calibration;
  const days = [...Map.groupBy(cohort.matured, ({ dueAt }) => dayOf(dueAt))]
    .toSorted(([a], [b]) => a - b)
    .map(([at, own]) => ({ at, n: own.length, errors: own.filter((one) => isWrong(one, threshold)).length }));
  const runLength = Math.round(1 / budgetOf('sequence', 'fleet'));
  const baseRate = baseRateOf(calibration);
  const states: ErrorStates = {};
  const alarms = WATCHING.flatMap((name) => {
    const detector = DETECTORS[name];
    let state = before[name] ?? detector.start(name === 'e-detector' ? { runLength, baseRate } : {});
    const found = days.flatMap(({ at, n, errors }) => {
      const { state: next, alarm } = detector.take(state, { n, errors });
      state = next;
      return alarm === undefined ? [] : [{ name, at, ...alarm }];
    });
    states[name] = state;
    return found;
  });
  const [first] = alarms.filter(({ name }) => name === WATCHING[0]);
  if (first === undefined) return { states, findings: [] };
  const since = changePoint(days.map(({ at, n, errors }) => ({ at, counts: [errors, n - errors] })));
  const [n, errors] = [sum(days.map((day) => day.n)), sum(days.map((day) => day.errors))];
  const others = [...new Set(alarms.flatMap(({ name }) => (name === first.name ? [] : [name])))];
  const also = others.length === 0 ? '' : `; ${others.join(' and ')} say so too`;
  const day = new Date(first.at).toISOString().slice(0, 10);
  const finding = makeFinding({
    ...of,
    kind: 'sequence',
    scope: FLEET,
    from: cohort.from,
    to: cohort.to,
    ...(since && { since: { at: since.at, low: since.low, high: since.high } }),
    alarm: true,
    statistic: first.statistic,
    threshold: first.threshold,
    p: 1 / runLength,
    effect: errors / n - baseRate,
    n,
    devices: new Set(cohort.matured.map(({ device }) => device)).size,
    sites: new Set(cohort.matured.map(({ site }) => site)).size,
    sure: `a false alarm comes once in ${runLength} days at the earliest, on average`,
    sentence: `errors have grown up to ${day}: ${errors} of ${n}, at most ${(100 * baseRate).toFixed(1)} % are right${also}`,
  });
  return { states, findings: [finding] };
}

/** Upper bound of the error rate on known rows, and the loss of accuracy that does not matter. */
function baseRateOf({ negative, positive, threshold }: Calibrated['calibration']): number {
  const first = Math.round(threshold * negative.length);
  const errors = sum(negative.slice(first)) + sum(positive.slice(0, first));
  const upper = rateBounds(errors, sum(negative) + sum(positive), TOO_LOW).high;
  return Math.min(0.99, upper + LOSS_THAT_MATTERS.accuracy);
}
