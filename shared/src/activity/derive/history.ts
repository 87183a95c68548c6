import type { SiteLogEntry } from '../site-log.ts';
import {
  firstAfter,
  indexCounts,
  kindOf,
  spansOf,
  type CountIndex,
  type Counts,
  type Kind,
  type Spans,
} from './counts.ts';
import { knowledgeAt, timelineOf, type Knowledge, type Timeline } from './timeline.ts';

/**
 * The log of one site, ready to be asked what it knew at any moment. It cannot be read whole: whoever derives a feature
 * gets it by `asOf`.
 */
export interface SiteHistory {
  /** Puts these entries in place of all that was held of their activity. */
  put(activity: string, entries: Iterable<SiteLogEntry>): void;
  /** For `asOf`. */
  readonly index: HistoryIndex;
}

interface HistoryIndex {
  timeline(activity: string): Timeline | undefined;
  spans(activity: string): Spans;
  counts(column?: string): CountIndex;
  learned(): Learned;
  /** When the first entry became known, ms; Infinity before there is one. */
  begunAt(): number;
}

/** Outcomes in the order in which they became known, corrections included. */
interface Learned {
  times: Float64Array;
  outcomes: { activity: string; label: 0 | 1 }[];
}

/** What a site knew at one moment: nothing that was written or seen later can be reached from here. */
export interface HistoryAsOf {
  /** ms since epoch. */
  readonly at: number;
  /** Whether the site knew anything yet: of an empty log nobody can say that nothing is open. */
  readonly hasBegun: boolean;
  of(activity: string): Knowledge | undefined;
  /** Over the site, or its work of one kind, without the activity that is asked about. */
  counts(except: string | undefined, kind?: Kind): Counts;
  /** Labels of the activities whose outcome became known last, newest first, without the one that is asked about. */
  lastOutcomes(count: number, except: string | undefined): (0 | 1)[];
}

export function createHistory(entries: Iterable<SiteLogEntry> = []): SiteHistory {
  const timelines = new Map<string, Timeline>();
  const spans = new Map<string, Spans>();
  const indexes = new Map<string | undefined, CountIndex>();
  let learned: Learned | undefined;
  let begunAt: number | undefined;
  const put = (activity: string, own: Iterable<SiteLogEntry>) => {
    const timeline = timelineOf(own);
    timelines.set(activity, timeline);
    spans.set(activity, spansOf(timeline));
    // Sums are made again when they are asked for: many entries come between two predictions.
    indexes.clear();
    learned = undefined;
    begunAt = undefined;
  };
  const byActivity = new Map<string, SiteLogEntry[]>();
  for (const entry of entries) {
    const own = byActivity.get(entry.activity);
    if (own === undefined) byActivity.set(entry.activity, [entry]);
    else own.push(entry);
  }
  for (const [activity, own] of byActivity) put(activity, own);
  return {
    put,
    index: {
      timeline: (activity) => timelines.get(activity),
      spans: (activity) => spans.get(activity) ?? [],
      counts(column) {
        const known = indexes.get(column) ?? indexCounts(spans.values(), column);
        indexes.set(column, known);
        return known;
      },
      learned: () => (learned ??= learnedFrom(timelines)),
      begunAt: () => (begunAt ??= firstOf(timelines)),
    },
  };
}

/** The history cut at `t`, ms: what was written or seen later, late corrections too, does not exist in it. */
export function asOf({ index }: SiteHistory, t: number): HistoryAsOf {
  const of = (activity: string) => {
    const timeline = index.timeline(activity);
    return timeline && knowledgeAt(timeline, t);
  };
  return {
    at: t,
    hasBegun: index.begunAt() <= t,
    of,
    counts(except, kind) {
      const counts = index.counts(kind?.column).at(t, kind?.value);
      for (const { field, from, to, plan } of except === undefined ? [] : index.spans(except)) {
        const isCounted = kind === undefined || (plan && kindOf(plan.values, kind.column)) === kind.value;
        if (isCounted && from <= t && t < to) counts[field] -= 1;
      }
      return counts;
    },
    lastOutcomes(count, except) {
      const { times, outcomes } = index.learned();
      const labels = new Map<string, 0 | 1>();
      for (let i = firstAfter(times, t) - 1; i >= 0 && labels.size < count; i -= 1) {
        const { activity, label } = outcomes[i]!;
        // The latest word on an activity is met first; what it replaced is passed over.
        if (activity !== except && !labels.has(activity)) labels.set(activity, label);
      }
      return [...labels.values()];
    },
  };
}

function learnedFrom(timelines: ReadonlyMap<string, Timeline>): Learned {
  const found: { at: number; activity: string; label: 0 | 1 }[] = [];
  for (const [activity, timeline] of timelines) {
    let last: Knowledge['outcome'];
    for (const { from, outcome } of timeline) {
      if (outcome !== undefined && outcome !== last) found.push({ at: from, activity, label: outcome.label });
      last = outcome;
    }
  }
  found.sort((a, b) => a.at - b.at || (a.activity < b.activity ? -1 : 1));
  return { times: Float64Array.from(found, ({ at }) => at), outcomes: found };
}

function firstOf(timelines: ReadonlyMap<string, Timeline>): number {
  let first = Infinity;
  for (const [known] of timelines.values()) first = Math.min(first, known?.from ?? Infinity);
  return first;
}
