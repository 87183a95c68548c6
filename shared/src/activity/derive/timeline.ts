import type { Outcome, Plan, Progress, SiteLogEntry } from '../site-log.ts';

/** What the site log knew of one activity from one moment until the next piece of knowledge. */
export interface Knowledge {
  /** ms since epoch, inclusive. */
  from: number;
  /** The plan in force, the first one that was made, and how many were. */
  plan: Plan | undefined;
  firstPlan: Plan | undefined;
  plans: number;
  progress: Progress | undefined;
  /** Different causes of delay that were reported. */
  causes: number;
  outcome: Outcome | undefined;
}

/** In the order of `from`, no two alike. */
export type Timeline = readonly Knowledge[];

const NOTHING: Knowledge = {
  from: -Infinity,
  plan: undefined,
  firstPlan: undefined,
  plans: 0,
  progress: undefined,
  causes: 0,
  outcome: undefined,
};

/**
 * The first moment at which an entry is known, ms: written and seen, whichever came later. An outcome counts from the
 * millisecond after that, as a label may be used strictly after it was known.
 */
export function knownAt(entry: SiteLogEntry): number {
  if (!('observedAt' in entry.value)) return entry.at;
  const seenAt = Math.max(entry.at, entry.value.observedAt);
  return entry.field === 'outcome' ? seenAt + 1 : seenAt;
}

/**
 * The log of one activity as it grew. At any moment it says what `foldSiteLog` makes of the entries known by then: a
 * correction changes what follows it and nothing before. Entries are taken in any order; the first form of an id stands.
 */
export function timelineOf(entries: Iterable<SiteLogEntry>): Timeline {
  const first = new Map<string, SiteLogEntry>();
  for (const entry of entries) if (!first.has(entry.id)) first.set(entry.id, entry);
  const inOrder = [...first.values()].toSorted((a, b) => knownAt(a) - knownAt(b) || (a.id < b.id ? -1 : 1));
  const fields = { plan: createField(), progress: createField(), outcome: createField() };
  const causes = new Set<string>();
  const timeline: Knowledge[] = [];
  for (const entry of inOrder) {
    const last = timeline.at(-1) ?? NOTHING;
    // Remarks are for people: nothing is derived from them.
    if (entry.field === 'note' || entry.field === 'feedback') continue;
    const next: Knowledge = { ...last, from: knownAt(entry) };
    const inForce = fields[entry.field].add(entry);
    if (inForce.field === 'outcome') next.outcome = inForce.value;
    if (inForce.field === 'progress') next.progress = inForce.value;
    if (inForce.field === 'plan') {
      next.plan = inForce.value;
      next.firstPlan ??= inForce.value;
      next.plans += 1;
    }
    if (entry.field === 'progress' && entry.value.cause !== undefined) causes.add(entry.value.cause);
    next.causes = causes.size;
    if (last.from === next.from) timeline.pop();
    timeline.push(next);
  }
  return timeline;
}

/** What was known at `t`: binary search. */
export function knowledgeAt(timeline: Timeline, t: number): Knowledge | undefined {
  let [low, high] = [0, timeline.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeline[middle]!.from <= t) low = middle + 1;
    else high = middle;
  }
  return timeline[low - 1];
}

/** The entry in force of one field, by the rules of `foldSiteLog`, one entry after the other. */
function createField() {
  const seen: SiteLogEntry[] = [];
  const open = new Map<string, SiteLogEntry>();
  const replaced = new Set<string>();
  let winner: SiteLogEntry | undefined;
  return {
    add(entry: SiteLogEntry): SiteLogEntry {
      seen.push(entry);
      if (entry.base !== null && entry.base !== entry.id) {
        replaced.add(entry.base);
        open.delete(entry.base);
      }
      if (!replaced.has(entry.id)) open.set(entry.id, entry);
      if (winner !== undefined && open.has(winner.id)) {
        if (open.has(entry.id) && isLater(entry, winner)) winner = entry;
      } else winner = latest(open.size > 0 ? open.values() : seen);
      return winner ?? entry;
    },
  };
}

function latest(entries: Iterable<SiteLogEntry>): SiteLogEntry | undefined {
  let found: SiteLogEntry | undefined;
  for (const entry of entries) if (found === undefined || isLater(entry, found)) found = entry;
  return found;
}

function isLater(a: SiteLogEntry, b: SiteLogEntry): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id);
}
