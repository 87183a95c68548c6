import {
  and,
  asc,
  count,
  deviceLines,
  devices,
  eq,
  exists,
  gt,
  inArray,
  sql,
  type ReadDb,
  type SQL,
} from '../../../platform/db/index.ts';
import { readDevice, type Device } from '../describe.ts';
import { staleDevices } from '../staleness/stale-devices.ts';
import { DEVICE_STATES, deviceState, type DeviceState } from './device-state.ts';

export interface ListedDevice extends Device {
  state: DeviceState;
}

/** What is left out excludes nothing. */
export interface DeviceFilter {
  /** All of them, or those of these sites: what whoever asks may see. */
  sites?: 'all' | readonly string[] | undefined;
  site?: string | undefined;
  state?: DeviceState | undefined;
  profile?: string | undefined;
  agent?: string | undefined;
  tag?: string | undefined;
  /** That run this line, and this version of it. */
  line?: string | undefined;
  version?: string | undefined;
  /** Part of the id, the site, the profile or a tag, in any case. */
  search?: string | undefined;
  /** Of these alone, by id: the members of a group. */
  among?: ReadonlySet<string> | undefined;
}

export interface DevicePage {
  devices: ListedDevice[];
  /** The last id of this page, where another one follows. */
  next: string | null;
  /** Of everything that the filter finds but for `state`, which is what one chooses by them. */
  counts: Record<DeviceState, number>;
  /** Of everything that the filter finds. */
  total: number;
}

/** A page of devices by id, and how many of each state there are in all. */
export async function devicePage(
  db: ReadDb,
  filter: DeviceFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<DevicePage> {
  const state = deviceState(db);
  const where = whereOf(db, filter);
  const chosen = and(where, filter.state === undefined ? undefined : sql`${state} = ${filter.state}`);
  const { among } = filter;
  const counts = among === undefined ? await countStates(db, where) : await countAmong(db, where, among);
  const after = and(chosen, cursor === undefined ? undefined : gt(devices.id, cursor));
  const ids = among === undefined ? undefined : await idsAmong(db, after, among, limit + 1);
  const rows = await db
    .select({ row: devices, state })
    .from(devices)
    .where(ids === undefined ? after : inArray(devices.id, ids))
    .orderBy(asc(devices.id))
    .limit(limit + 1);
  const stale = await staleDevices(db);
  const page = rows.slice(0, limit).map((each) => ({ ...readDevice(each.row, stale), state: each.state }));
  const total =
    filter.state === undefined ? Object.values(counts).reduce((sum, each) => sum + each, 0) : counts[filter.state];
  return { devices: page, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null, counts, total };
}

function whereOf(db: ReadDb, filter: DeviceFilter): SQL | undefined {
  const { sites = 'all', site, profile, agent, tag, line, version, search } = filter;
  const running =
    line === undefined && version === undefined
      ? undefined
      : exists(
          db
            .select({ device: deviceLines.device })
            .from(deviceLines)
            .where(
              and(
                eq(deviceLines.device, devices.id),
                line === undefined ? undefined : eq(deviceLines.line, line),
                version === undefined ? undefined : eq(deviceLines.runningVersion, version),
              ),
            ),
        );
  return and(
    sites === 'all' ? undefined : inArray(devices.site, [...sites]),
    site === undefined ? undefined : eq(devices.site, site),
    profile === undefined ? undefined : eq(devices.profile, profile),
    agent === undefined ? undefined : eq(devices.agent, agent),
    tag === undefined ? undefined : contains(sql`${devices.tags}`, JSON.stringify(tag)),
    running,
    search === undefined
      ? undefined
      : contains(
          sql`${devices.id} || ' ' || ${devices.site} || ' ' || ${devices.profile} || ' ' || ${devices.tags}`,
          search,
        ),
  );
}

/** `%` and `_` of the text mean themselves. */
function contains(where: SQL, text: string): SQL {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql`lower(${where}) like ${pattern} escape '\\'`;
}

/** How many devices of each site are in each state; sites without a device are left out. */
export async function stateCounts(
  db: ReadDb,
  sites: 'all' | readonly string[] = 'all',
): Promise<{ site: string; states: Record<DeviceState, number> }[]> {
  const judged = db
    .select({ site: devices.site, state: deviceState(db).as('state') })
    .from(devices)
    .where(whereOf(db, { sites }))
    .as('judged');
  const rows = await db
    .select({ site: judged.site, state: judged.state, number: count() })
    .from(judged)
    .groupBy(judged.site, sql`${judged.state}`);
  const bySite = new Map<string, Record<DeviceState, number>>();
  for (const { site, state, number } of rows) {
    const states = bySite.get(site) ?? none();
    states[state] = number;
    bySite.set(site, states);
  }
  return [...bySite].map(([site, states]) => ({ site, states }));
}

async function countStates(db: ReadDb, where: SQL | undefined): Promise<Record<DeviceState, number>> {
  const judged = db
    .select({ state: deviceState(db).as('state') })
    .from(devices)
    .where(where)
    .as('judged');
  const rows = await db
    .select({ state: judged.state, number: count() })
    .from(judged)
    .groupBy(sql`${judged.state}`);
  const counts = none();
  for (const { state, number } of rows) counts[state] = number;
  return counts;
}

async function countAmong(
  db: ReadDb,
  where: SQL | undefined,
  among: ReadonlySet<string>,
): Promise<Record<DeviceState, number>> {
  const counts = none();
  const rows = await db
    .select({ id: devices.id, state: deviceState(db) })
    .from(devices)
    .where(where);
  for (const { id, state } of rows) if (among.has(id)) counts[state] += 1;
  return counts;
}

async function idsAmong(
  db: ReadDb,
  where: SQL | undefined,
  among: ReadonlySet<string>,
  most: number,
): Promise<string[]> {
  const rows = await db.select({ id: devices.id }).from(devices).where(where).orderBy(asc(devices.id));
  return rows
    .map(({ id }) => id)
    .filter((id) => among.has(id))
    .slice(0, most);
}

function none(): Record<DeviceState, number> {
  return Object.fromEntries(DEVICE_STATES.map((state) => [state, 0])) as Record<DeviceState, number>;
}
