import type { Dataset, Example } from '../datasets/index.ts';
import { datasetVersion } from '../datasets/index.ts';
import type { Plan } from '@plumbline/shared/activity';
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
  const fresh: Example[] = [];
  for (const { site, entry } of await entriesOf(db, 'outcome')) {
    const planned = plans.get(`${site}\n${entry.activity}`);
    if (entry.field !== 'outcome' || planned === undefined || known.has(entry.activity)) continue;
    if (entry.value.observedAt >= asOf) continue;
    known.add(entry.activity);
    fresh.push({
      ref: entry.activity,
      site,
      group: planned.plan.group ?? entry.activity,
      startAt: planned.plan.startAt,
      dueAt: planned.plan.dueAt,
      knownAt: entry.value.observedAt,
      label: entry.value.label,
      values: planned.plan.values,
    });
  }
  const examples = [...base.examples, ...fresh].filter((example) => example.knownAt < asOf);
  const dataset = { ...base, examples };
  return { ...dataset, version: datasetVersion(dataset) };
}
