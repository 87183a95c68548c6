import type { Plan } from '../site-log.ts';
import type { Knowledge, Timeline } from './timeline.ts';

/** Activities of a site at one moment. */
export interface Counts {
  /** With a known outcome, and of these the late ones. */
  finished: number;
  late: number;
  /** Begun by their plan and neither finished nor with an outcome; of these, those past the day they fall due. */
  open: number;
  overdue: number;
}

/** Work of one kind: activities whose plan has this text in this column. */
export interface Kind {
  column: string;
  value: string;
}

/** One activity counts in one field from one moment until before another. */
interface Span {
  field: keyof Counts;
  from: number;
  to: number;
  plan: Plan | undefined;
}

/** When each activity counts where, on its own. */
export type Spans = readonly Span[];

export function spansOf(timeline: Timeline): Spans {
  const spans: Span[] = [];
  const add = (field: keyof Counts, from: number, to: number, plan: Plan | undefined) => {
    if (from < to) spans.push({ field, from, to, plan });
  };
  for (const [i, known] of timeline.entries()) {
    const { from, plan, outcome } = known;
    const to = timeline[i + 1]?.from ?? Infinity;
    if (outcome !== undefined) add('finished', from, to, plan);
    if (outcome?.label === 1) add('late', from, to, plan);
    if (plan === undefined || isDone(known)) continue;
    add('open', Math.max(from, plan.startAt), to, plan);
    add('overdue', Math.max(from, plan.startAt, plan.dueAt), to, plan);
  }
  return spans;
}

/** Finished by its outcome, or by what was reported from site. */
export function isDone({ outcome, progress }: Knowledge): boolean {
  return outcome !== undefined || progress?.finishedAt !== undefined || (progress?.percentComplete ?? 0) >= 100;
}

/** Text of a column, undefined where there is none. */
export function kindOf(values: Plan['values'], column: string): string | undefined {
  const value = Object.hasOwn(values, column) ? values[column] : undefined;
  return value === null || value === undefined || value === '' ? undefined : String(value);
}

/** Counts over all activities at any moment: making it sorts, asking searches. */
export interface CountIndex {
  at(t: number, value?: string): Counts;
}

/** Of one field: when an activity begins to count in it, and when it ceases to, each in order. */
type Bounds = Record<'from' | 'to', Float64Array>;

/** @param column with it, counts are kept for each of its values */
export function indexCounts(all: Iterable<Spans>, column?: string): CountIndex {
  const found = new Map<string | undefined, Record<keyof Counts, Record<'from' | 'to', number[]>>>();
  for (const spans of all) {
    for (const { field, from, to, plan } of spans) {
      const value = column === undefined ? undefined : plan && kindOf(plan.values, column);
      if (column !== undefined && value === undefined) continue;
      let own = found.get(value);
      if (own === undefined) found.set(value, (own = ofEach(() => ({ from: [], to: [] }))));
      own[field].from.push(from);
      own[field].to.push(to);
    }
  }
  const bounds = new Map<string | undefined, Record<keyof Counts, Bounds>>();
  for (const [value, own] of found) {
    bounds.set(
      value,
      ofEach((field) => ({ from: sorted(own[field].from), to: sorted(own[field].to) })),
    );
  }
  return {
    at(t, value) {
      const own = bounds.get(value);
      return ofEach((field) => (own === undefined ? 0 : firstAfter(own[field].from, t) - firstAfter(own[field].to, t)));
    },
  };
}

/** As a typed array, which is sorted without calls: this is done again after every entry. */
function sorted(times: readonly number[]): Float64Array {
  return Float64Array.from(times).toSorted();
}

function ofEach<T>(make: (field: keyof Counts) => T): Record<keyof Counts, T> {
  return { finished: make('finished'), late: make('late'), open: make('open'), overdue: make('overdue') };
}

/** Place of the first time after `t` in ascending times. */
export function firstAfter(times: Float64Array, t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}
