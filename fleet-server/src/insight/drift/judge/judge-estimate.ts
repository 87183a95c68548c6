import {
  budgetOf,
  capDevices,
  chiSquareTail,
  estimatePerformance,
  twoSidedZ,
  type DeviceCounts,
  type Finding,
  type PerformanceEstimate,
  type PerformanceName,
} from '@plumbline/shared/drift';
import { makeFinding } from '../findings/make-finding.ts';
import { spreadOf } from './spread-of.ts';
import { aboutOf, countsOf, FLEET, SCORE, type Period } from './period.ts';

export const MEASURES: readonly PerformanceName[] = ['accuracy', 'brier', 'auc'];
const WORDS: Record<PerformanceName, string> = { accuracy: 'accuracy', brier: 'Brier score', auc: 'AUC' };
/** Devices that are left out in turn. */
const LEFT_OUT = 5;

/**
 * How well the model does by its scores alone, before any outcome is known: true as long as a score means what it meant.
 * Nothing of a model that answers values, nor where the reference does not say what its scores meant.
 */
export function judgeEstimate(period: Period): Finding[] {
  const { calibration, scoreEdges, score } = period.reference;
  if (calibration === undefined || scoreEdges !== undefined) return [];
  const devices = period.devices.map((one) => countsOf(one, [{ name: SCORE, before: score }]));
  const alpha = budgetOf('estimated', 'fleet') / MEASURES.length;
  const estimateOf = (some: readonly DeviceCounts[]): PerformanceEstimate => {
    const { counts, weights } = capDevices(some);
    const capped = some.map((one, d) => ({
      site: one.site,
      counts: (one.counts[0] ?? []).map((count) => count * (weights[d] ?? 1)),
    }));
    const designEffect = spreadOf(capped)?.designEffect ?? 1;
    return estimatePerformance(counts[0] ?? [], calibration, { alpha, designEffect });
  };
  const estimate = estimateOf(devices);
  if (!estimate.estimated) return [];
  const loudest = devices.toSorted((a, b) => b.n - a.n).slice(0, LEFT_OUT);
  const without = loudest.map((out) => estimateOf(devices.filter((one) => one !== out)));
  const sites = new Set(devices.map(({ site }) => site)).size;
  return MEASURES.map((name) => {
    const { value, low, high, expected, alarm } = estimate.measures[name];
    const stands = without.every((one) => one.estimated && one.measures[name].alarm);
    const isAlarm = alarm && devices.length > 1 && stands;
    const z = (Math.abs(value - expected) * twoSidedZ(alpha)) / Math.max(1e-12, (high - low) / 2);
    const range = `${low.toFixed(3)} to ${high.toFixed(3)}`;
    return makeFinding({
      ...aboutOf(period),
      kind: 'estimated',
      scope: FLEET,
      subject: name,
      alarm: isAlarm,
      statistic: value,
      threshold: expected,
      p: chiSquareTail(z ** 2, 1),
      effect: Math.abs(value - expected),
      n: Math.round(estimate.n),
      devices: devices.length,
      sites,
      sure: `between ${range} if a score still means what it meant`,
      sentence: `${WORDS[name]} is estimated at ${value.toFixed(3)} (${range}) without outcomes, ${expected.toFixed(3)} on known ones`,
    });
  });
}
