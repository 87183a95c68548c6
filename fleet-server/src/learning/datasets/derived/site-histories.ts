import { createHistory, type SiteHistory, type SiteLogEntry } from '@plumbline/shared/activity';
import { entriesOf } from '../../../sites/activities/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { Dataset, Example } from '../dataset.ts';
import type { Feature } from '@plumbline/shared/manifest';

/** What a site knew; undefined: nobody kept a log of it. */
export type SiteHistories = (site: string) => SiteHistory | undefined;

/** Histories of the logs of several sites, each as a device of that site has it. */
export function historiesOf(entries: Iterable<{ site: string; entry: SiteLogEntry }>): SiteHistories {
  const bySite = Map.groupBy(entries, ({ site }) => site);
  const made = new Map<string, SiteHistory>();
  return (site) => {
    const own = bySite.get(site);
    if (own === undefined) return undefined;
    const history = made.get(site) ?? createHistory(own.map(({ entry }) => entry));
    made.set(site, history);
    return history;
  };
}

/** The logs of the whole fleet as the server has them. */
export async function fleetHistories(db: ReadDb): Promise<SiteHistories> {
  const fields = ['plan', 'progress', 'outcome'] as const;
  const entries = await Promise.all(fields.map((field) => entriesOf(db, field)));
  return historiesOf(entries.flat());
}

/** Name of the activity a row is about; several rows may look at one. */
export type ActivityOf = (example: Example) => string;

/** A row an activity. */
export const refOf: ActivityOf = ({ ref }) => ref;

/** Readers whose rows are one activity at several status dates: `project/activity/period`. */
const ROW_A_STATUS = new Set(['dslib-tracking']);

/** How rows of a dataset name their activity, by the reader that made them. */
export function activityOfReader(reader: string): ActivityOf {
  return ROW_A_STATUS.has(reader) ? ({ ref }) => ref.slice(0, ref.lastIndexOf('/')) : refOf;
}

/**
 * Histories for rows that no site log tells of, from the rows themselves: what was planned is known from `startAt`, the
 * outcome strictly after `knownAt`. Progress was never reported then, and derivations that need it are missing.
 */
export function historiesOfRows(
  { examples, features }: Pick<Dataset, 'examples' | 'features'>,
  activityOf: ActivityOf = refOf,
): SiteHistories {
  const planned = new Map<string, number>();
  const inTime = examples.toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  return historiesOf(
    inTime.flatMap((example) => {
      const { ref, site, startAt, dueAt, knownAt, group, label } = example;
      const activity = activityOf(example);
      const head = { activity, base: null, actor: 'dataset' };
      const key = `${site}\n${activity}`;
      const entries: SiteLogEntry[] = [
        { ...head, id: `${ref}\noutcome`, at: knownAt, field: 'outcome', value: { label, observedAt: knownAt } },
      ];
      // A later row about the same activity is another look at it, and a new plan only when it says so.
      if (planned.get(key) !== dueAt) {
        const values = columnsOf(example, features);
        entries.push({
          ...head,
          id: `${ref}\nplan`,
          at: startAt,
          field: 'plan',
          value: { startAt, dueAt, group, values },
        });
      }
      planned.set(key, dueAt);
      return entries.map((entry) => ({ site, entry }));
    }),
  );
}

/** Values by column, as a device has them; what is derived is not among them. */
export function columnsOf({ values }: Example, features: readonly Feature[]): Example['values'] {
  return Object.fromEntries(
    features.flatMap(({ name, from }) => ('column' in from ? [[from.column, values[name] ?? null]] : [])),
  );
}
