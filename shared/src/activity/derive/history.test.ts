import { assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom, randomSiteLog } from '../../testing/index.ts';
import { foldSiteLog, type SiteLogEntry } from '../site-log.ts';
import { DERIVATIONS, deriveValues } from './catalogue.ts';
import { isDone } from './counts.ts';
import { asOf, createHistory, type HistoryAsOf } from './history.ts';
import { knownAt } from './timeline.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 0, 1);
const DAYS = 200;
const logs = record({ seed: integer({ min: 1, max: 2 ** 31 }), activities: integer({ min: 1, max: 25 }) });
const moments = integer({ min: -5, max: DAYS + 60 }).map((day) => FROM + day * DAY_MS);
const logOf = ({ seed, activities }: { seed: number; activities: number }) =>
  randomSiteLog(createSeededRandom(seed), { activities, days: DAYS, from: FROM });
const shuffled = <T>(all: readonly T[], seed: number): T[] => {
  const { next } = createSeededRandom(seed);
  return all
    .map((one) => ({ one, place: next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
};
const SOURCES = Object.entries(DERIVATIONS).flatMap(([derived, { ofKind }]) =>
  ofKind ? [{ derived }, { derived, of: 'crew' }] : [{ derived }],
);
const deriveAt = (entries: SiteLogEntry[], activity: string, at: number) =>
  deriveValues(SOURCES, { activity, asOf: at, values: { trade: 'masonry', crew: 4 } }, createHistory(entries));

/** The same questions, asked of nothing but the fold of the entries known by then. */
function plainly(entries: readonly SiteLogEntry[], at: number): HistoryAsOf {
  const known = entries.filter((entry) => knownAt(entry) <= at);
  const state = foldSiteLog(known);
  const of = (activity: string) => {
    const own = state.get(activity);
    if (own === undefined) return undefined;
    const ofField = <F extends SiteLogEntry['field']>(field: F) =>
      known.filter((one) => one.activity === activity && one.field === field);
    const plans = ofField('plan').toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const causes = ofField('progress').flatMap((one) => (one.field === 'progress' ? (one.value.cause ?? []) : []));
    return {
      from: 0,
      plan: own.plan?.entry.field === 'plan' ? own.plan.entry.value : undefined,
      firstPlan: plans[0]?.field === 'plan' ? plans[0].value : undefined,
      plans: plans.length,
      progress: own.progress?.entry.field === 'progress' ? own.progress.entry.value : undefined,
      causes: new Set(causes).size,
      outcome: own.outcome?.entry.field === 'outcome' ? own.outcome.entry.value : undefined,
    };
  };
  return {
    at,
    hasBegun: known.length > 0,
    of,
    counts(except, kind) {
      const all = [...state.keys()].filter((activity) => activity !== except).map((activity) => of(activity)!);
      const counted = all.filter((one) => !kind || String(one.plan?.values[kind.column] ?? '') === kind.value);
      const open = counted.filter((one) => one.plan && one.plan.startAt <= at && !isDone(one));
      return {
        finished: counted.filter(({ outcome }) => outcome !== undefined).length,
        late: counted.filter(({ outcome }) => outcome?.label === 1).length,
        open: open.length,
        overdue: open.filter(({ plan }) => plan!.dueAt <= at).length,
      };
    },
    lastOutcomes: () => [],
  };
}

const outcome = (activity: string, day: number, label: 0 | 1): SiteLogEntry => ({
  id: `${activity}-${day}-outcome`,
  activity,
  base: null,
  actor: 'ana',
  at: day,
  field: 'outcome',
  value: { label, observedAt: day },
});

describe('the history of a site at a moment', () => {
  it('says what the fold of the entries known by then says, in whatever order they came', () => {
    assert(
      property(logs, moments, integer(), (log, at, order) => {
        const entries = logOf(log);
        const cut = asOf(createHistory(shuffled(entries, order)), at);
        const expected = plainly(entries, at);
        for (const activity of ['activity-0', 'activity-7', 'nobody']) {
          const { from: _, ...own } = cut.of(activity) ?? { from: 0 };
          const { from: __, ...known } = expected.of(activity) ?? { from: 0 };
          expect(own).toEqual(known);
          expect(cut.counts(activity)).toEqual(expected.counts(activity));
          const kind = { column: 'trade', value: 'masonry' };
          expect(cut.counts(activity, kind)).toEqual(expected.counts(activity, kind));
        }
        expect(cut.counts(undefined)).toEqual(expected.counts(undefined));
        expect(cut.hasBegun).toBe(expected.hasBegun);
      }),
      { numRuns: 150 },
    );
  });

  it('holds the outcomes learned last, newest first, each activity once and by its latest word', () => {
    const log = [outcome('a', 1, 1), outcome('b', 2, 0), outcome('c', 3, 1), outcome('a', 4, 0)];
    expect(asOf(createHistory(log), 5).lastOutcomes(10, undefined)).toEqual([0, 1, 0]);
    expect(asOf(createHistory(log), 4).lastOutcomes(10, undefined)).toEqual([1, 0, 1]);
    expect(asOf(createHistory(log), 5).lastOutcomes(2, 'c')).toEqual([0, 0]);
  });

  it('is the same whether it grew or was made at once', () => {
    assert(
      property(logs, moments, (log, at) => {
        const entries = logOf(log);
        const grown = createHistory();
        for (let i = 0; i < entries.length; i += 3) {
          for (const activity of new Set(entries.slice(0, i + 3).map((entry) => entry.activity))) {
            const own = entries.slice(0, i + 3).filter((entry) => entry.activity === activity);
            grown.put(activity, own);
          }
          grown.index.counts('trade');
        }
        const question = { activity: 'activity-0', asOf: at, values: { trade: 'masonry', crew: 4 } };
        expect(deriveValues(SOURCES, question, grown)).toEqual(deriveAt(entries, 'activity-0', at));
      }),
      { numRuns: 25 },
    );
  });
});

describe.each(SOURCES.map((source) => [source.derived, source] as const))('%s', (_, source) => {
  const derive = (entries: SiteLogEntry[], activity: string, at: number) =>
    deriveValues([source], { activity, asOf: at, values: { trade: 'masonry', crew: 4 } }, createHistory(entries));

  it('is not moved by anything written or seen later, corrections of what was known included', () => {
    const later = constantFrom('written', 'seen');
    assert(
      property(logs, logs, moments, later, (log, more, at, how) => {
        const entries = logOf(log);
        const before = entries.filter((entry) => knownAt(entry) <= at);
        const last = before.at(-1);
        const after = logOf(more).map((entry, i): SiteLogEntry => {
          const beyond = at + 1 + Math.max(0, entry.at - FROM);
          const moved = { ...entry, id: `later-${i}-${entry.id}`, base: before[i % before.length]?.id ?? null };
          const correct = i % 2 === 0 && last !== undefined ? { activity: last.activity } : {};
          // An outcome or report written in time, of something that was seen only later, is a clock gone wrong.
          if (how === 'seen' && moved.field !== 'plan') {
            const value = { ...moved.value, observedAt: beyond };
            return { ...moved, ...correct, at: Math.min(entry.at, at), value } as SiteLogEntry;
          }
          return { ...moved, ...correct, at: beyond };
        });
        const activity = last?.activity ?? 'activity-0';
        const now = derive(before, activity, at);
        expect(derive([...before, ...after], activity, at)).toEqual(now);
        expect(derive(entries, activity, at)).toEqual(now);
      }),
      { numRuns: 30 },
    );
  });
});
