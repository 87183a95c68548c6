import { classesOf, type Answers, type AnswerView } from './answers.ts';

/** How far the answers of one encoding are from those of another on the same rows. */
export interface Figures {
  /** What was compared: rows with a class, or single values. */
  compared: number;
  of: 'rows' | 'values';
  /** Share of rows with the same class; of values, share of values within a hundredth of their spread. */
  agreement: number;
  /** Largest absolute difference of a float output. */
  maxDiff: number;
  /** Mean, 99th percentile and largest difference as a share of the spread: 1 for probabilities, else the deviation. */
  meanDiff: number;
  p99Diff: number;
  worstDiff: number;
  /** Mean over tenths of the rows, by reference score, of how far the mean score of the tenth moved; as a share of the spread. */
  calibrationShift: number;
  /** Outputs that are no floats: share that is the same. */
  exactAgreement: number;
  /** What a measure of quality says of both, where labels are known. `drop` is positive when the candidate is worse. */
  metric?: { name: string; reference: number; candidate: number; drop: number };
}

/** A measure of quality against known labels, one a row. Given by whoever knows the data. */
export interface Metric {
  name: string;
  /** @param scores of the positive class, or the value; @param classes as columns, empty for values */
  of: (scores: Float64Array, classes: Int32Array, labels: readonly string[]) => number;
  higherIsBetter: boolean;
}

/** A tie may break either way when additions change their order. */
const TIE = 1e-6;
const VALUE_TOLERANCE = 0.01;

/** @param labels one a row, where they are known */
export function compareAnswers(
  view: AnswerView,
  reference: Answers,
  candidate: Answers,
  known?: { metric: Metric; labels: readonly string[] },
): Figures {
  const spread = spreadOf(view, reference.scores);
  const differences = reference.scores.map((score, at) => differenceOf(score, candidate.scores[at]));
  const sorted = differences.toSorted();
  const count = Math.max(1, sorted.length);
  const metric = known && metricOf(view, reference, candidate, known);
  return {
    compared: Math.floor(reference.scores.length / reference.width) || reference.exact.length,
    of: view.kind === 'classes' ? 'rows' : 'values',
    agreement: agreementOf(view, reference, candidate, spread),
    maxDiff: sorted.at(-1) ?? 0,
    meanDiff: sorted.reduce((sum, one) => sum + one, 0) / count / spread,
    p99Diff: (sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0) / spread,
    worstDiff: (sorted.at(-1) ?? 0) / spread,
    calibrationShift: calibrationShift(view, reference, candidate) / spread,
    exactAgreement: exactAgreement(view, reference, candidate, spread),
    ...(metric && { metric }),
  };
}

/** NaN agrees with NaN and with nothing else; so do the infinities. */
function differenceOf(a: number, b: number | undefined): number {
  if (b === undefined) return Infinity;
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Infinity : difference;
}

function spreadOf(view: AnswerView, scores: Float64Array): number {
  if (view.kind === 'classes' && view.sums) return 1;
  const finite = scores.filter(Number.isFinite);
  const mean = finite.reduce((sum, one) => sum + one, 0) / Math.max(1, finite.length);
  const deviation = Math.sqrt(finite.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, finite.length));
  return deviation > 0 ? deviation : Math.max(1, Math.abs(mean));
}

function agreementOf(view: AnswerView, reference: Answers, candidate: Answers, spread: number): number {
  if (view.kind === 'values') {
    return shareOf(reference.scores.length, (at) => {
      return differenceOf(reference.scores[at]!, candidate.scores[at]) <= VALUE_TOLERANCE * spread;
    });
  }
  const [before, after] = [classesOf(view, reference), classesOf(view, candidate)];
  return shareOf(before.length, (row) => before[row] === after[row] || marginOf(view, reference, row) <= TIE * spread);
}

/** How clear the reference is about a row. */
function marginOf(
  { width, threshold, positive, sums }: AnswerView & { kind: 'classes' },
  of: Answers,
  row: number,
): number {
  if (width === 1) return Math.abs(of.scores[row]! - threshold);
  if (width === 2 && sums) return Math.abs(of.scores[row * 2 + positive]! - threshold);
  const [first = 0, second = 0] = of.scores.slice(row * width, (row + 1) * width).toSorted((a, b) => b - a);
  return first - second;
}

/** One exact output a row is the label of that row, and a tie may break either way there too. */
function exactAgreement(view: AnswerView, reference: Answers, candidate: Answers, spread: number): number {
  const isLabel = view.kind === 'classes' && reference.exact.length * view.width === reference.scores.length;
  return shareOf(
    reference.exact.length,
    (at) => reference.exact[at] === candidate.exact[at] || (isLabel && marginOf(view, reference, at) <= TIE * spread),
  );
}

function shareOf(count: number, holds: (at: number) => boolean): number {
  let held = 0;
  for (let at = 0; at < count; at++) if (holds(at)) held++;
  return count === 0 ? 1 : held / count;
}

const TENTHS = 10;

/** Label-free: two encodings that agree on the whole may still have moved the risky end up and the safe end down. */
function calibrationShift(view: AnswerView, reference: Answers, candidate: Answers): number {
  const [before, after] = [positiveScores(view, reference), positiveScores(view, candidate)];
  const order = [...before.keys()]
    .filter((row) => Number.isFinite(before[row]) && Number.isFinite(after[row]))
    .toSorted((a, b) => before[a]! - before[b]! || a - b);
  let shift = 0;
  for (let tenth = 0; tenth < TENTHS; tenth++) {
    const part = order.slice(
      Math.floor((tenth * order.length) / TENTHS),
      Math.floor(((tenth + 1) * order.length) / TENTHS),
    );
    shift += Math.abs(part.reduce((sum, row) => sum + after[row]! - before[row]!, 0));
  }
  return order.length === 0 ? 0 : shift / order.length;
}

function metricOf(
  view: AnswerView,
  reference: Answers,
  candidate: Answers,
  { metric, labels }: { metric: Metric; labels: readonly string[] },
): Figures['metric'] {
  const of = (answers: Answers) =>
    metric.of(
      positiveScores(view, answers),
      view.kind === 'classes' ? classesOf(view, answers) : new Int32Array(),
      labels,
    );
  const [before, after] = [of(reference), of(candidate)];
  // Labels of one class alone measure nothing, and must not refuse the model as it came.
  if (Number.isNaN(before)) return undefined;
  const drop = metric.higherIsBetter ? before - after : after - before;
  return { name: metric.name, reference: before, candidate: after, drop };
}

/** One score a row: of the positive class, or the value itself. */
function positiveScores(view: AnswerView, { scores, width }: Answers): Float64Array {
  if (view.kind === 'values' || width === 1) return scores;
  return Float64Array.from(
    { length: Math.floor(scores.length / width) },
    (_, row) => scores[row * width + view.positive]!,
  );
}
