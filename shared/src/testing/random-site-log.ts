import type { SiteLogEntry } from '../activity/site-log.ts';
import type { Random } from '../ports/random.ts';

export interface RandomLogOptions {
  activities: number;
  /** Days the site lasts. */
  days: number;
  /** ms since epoch. */
  from: number;
  /** The activities are `<prefix>-0` … */
  prefix?: string;
}

const DAY_MS = 86_400_000;
const TRADES = ['carpentry', 'masonry', 'electrical', 'plumbing'];
const CAUSES = ['weather', 'material', 'crew'];

/**
 * The log of a site as people write it: plans that are made again, progress, outcomes, corrections that come weeks
 * later, edits without knowing of each other, entries written long after what they saw. The same for the same random.
 */
export function randomSiteLog(random: Random, options: RandomLogOptions): SiteLogEntry[] {
  const { activities, days, from, prefix = 'activity' } = options;
  const below = (limit: number) => Math.floor(random.next() * limit);
  const chance = (share: number) => random.next() < share;
  const entries: SiteLogEntry[] = [];
  for (let i = 0; i < activities; i += 1) {
    const activity = `${prefix}-${i}`;
    let at = from + below(days * DAY_MS);
    let startAt = at + below(20 * DAY_MS);
    const last: Partial<Record<SiteLogEntry['field'], string>> = {};
    const add = (said: Pick<SiteLogEntry, 'field' | 'value'>) => {
      const id = `${activity}-entry-${entries.length}`;
      const base = chance(0.9) ? (last[said.field] ?? null) : null;
      last[said.field] = id;
      entries.push({ id, activity, base, actor: 'person:a', at, ...said } as SiteLogEntry);
      at += below(9 * DAY_MS);
    };
    const trade = chance(0.9) ? (TRADES[below(TRADES.length)] ?? null) : null;
    const plans = 1 + below(3);
    for (let plan = 0; plan < plans; plan += 1) {
      const dueAt = startAt + 1 + below(40 * DAY_MS);
      const floats = { workingDays: below(30) - 5, calendarDays: below(40) - 5 };
      const network = {
        totalFloat: floats,
        critical: floats.workingDays <= 0,
        milestones: chance(0.5) ? [{ milestone: 'handover', ...floats }] : [],
        predecessors: Array.from({ length: below(3) }, () => `${prefix}-${below(activities)}`),
      };
      const values = { trade, crew: below(12) };
      add({ field: 'plan', value: { startAt, dueAt, values, ...(chance(0.7) && { network }) } });
      startAt += below(10 * DAY_MS);
    }
    const reports = below(4);
    for (let report = 1; report <= reports; report += 1) {
      const percentComplete = Math.min(100, report * below(40));
      const observedAt = at - below(2 * DAY_MS);
      const cause = CAUSES[below(CAUSES.length)];
      add({
        field: 'progress',
        value: {
          percentComplete,
          observedAt,
          ...(chance(0.8) && { startedAt: startAt + below(5 * DAY_MS) }),
          ...(chance(0.3) && cause !== undefined && { cause }),
          ...(percentComplete === 100 && { finishedAt: observedAt }),
        },
      });
    }
    const outcomes = chance(0.7) ? 1 + below(2) : 0;
    for (let outcome = 0; outcome < outcomes; outcome += 1) {
      add({ field: 'outcome', value: { label: chance(0.5) ? 1 : 0, observedAt: at - below(3 * DAY_MS) } });
    }
  }
  return entries;
}
