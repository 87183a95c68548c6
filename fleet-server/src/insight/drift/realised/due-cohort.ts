import type { ReadDb } from '../../../platform/db/index.ts';
import { listDue } from '../../../sites/activities/index.ts';
import { listMatured, listPredicted, type Matured } from '../../telemetry/index.ts';

/** Predictions of a version whose activities fell due within [from, to), once nearly all of them have ended. */
export interface Cohort {
  from: number;
  to: number;
  matured: Matured[];
  /** Of those that fell due, whose outcome nobody has recorded. */
  open: number;
}

const DAY_MS = 86_400_000;
/** Outcomes that a cohort needs. */
export const MINIMUM_OUTCOMES = 100;
/** What ends first is not like the rest: a cohort waits for so many of those that fell due. */
const ENDED_SHARE = 0.95;
/** After so long nobody is waited for any more. */
const LONGEST_WAIT_MS = 90 * DAY_MS;

/**
 * Cohorts by due date that are complete, one after the other from `from` on: days are joined until they hold enough
 * outcomes, and until nearly all that fell due in them has ended.
 * @param from ms; where the last cohort ended
 */
export async function dueCohorts(
  db: ReadDb,
  of: { line: string; version: string; releasedAt: number },
  from: number,
  now: number,
): Promise<Cohort[]> {
  const matured = await listMatured(db, of.line, { from, to: now, madeFrom: of.releasedAt });
  const own = matured.filter(({ version }) => version === of.version);
  if (own.length < MINIMUM_OUTCOMES) return [];
  const predicted = await listPredicted(db, of, of.releasedAt);
  const waiting = (await listDue(db, { from, to: now })).filter(({ site, activity }) =>
    predicted.has(`${site}\n${activity}`),
  );
  return joinCohorts(own, waiting, from, now);
}

/** The pure half of `dueCohorts`. @param waiting activities that fell due and have not ended */
export function joinCohorts(
  matured: readonly Matured[],
  waiting: readonly { dueAt: number }[],
  from: number,
  now: number,
): Cohort[] {
  const days = [...new Set([...matured, ...waiting].map(({ dueAt }) => dayOf(dueAt)))].toSorted((a, b) => a - b);
  const ended = Map.groupBy(matured, ({ dueAt }) => dayOf(dueAt));
  const open = Map.groupBy(waiting, ({ dueAt }) => dayOf(dueAt));
  const cohorts: Cohort[] = [];
  let cohort: Cohort = { from, to: from, matured: [], open: 0 };
  let awaited = 0;
  for (const day of days) {
    const to = day + DAY_MS;
    if (to > now) break;
    const [here, still] = [ended.get(day) ?? [], open.get(day)?.length ?? 0];
    cohort.matured.push(...here);
    cohort.open += still;
    if (now - to < LONGEST_WAIT_MS) awaited += still;
    cohort.to = to;
    const n = cohort.matured.length;
    if (n < MINIMUM_OUTCOMES || n / (n + awaited) < ENDED_SHARE) continue;
    cohorts.push(cohort);
    cohort = { from: to, to, matured: [], open: 0 };
    awaited = 0;
  }
  return cohorts;
}

export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS) * DAY_MS;
}
