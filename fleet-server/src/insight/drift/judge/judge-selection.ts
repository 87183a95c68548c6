import { budgetOf, fairnessGaps, type Finding, type Reference } from '@plumbline/shared/drift';
import { mergeAll, type DeviceSum } from '../merge/device-days.ts';
import { makeFinding } from '../findings/make-finding.ts';
import { aboutOf, FLEET, sum, type Period } from './period.ts';

/** A gap that grew by less is not worth a word. */
export const GAP_THAT_MATTERS = 0.2;
/** Devices that are left out in turn. */
const LEFT_OUT = 5;

interface SliceGap {
  slice: string;
  value: number;
  low: number;
  high: number;
  usual: number;
  n: number;
  alarm: boolean;
}

/**
 * Whether a slice is said to be late more or less often than the others of its feature, beyond what the reference has: no
 * outcome is needed. Half of what fairness may spend; the other half belongs to outcomes.
 */
export function judgeSelection(period: Period): Finding[] {
  const { devices, reference } = period;
  const usual = usualGaps(reference);
  if (usual === undefined || devices.length < 2) return [];
  const gaps = gapsOf(reference, devices, usual);
  const loudest = devices.toSorted((a, b) => b.window.count - a.window.count).slice(0, LEFT_OUT);
  const isAlone = ({ slice }: SliceGap) =>
    loudest.some((out) => {
      const rest = gapsOf(
        reference,
        devices.filter((one) => one !== out),
        usual,
      );
      return rest.find((one) => one.slice === slice)?.alarm !== true;
    });
  return gaps
    .filter((gap) => gap.alarm && !isAlone(gap))
    .map(({ slice, value, low, high, usual: before, n }) =>
      makeFinding({
        ...aboutOf(period),
        kind: 'fairness',
        scope: FLEET,
        subject: `${slice}/selection`,
        alarm: true,
        statistic: value,
        threshold: GAP_THAT_MATTERS,
        p: budgetOf('fairness', 'fleet') / 2,
        effect: Math.abs(value - before),
        n,
        devices: devices.length,
        sites: new Set(devices.map(({ site }) => site)).size,
        sure: `a gap between ${low.toFixed(2)} and ${high.toFixed(2)}, at every look`,
        sentence: `${slice} is said to be late ${points(value)} than others of its kind; ${points(before)} in training`,
      }),
    );
}

function gapsOf(reference: Reference, devices: readonly DeviceSum[], usual: ReadonlyMap<string, number>): SliceGap[] {
  const window = mergeAll(devices.map((one) => one.window));
  const slices = (reference.slices ?? []).map(({ name, feature }, i) => {
    const n = sum(window.slices[i]?.score ?? []);
    const tp = window.slices[i]?.selected ?? 0;
    return { name, feature, tp, fp: 0, tn: Math.max(0, n - tp), fn: 0 };
  });
  return fairnessGaps(slices, { alpha: budgetOf('fairness', 'fleet') / 2, limit: GAP_THAT_MATTERS })
    .filter(({ gap }) => gap === 'selection')
    .map(({ slice, value, low, high, n }) => {
      const before = usual.get(slice) ?? 0;
      const alarm = low - before > GAP_THAT_MATTERS || high - before < -GAP_THAT_MATTERS;
      return { slice, value, low, high, usual: before, n, alarm };
    });
}

/** The same gaps in the reference; undefined where it does not say from which score a prediction says late. */
function usualGaps({ slices = [], calibration }: Reference): Map<string, number> | undefined {
  if (calibration === undefined || slices.length === 0) return undefined;
  const rates = slices.map(({ name, feature, score }) => {
    const first = Math.floor(calibration.threshold * score.length);
    return { name, feature, n: sum(score), selected: sum(score.slice(first)) };
  });
  return new Map(
    rates.map((one) => {
      const others = rates.filter((other) => other !== one && other.feature === one.feature);
      const n = sum(others.map((other) => other.n));
      const rest = n === 0 ? 0 : sum(others.map(({ selected }) => selected)) / n;
      return [one.name, n === 0 || one.n === 0 ? 0 : one.selected / one.n - rest];
    }),
  );
}

function points(gap: number): string {
  return `${Math.abs(100 * gap).toFixed(0)} points ${gap < 0 ? 'less' : 'more'} often`;
}
