import type { Dataset, Example } from '../datasets/index.ts';
import { datasetVersion } from '../datasets/index.ts';
import type { Outcome, Plan } from '@plumbline/shared/activity';
import { entriesOf } from '../../sites/activities/index.ts';
import type { ReadDb } from '../../platform/db/index.ts';

/**
 * The dataset as the fleet itself knows it at `asOf`: the rows it began with, and every activity whose outcome a site
 * has recorded since, with the plan head office sent out. Features come from the site log, so they need not be sent back.
 */
export async function fleetDataset(db: ReadDb, base: Dataset, asOf: number): Promise<Dataset> {
  const known = new Set(base.examples.map((example) => example.ref));
  const plans = new Map<string, { site: string; plan: Plan }>();
  for (const { site, entry } of await entriesOf(db, 'plan')) {
    if (entry.field === 'plan') plans.set(`${site}\n${entry.activity}`, { site, plan: entry.value });
  }
  // A later entry corrects an earlier one.
  const outcomes = new Map<string, { activity: string; outcome: Outcome }>();
  for (const { site, entry } of await entriesOf(db, 'outcome')) {
    if (entry.field !== 'outcome' || entry.value.observedAt >= asOf) continue;
    outcomes.set(`${site}\n${entry.activity}`, { activity: entry.activity, outcome: entry.value });
  }
  const fresh: Example[] = [];
  for (const [key, { activity, outcome }] of outcomes) {
    const planned = plans.get(key);
    if (planned === undefined || known.has(activity)) continue;
    known.add(activity);
    const { site, plan } = planned;
    fresh.push({
      ref: activity,
      site,
      group: plan.group ?? activity,
      startAt: plan.startAt,
      dueAt: plan.dueAt,
      knownAt: outcome.observedAt,
      label: outcome.label,
      values: plan.values,
    });
  }
  const examples = [...base.examples, ...fresh].filter((example) => example.knownAt < asOf);
  const dataset = { ...base, examples };
  return { ...dataset, version: datasetVersion(dataset) };
}
