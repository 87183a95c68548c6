import { resolveProfile } from '@plumbline/firmware-profiles';
import {
  deviceGroups,
  deviceLines,
  devices,
  deviceStaleness,
  groupDevices,
  isNotNull,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { readStanding } from '../../devices/index.ts';
import { listSites } from '../../register/index.ts';
import {
  comparisonsOf,
  type FieldName,
  type InventoryRow,
  type KnownGroups,
  type Selector,
} from '../selector/index.ts';

/** A device as selectors see it. `isEligible`: in good standing, on a site that is open; nothing new goes to others. */
export interface InventoryDevice extends InventoryRow {
  isEligible: boolean;
}

/** What has to be read for these selectors. */
export function fieldsOf(selectors: readonly Selector[]): ReadonlySet<FieldName> {
  return new Set(selectors.flatMap(comparisonsOf).map(({ field }) => field));
}

/** Every group by its kind: what a selector may name. */
export async function knownGroups(db: ReadDb): Promise<KnownGroups> {
  const rows = await db.select({ name: deviceGroups.name, selector: deviceGroups.selector }).from(deviceGroups);
  return new Map(rows.map(({ name, selector }) => [name, selector === null ? 'list' : 'selector']));
}

const NO_LINES: InventoryRow['lines'] = new Map();
const NO_WORDS: readonly string[] = [];

/**
 * All devices by id. Tables and columns that none of `fields` asks for are not read, and stand empty: reports are long,
 * and tags and lines of ten thousand devices take their time.
 */
export async function loadInventory(db: ReadDb, fields: ReadonlySet<FieldName>): Promise<InventoryDevice[]> {
  const rows = await db
    .select({
      id: devices.id,
      site: devices.site,
      profile: devices.profile,
      agent: devices.agent,
      tags: devices.tags,
      connection: devices.connection,
      standing: devices.standing,
      standingReason: devices.standingReason,
      lastSeenAt: devices.lastSeenAt,
      enrolledAt: devices.enrolledAt,
    })
    .from(devices);
  const sites = new Map((await listSites(db)).map((site) => [site.id, site]));
  const groups = fields.has('group') ? await listsByDevice(db) : undefined;
  const lines = fields.has('runs') || fields.has('state') ? await linesByDevice(db) : undefined;
  const metadata = fields.has('metadata') ? await metadataByDevice(db) : undefined;
  const kinds = new Map<string, InventoryRow['kind']>();
  const kindOf = (profile: string) => {
    if (!kinds.has(profile)) kinds.set(profile, readKind(profile));
    return kinds.get(profile);
  };
  return rows
    .map(({ connection, standing, standingReason, tags, ...row }): InventoryDevice => {
      const site = sites.get(row.site);
      const now = readStanding({ standing, standingReason }).standing;
      return {
        ...row,
        region: site?.region ?? '',
        zone: site?.zone ?? '',
        kind: fields.has('kind') ? kindOf(row.profile) : undefined,
        tags: fields.has('tag') ? readTags(tags) : NO_WORDS,
        groups: groups?.get(row.id) ?? NO_WORDS,
        online: connection !== null,
        standing: now,
        lines: lines?.get(row.id) ?? NO_LINES,
        metadata: metadata?.get(row.id),
        isEligible: now === 'active' && site?.state === 'open',
      };
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** A profile that this program does not know is of no kind. */
function readKind(profile: string): InventoryRow['kind'] {
  try {
    return resolveProfile(profile).kind;
  } catch {
    return undefined;
  }
}

export function readTags(json: string): string[] {
  const tags: unknown = JSON.parse(json);
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

async function listsByDevice(db: ReadDb): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { group, device } of await db.select().from(groupDevices)) {
    const own = found.get(device);
    if (own === undefined) found.set(device, [group]);
    else own.push(group);
  }
  return found;
}

async function linesByDevice(
  db: ReadDb,
): Promise<Map<string, Map<string, { version: string | undefined; state: string }>>> {
  const { device, line, state, runningVersion } = deviceLines;
  const found = new Map<string, Map<string, { version: string | undefined; state: string }>>();
  for (const row of await db.select({ device, line, state, version: runningVersion }).from(deviceLines)) {
    const own = found.get(row.device) ?? new Map<string, { version: string | undefined; state: string }>();
    own.set(row.line, { version: row.version ?? undefined, state: row.state });
    found.set(row.device, own);
  }
  return found;
}

/** Stale by the device's own word or because it was found so, as `describe` in the room of devices says it. */
async function metadataByDevice(db: ReadDb): Promise<Map<string, 'fresh' | 'stale'>> {
  const found = new Map<string, 'fresh' | 'stale'>();
  const reports = await db
    .select({ id: devices.id, report: devices.report })
    .from(devices)
    .where(isNotNull(devices.report));
  for (const { id, report } of reports) {
    const { trust } = JSON.parse(report ?? '{}') as { trust?: { stale?: boolean } };
    found.set(id, trust?.stale === true ? 'stale' : 'fresh');
  }
  const stale = await db
    .select({ device: deviceStaleness.device })
    .from(deviceStaleness)
    .where(isNotNull(deviceStaleness.staleSince));
  for (const { device } of stale) found.set(device, 'stale');
  return found;
}
