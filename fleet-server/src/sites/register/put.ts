import { isFleetName } from '@plumbline/shared/wire';
import { record } from '../../platform/audit/index.ts';
import { and, eq, sites, timeOf, type Db } from '../../platform/db/index.ts';
import { SiteError } from './errors.ts';
import { findSite } from './list.ts';
import { unwritten, type SiteRecord } from './site.ts';
import { zoneNamed } from './zone.ts';

/** What a person writes of a site; what is left out stays as it is. */
export interface SiteChange {
  id: string;
  zone?: string | undefined;
  region?: string | undefined;
  costPerMb?: number | null | undefined;
  note?: string | undefined;
  gateway?: string | null | undefined;
  /** Refused when the site has another one; 0 for one that is not in the register yet. */
  expectedRevision?: number | undefined;
}

const MAX_REGION = 64;
const MAX_NOTE = 500;
const MAX_COST = 1_000_000;
const MAX_ORIGIN = 256;

/**
 * Writes a site into the register, or changes it. What changes nothing writes nothing, so files may be applied again.
 * @throws SiteError `site_invalid` naming the field, `site_changed_meanwhile`, `site_archived`
 */
export async function putSite(tx: Db, actor: string, change: SiteChange): Promise<SiteRecord> {
  const before = (await findSite(tx, checkedId(change.id))) ?? unwritten(change.id);
  const { expectedRevision = before.revision } = change;
  if (expectedRevision !== before.revision) throw changedMeanwhile(before, expectedRevision);
  if (before.state === 'archived') {
    throw new SiteError('site_archived', `site ${before.id} is archived: it stays as it was`, {
      kind: 'conflict',
      field: 'site',
      expected: 'a site that is not closed',
    });
  }
  const values = valuesOf(before, change);
  const changed = Object.entries(values).filter(([name, value]) => before[name as keyof typeof values] !== value);
  if (changed.length === 0 && before.revision > 0) return before;
  const after = await writeSite(tx, before, values);
  await record(tx, {
    actor,
    action: before.revision === 0 ? 'sites.create' : 'sites.update',
    subject: `site:${before.id}`,
    details: Object.fromEntries(changed),
  });
  return after;
}

/** What the change makes of a site. @throws SiteError `site_invalid` naming the field */
export function valuesOf(
  before: SiteRecord,
  change: SiteChange,
): Pick<SiteRecord, 'zone' | 'region' | 'costPerMb' | 'note' | 'gateway'> {
  return {
    zone: change.zone === undefined ? before.zone : checkedZone(change.zone),
    region: change.region === undefined ? before.region : checkedText(change.region, 'region', MAX_REGION),
    costPerMb: change.costPerMb === undefined ? before.costPerMb : checkedCost(change.costPerMb),
    note: change.note === undefined ? before.note : checkedText(change.note, 'note', MAX_NOTE),
    gateway: change.gateway === undefined ? before.gateway : checkedGateway(change.gateway),
  };
}

/** The row under the next revision, if nobody else wrote it since `before` was read. @throws SiteError `site_changed_meanwhile` */
export async function writeSite(tx: Db, before: SiteRecord, values: Partial<SiteRecord>): Promise<SiteRecord> {
  const after = { ...before, ...values, revision: before.revision + 1, createdAt: before.createdAt ?? timeOf(tx) };
  if (before.revision === 0) {
    await tx.insert(sites).values(after);
    return after;
  }
  const written = await tx
    .update(sites)
    .set(after)
    .where(and(eq(sites.id, before.id), eq(sites.revision, before.revision)))
    .returning({ id: sites.id });
  if (written.length === 0) throw changedMeanwhile(before, before.revision);
  return after;
}

function changedMeanwhile(site: SiteRecord, expected: number): SiteError {
  return new SiteError('site_changed_meanwhile', `site ${site.id} is at revision ${site.revision}, not ${expected}`, {
    kind: 'conflict',
    field: 'expectedRevision',
    expected: String(site.revision),
  });
}

function checkedId(id: string): string {
  if (isFleetName(id)) return id;
  throw invalid('id', `${JSON.stringify(id)} is no fleet name`, '1–64 of a–z, 0–9, dot, dash, underscore');
}

function checkedZone(text: string): string {
  const zone = zoneNamed(text);
  if (zone !== undefined) return zone;
  throw invalid('zone', `no time zone ${JSON.stringify(text.slice(0, MAX_REGION))}`, 'an IANA name like Europe/Berlin');
}

function checkedText(text: string, field: string, maxLength: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= maxLength && !/\p{Cc}/u.test(trimmed)) return trimmed;
  throw invalid(field, 'too long, or with control characters', `one line of at most ${maxLength} characters`);
}

function checkedCost(cost: number | null): number | null {
  if (cost === null || (Number.isFinite(cost) && cost >= 0 && cost <= MAX_COST)) return cost;
  throw invalid('costPerMb', `${cost} is no price`, `0–${MAX_COST} a megabyte, or null for unknown`);
}

/** Browsers ask no other kind of address from the page of a tablet. */
function checkedGateway(text: string | null): string | null {
  if (text === null || text === '') return null;
  if (text.length <= MAX_ORIGIN && URL.canParse(text)) {
    const { origin, protocol } = new URL(text);
    if (protocol === 'https:') return origin;
  }
  throw invalid(
    'gateway',
    `no address ${JSON.stringify(text.slice(0, MAX_REGION))}`,
    'https://NAME:PORT, or null for none',
  );
}

function invalid(field: string, what: string, expected: string): SiteError {
  return new SiteError('site_invalid', `${field}: ${what}`, { field, expected });
}
