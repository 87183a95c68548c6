import type { Hold } from '@plumbline/shared/drift';
import type { Outcome, Plan, SiteLogEntry } from '@plumbline/shared/activity';
import { entriesOf } from '../../../sites/activities/index.ts';
import type { ReadDb } from '../../../platform/db/index.ts';
import { fillDerived, fleetHistories, type ActivityOf } from '../derived/index.ts';
import { datasetVersion } from '../version.ts';
import type { Dataset, Example } from '../dataset.ts';
import { contradictedFinding, isContradicted, leaveHeldOut } from './left-out.ts';

export interface FleetDatasetOptions {
  /** Faults of the data: rows that stand under one are left out. */
  holds?: readonly Hold[];
}

/**
 * The dataset as the fleet itself knows it at `asOf`: the rows it began with, and every activity whose outcome a site
 * has recorded since, with the plan head office sent out. Features come from the site log, so they need not be sent back;
 * what is derived comes out of the same log as it was at the time. Outcomes that contradict each other, and rows that stand
 * under a fault of the data, are left out, and the dataset says so.
 */
export async function fleetDataset(
  db: ReadDb,
  base: Dataset,
  asOf: number,
  { holds = [] }: FleetDatasetOptions = {},
): Promise<Dataset> {
  const inBase = new Set(base.examples.map((example) => example.ref));
  const taken = new Set(inBase);
  const plans = new Map<string, { site: string; plan: Plan }>();
  for (const { site, entry } of await entriesOf(db, 'plan')) {
    if (entry.field === 'plan') plans.set(`${site}\n${entry.activity}`, { site, plan: entry.value });
  }
  // A later entry corrects an earlier one.
  const outcomes = new Map<string, { activity: string; outcome: Outcome; entries: SiteLogEntry[] }>();
  for (const { site, entry } of await entriesOf(db, 'outcome')) {
    if (entry.field !== 'outcome' || entry.value.observedAt >= asOf) continue;
    const key = `${site}\n${entry.activity}`;
    const entries = [...(outcomes.get(key)?.entries ?? []), entry];
    outcomes.set(key, { activity: entry.activity, outcome: entry.value, entries });
  }
  const fresh: Example[] = [];
  const contradicted: string[] = [];
  const activities = new Map<string, string>();
  for (const [key, { activity, outcome, entries }] of outcomes) {
    const planned = plans.get(key);
    if (planned === undefined || inBase.has(activity)) continue;
    const { site, plan } = planned;
    // The same name on another site is another activity; the first one keeps the bare name.
    const ref = taken.has(activity) ? `${site}/${activity}` : activity;
    if (taken.has(ref)) continue;
    taken.add(ref);
    if (isContradicted(entries, activity)) {
      contradicted.push(ref);
      continue;
    }
    activities.set(ref, activity);
    fresh.push({
      ref,
      site,
      group: plan.group ?? ref,
      startAt: plan.startAt,
      dueAt: plan.dueAt,
      knownAt: outcome.observedAt,
      label: outcome.label,
      ...(outcome.delayDays === undefined ? {} : { delayDays: outcome.delayDays }),
      values: plan.values,
    });
  }
  const told = await withDerived(db, base.features, fresh, ({ ref }) => activities.get(ref) ?? ref);
  const known = [...base.examples, ...told].filter((example) => example.knownAt < asOf);
  const { kept, findings } = await leaveHeldOut(db, known, holds, asOf);
  if (contradicted.length > 0) findings.push(contradictedFinding(contradicted));
  const all = [...(base.findings ?? []), ...findings];
  const dataset = { ...base, examples: kept, ...(all.length > 0 && { findings: all }) };
  return { ...dataset, version: datasetVersion(dataset) };
}

async function withDerived(
  db: ReadDb,
  features: Dataset['features'],
  rows: readonly Example[],
  activityOf: ActivityOf,
): Promise<readonly Example[]> {
  const isDerived = features.some(({ from }) => 'derived' in from);
  return isDerived ? fillDerived(rows, features, await fleetHistories(db), { activityOf }) : rows;
}
