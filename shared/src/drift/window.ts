import { z } from 'zod';
import { binCount, binOf, SCORE_BINS, scoreBinOn, type FeatureBins, type ScoreScale } from './bins.ts';
import { MAX_SLICES, type Reference } from './reference.ts';
import { countShape, emptyShape, numberShape } from './windows/number-shape.ts';
import { countOctave, octaveCounts } from './windows/octaves.ts';
import { countOutcome, emptyOutcomes, outcomeCounts } from './windows/outcome-counts.ts';

const binCounts = z.array(z.number().int().nonnegative()).max(4098);
const count = z.number().int().nonnegative();

const sliceCounts = z.strictObject({
  /** Predictions by score, as `score` counts them. */
  score: z.array(count).max(SCORE_BINS),
  /** Of those, said to be late. */
  selected: count,
});

/**
 * Counts of one model on one device over one period, a UTC day unless its settings say otherwise, of the *predictions*. What
 * is learned later of a period that was sent comes as a further window of it. Merging is addition, in any order.
 */
export const driftWindow = z.strictObject({
  /** Made once when the window opened, so that a replay is known for one; of a merged window, any of its parts. */
  id: z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 lower-case hex digits'),
  model: z.string(),
  /** Hash of the archive whose reference fixed the bins. */
  sha256: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  count,
  /** By bin of the reference, missing and unseen last. A window of outcomes alone has none. */
  features: z.record(z.string(), binCounts),
  /** Of number features. */
  shape: z.record(z.string(), numberShape),
  score: binCounts,
  /** Microseconds a record by octave; empty where nobody timed it. */
  latency: octaveCounts,
  /** In the order of the slices of the reference. */
  slices: z.array(sliceCounts).max(MAX_SLICES),
  /** Outcomes of predictions of this period that are counted in `count`, in this window or an earlier one of it. */
  matured: outcomeCounts.optional(),
  /** Outcomes that were counted so once and do not hold any more; those that hold instead stand in `matured`. */
  corrections: outcomeCounts.optional(),
  errors: count,
});

export type DriftWindow = z.infer<typeof driftWindow>;

/** @param id 16 hex digits; without it, what is counted names the window: enough where no period has two */
export function emptyWindow(
  model: string,
  sha256: string,
  bins: FeatureBins[],
  from: number,
  to: number,
  { id = idOf(`${sha256} ${from} ${to}`), slices = 0 }: { id?: string; slices?: number } = {},
): DriftWindow {
  const numbers = bins.filter(({ type }) => type === 'number');
  return {
    id,
    model,
    sha256,
    from,
    to,
    count: 0,
    features: Object.fromEntries(bins.map((one) => [one.name, zeros(binCount(one))])),
    shape: Object.fromEntries(numbers.map(({ name }) => [name, emptyShape()])),
    score: zeros(SCORE_BINS),
    latency: [],
    slices: Array.from({ length: slices }, () => ({ score: zeros(SCORE_BINS), selected: 0 })),
    errors: 0,
  };
}

/** What is known of a prediction besides its values and its score. */
export interface ObservedMore {
  /** By number feature: the value before this one. */
  before?: Readonly<Record<string, number>>;
  support?: Reference['support'];
  /** Microseconds that this record took. */
  tookMicros?: number;
  /** Numbers of the slices it lies in, see `slicesWith`. */
  slices?: readonly number[];
  /** Said to be late. */
  selected?: boolean;
}

/** Adds one prediction to a window in place; windows are counters, made to be cheap. */
export function observe(
  window: DriftWindow,
  bins: FeatureBins[],
  values: Record<string, number | string | null | undefined>,
  score: number,
  scale: ScoreScale = 'chance',
  { before = {}, support = {}, tookMicros, slices = [], selected = false }: ObservedMore = {},
): void {
  window.count += 1;
  for (const one of bins) {
    const value = values[one.name];
    increase(window.features[one.name], binOf(one, value));
    if (one.type !== 'number' || typeof value !== 'number' || Number.isNaN(value)) continue;
    const shape = window.shape[one.name];
    if (shape !== undefined) countShape(shape, value, before[one.name], support[one.name]);
  }
  const bin = scoreBinOn(scale, score);
  increase(window.score, bin);
  if (tookMicros !== undefined) countOctave(window.latency, tookMicros);
  for (const at of slices) {
    const slice = window.slices[at];
    if (slice === undefined) continue;
    increase(slice.score, bin);
    if (selected) slice.selected += 1;
  }
}

/** Numbers of the slices of a reference that a record lies in. */
export function slicesWith(
  of: Pick<Reference, 'slices'> | undefined,
  values: Readonly<Record<string, number | string | null | undefined>>,
): number[] {
  return (of?.slices ?? []).flatMap(({ feature, level }, i) => {
    const value = values[feature];
    return value !== null && value !== undefined && String(value) === level ? [i] : [];
  });
}

/** Adds an outcome to the window of the day its *prediction* was made. Of chances alone: a value says no late or not. */
export function observeOutcome(
  window: DriftWindow,
  score: number,
  label: 0 | 1,
  { slices = [], selected = false }: Pick<ObservedMore, 'slices' | 'selected'> = {},
): void {
  countOutcome((window.matured ??= emptyOutcomes()), { score, slices, selected }, label);
}

/** Takes back an outcome that was counted before, here or in an earlier window of the same period. */
export function observeCorrection(
  window: DriftWindow,
  score: number,
  label: 0 | 1,
  { slices = [], selected = false }: Pick<ObservedMore, 'slices' | 'selected'> = {},
): void {
  countOutcome((window.corrections ??= emptyOutcomes()), { score, slices, selected }, label);
}

function increase(counts: number[] | undefined, bin: number | undefined): void {
  if (counts !== undefined && bin !== undefined) counts[bin] = (counts[bin] ?? 0) + 1;
}

function zeros(length: number): number[] {
  return Array<number>(length).fill(0);
}

/** FNV-1a, 64 bit: a name, and no protection of anything. */
function idOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
