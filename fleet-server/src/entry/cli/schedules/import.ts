import { createHash } from 'node:crypto';
import { foldSiteLog, type Plan, type SiteLogEntry } from '@plumbline/shared/activity';
import { CodedError } from '@plumbline/shared/errors';
import type { SitePage } from '@plumbline/shared/wire';
import type { Client } from '../../approver/client.ts';

export interface ImportedPlans {
  site: string;
  activities: number;
  /** Entries written: new activities and changed plans. */
  added: number;
  unchanged: number;
}

/** Small enough for one request. */
const CHUNK = 500;

/**
 * Appends plans to the log of a site, each as an edit of the plan that is in force there, so that nothing becomes a
 * conflict; a plan that says the same is not written again. Entries are named by what they say: an import that was cut
 * off can simply be repeated.
 */
export async function importPlans(
  client: Pick<Client, 'get' | 'post'>,
  site: string,
  plans: ReadonlyMap<string, Plan>,
  { actor, now }: { actor: string; now: number },
): Promise<ImportedPlans> {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/log`;
  const inForce = foldSiteLog(await readLog(client, path));
  const entries: SiteLogEntry[] = [];
  for (const [activity, value] of plans) {
    const known = inForce.get(activity)?.plan?.entry;
    if (known?.field === 'plan' && same(known.value, value)) continue;
    const base = known?.id ?? null;
    entries.push({ id: idOf(site, activity, base, value), activity, base, actor, at: now, field: 'plan', value });
  }
  let added = 0;
  for (let from = 0; from < entries.length; from += CHUNK) {
    added += (await client.post<{ added: number }>(path, { entries: entries.slice(from, from + CHUNK) })).added;
  }
  return { site, activities: plans.size, added, unchanged: plans.size - entries.length };
}

async function readLog(client: Pick<Client, 'get'>, path: string): Promise<SiteLogEntry[]> {
  const entries: SiteLogEntry[] = [];
  let cursor = 0;
  for (;;) {
    const page = await client.get<SitePage>(`${path}?cursor=${cursor}`);
    entries.push(...page.entries);
    if (!page.more) return entries;
    cursor = page.cursor;
  }
}

function idOf(site: string, activity: string, base: string | null, value: Plan): string {
  const said = JSON.stringify([site, activity, base, sorted(value)]);
  return `plan-${createHash('sha256').update(said).digest('hex').slice(0, 40)}`;
}

function same(a: Plan, b: Plan): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** The value with its names in order, so that equal ones are written alike. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

/** Wall time of a zone → ms since epoch. A wall time that summer time skips is read with the offset before it. */
export function zoneReader(timeZone: string): (wallTime: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch (cause) {
    throw new CodedError('time_zone_unknown', `'${timeZone}' is no time zone`, {
      field: '--time-zone',
      expected: 'a name like Europe/Berlin or UTC',
      cause,
    });
  }
  const offsetAt = (at: number): number => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const match = /GMT([+-])(\d\d):?(\d\d)?/.exec(name);
    if (match === null) return 0;
    return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) * 60_000;
  };
  return (wallTime) => wallTime - offsetAt(wallTime - offsetAt(wallTime));
}
