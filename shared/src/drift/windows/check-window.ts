import { binCount, SCORE_BINS } from '../bins.ts';
import type { Reference } from '../reference.ts';
import type { DriftWindow } from '../window.ts';
import { outcomesOf, type OutcomeCounts } from './outcome-counts.ts';

/** Why evidence is not counted; what hangs on other rows than the window itself is found where those are kept. */
export type RefusalCode =
  | 'window_version_unknown'
  | 'window_bins_differ'
  | 'window_counts_differ'
  | 'window_replayed'
  | 'window_period'
  | 'window_future'
  | 'window_past'
  | 'window_exceeds_predictions'
  | 'labels_exceed_predictions'
  | 'label_contradicted';

export interface Refusal {
  code: RefusalCode;
  /** What is wrong in it, and what was expected there. */
  field: string;
  expected: string;
}

/** A device may be a day ahead in the calendar, and its clock a little more. */
const AHEAD_MS = 26 * 3_600_000;

/**
 * Whether a window can be what it says, by itself: its bins are those of its reference, its counts add up, and its period
 * lies between the release of the model and now. A window holds no private feature, and one of outcomes alone none at all.
 * @param of undefined of a model without reference
 * @param at ms since 1970
 */
export function checkWindow(
  window: DriftWindow,
  of: Reference | undefined,
  at: { receivedAt: number; releasedAt: number },
): Refusal | undefined {
  return checkPeriod(window, at) ?? checkBins(window, of) ?? checkCounts(window, of) ?? checkOutcomes(window);
}

/**
 * Whether windows of one device and period, merged, can be what they say: an outcome is of a prediction that was counted,
 * and what is taken back was counted before. Holds once none of them is missing.
 */
export function checkMerged(window: DriftWindow): Refusal | undefined {
  const { score, matured, corrections } = window;
  const held = outcomesOf(window);
  for (const [bin, count] of score.entries()) {
    const known = (held.negative[bin] ?? 0) + (held.positive[bin] ?? 0);
    if (known > count) return refusal('labels_exceed_predictions', `matured[${bin}]`, `≤ ${count} predictions`);
    for (const label of ['negative', 'positive'] as const) {
      const [back, counted] = [corrections?.[label][bin] ?? 0, matured?.[label][bin] ?? 0];
      if (back > counted) {
        return refusal('labels_exceed_predictions', `corrections.${label}[${bin}]`, `≤ ${counted} outcomes`);
      }
    }
  }
  return undefined;
}

function checkPeriod(
  { from, to }: DriftWindow,
  { receivedAt, releasedAt }: { receivedAt: number; releasedAt: number },
) {
  const length = to - from;
  if (length <= 0 || from % length !== 0)
    return refusal('window_period', 'from', 'a multiple of the length of its period');
  if (from > receivedAt + AHEAD_MS) return refusal('window_future', 'from', `≤ ${receivedAt + AHEAD_MS}`);
  if (to <= releasedAt) return refusal('window_past', 'to', `> ${releasedAt}, when the model was released`);
  return undefined;
}

function checkBins({ features, shape, score, slices, matured, corrections }: DriftWindow, of: Reference | undefined) {
  const bins = new Map(of?.features.map((one) => [one.bins.name, one.bins]));
  for (const [name, counts] of Object.entries(features)) {
    const known = bins.get(name);
    if (known === undefined) return refusal('window_bins_differ', `features.${name}`, 'a feature of the reference');
    const expected = binCount(known);
    if (counts.length !== expected) return refusal('window_bins_differ', `features.${name}`, `${expected} bins`);
  }
  for (const name of Object.keys(shape)) {
    if (bins.get(name)?.type !== 'number' || features[name] === undefined) {
      return refusal('window_bins_differ', `shape.${name}`, 'a number feature that is counted');
    }
  }
  if (score.length > SCORE_BINS) return refusal('window_bins_differ', 'score', `${SCORE_BINS} bins`);
  const known = of?.slices?.length ?? 0;
  for (const [field, list] of [
    ['slices', slices],
    ['matured.slices', matured?.slices],
    ['corrections.slices', corrections?.slices],
  ] as const) {
    if ((list?.length ?? 0) > known) return refusal('window_bins_differ', field, `≤ ${known} slices`);
  }
  return undefined;
}

function checkCounts(window: DriftWindow, of: Reference | undefined): Refusal | undefined {
  const { count } = window;
  for (const [name, counts] of Object.entries(window.features)) {
    const wrong = must(`features.${name}`, sum(counts) === count, `${count} in all`);
    if (wrong) return wrong;
  }
  for (const [name, shape] of Object.entries(window.shape)) {
    const bins = of?.features.find((one) => one.bins.name === name)?.bins;
    const missing = bins?.type === 'number' ? (window.features[name]?.[bins.edges.length + 1] ?? 0) : 0;
    const present = count - missing;
    const wrong =
      must(`shape.${name}.octaves`, sum(shape.octaves.map(([, n]) => n)) === present, `${present} in all`) ??
      must(`shape.${name}.compared`, shape.compared <= present, `≤ ${present}`) ??
      must(`shape.${name}.repeats`, shape.repeats <= shape.compared, `≤ ${shape.compared}`) ??
      must(`shape.${name}.below`, shape.below + shape.above <= present, `≤ ${present} with those above`);
    if (wrong) return wrong;
  }
  const scored = sum(window.score);
  // Values whose reference has no edges are not counted by score.
  const isScored = scored === count || (scored === 0 && of?.scoreEdges === undefined);
  const timed = sum(window.latency.map(([, n]) => n));
  return (
    must('score', isScored, `${count} in all`) ??
    must('latency', timed === 0 || timed === count, `${count} in all, or none`) ??
    first(window.slices, (slice, i) => {
      const isWithin = slice.score.every((n, bin) => n <= (window.score[bin] ?? 0));
      return (
        must(`slices[${i}].score`, isWithin && sum(slice.score) <= count, 'at most what all have, bin by bin') ??
        must(`slices[${i}].selected`, slice.selected <= sum(slice.score), `≤ ${sum(slice.score)}`)
      );
    })
  );
}

function checkOutcomes({ matured, corrections }: DriftWindow): Refusal | undefined {
  return checkSlices('matured', matured) ?? checkSlices('corrections', corrections);
}

function checkSlices(field: string, of: OutcomeCounts | undefined): Refusal | undefined {
  if (of === undefined) return undefined;
  const [late, inTime] = [sum(of.positive), sum(of.negative)];
  return first(of.slices, ({ tp, fp, tn, fn }, i) =>
    tp + fn <= late && fp + tn <= inTime
      ? undefined
      : refusal('window_counts_differ', `${field}.slices[${i}]`, `≤ ${late} late and ${inTime} in time`),
  );
}

function first<T>(of: readonly T[], check: (one: T, i: number) => Refusal | undefined): Refusal | undefined {
  for (const [i, one] of of.entries()) {
    const found = check(one, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function must(field: string, isTrue: boolean, expected: string): Refusal | undefined {
  return isTrue ? undefined : refusal('window_counts_differ', field, expected);
}

function refusal(code: RefusalCode, field: string, expected: string): Refusal {
  return { code, field, expected };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, n) => all + n, 0);
}
