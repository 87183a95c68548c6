import { setImmediate as nextTurn } from 'node:timers/promises';
import { mergeWindows, type DriftWindow } from '@plumbline/shared/drift';
import {
  and,
  asc,
  count,
  desc,
  driftDays,
  eq,
  gte,
  inArray,
  lt,
  max,
  sql,
  type ReadDb,
  type SQL,
} from '../../../platform/db/index.ts';

/** What one device counted of a version over one period. */
export interface DeviceDay {
  device: string;
  site: string;
  fromAt: number;
  toAt: number;
  quarantined: boolean;
  window: DriftWindow;
}

/** What one device counted over several periods. */
export interface DeviceSum {
  device: string;
  site: string;
  window: DriftWindow;
}

const MOST_HISTORY = 10_000;
/** Opening them takes some tens of milliseconds. */
const ROWS_AT_A_TIME = 150;

export interface DayRange {
  /** Periods that begin in [from, to), ms. */
  from: number;
  to: number;
}

interface VersionOf {
  line: string;
  version: string;
}

function daysOf({ line, version }: VersionOf, { from, to }: DayRange) {
  return and(
    eq(driftDays.line, line),
    eq(driftDays.version, version),
    gte(driftDays.fromAt, from),
    lt(driftDays.fromAt, to),
  );
}

/** Days of a version in order of time, those in quarantine too. */
export async function listDays(db: ReadDb, of: VersionOf, range: DayRange): Promise<DeviceDay[]> {
  return readByDevice(db, daysOf(of, range));
}

/** What days count together, without opening them; quiet while none of them is in quarantine. */
export async function sizeOfDays(
  db: ReadDb,
  of: VersionOf,
  range: DayRange,
): Promise<{ count: number; isQuiet: boolean }> {
  const [row] = await db
    .select({ count: sql<number>`sum(${driftDays.count})`, quarantined: max(driftDays.quarantined) })
    .from(driftDays)
    .where(daysOf(of, range));
  await nextTurn();
  return { count: Number(row?.count ?? 0), isQuiet: Number(row?.quarantined ?? 0) === 0 };
}

/**
 * The days of a version within so long before a time, the newest ones, at most so many that they are read in a moment: whole
 * days of the fleet, and of one that is larger the first devices; oldest first.
 */
export async function listHistory(db: ReadDb, of: VersionOf, before: number, withinMs: number): Promise<DeviceDay[]> {
  const counts = and(daysOf(of, { from: before - withinMs, to: before }), eq(driftDays.quarantined, 0));
  const days = await db
    .select({ at: driftDays.fromAt, devices: count() })
    .from(driftDays)
    .where(counts)
    .groupBy(driftDays.fromAt)
    .orderBy(desc(driftDays.fromAt));
  let from = before;
  let known = 0;
  for (const { at, devices } of days) {
    if (known > 0 && known + devices > MOST_HISTORY) break;
    [from, known] = [at, known + devices];
  }
  return readByDevice(db, and(counts, gte(driftDays.fromAt, from)), MOST_HISTORY);
}

/** In order of time; so many devices at once that others have their turn between them. */
async function readByDevice(db: ReadDb, which: SQL | undefined, most = Infinity): Promise<DeviceDay[]> {
  const named = await db
    .select({ device: driftDays.device, days: count() })
    .from(driftDays)
    .where(which)
    .groupBy(driftDays.device)
    .orderBy(asc(driftDays.device));
  const found: (DeviceDay & { sha256: string })[] = [];
  for (let at = 0; at < named.length && found.length < most;) {
    const some: string[] = [];
    for (let rows = 0; at < named.length && rows < ROWS_AT_A_TIME; at += 1) {
      some.push(named[at]!.device);
      rows += named[at]!.days;
    }
    const rows = await db
      .select()
      .from(driftDays)
      .where(and(which, inArray(driftDays.device, some)));
    for (const row of rows) found.push({ ...readDay(row), sha256: row.sha256 });
    await nextTurn();
  }
  const order = (a: DeviceDay & { sha256: string }, b: DeviceDay & { sha256: string }) =>
    a.fromAt - b.fromAt || compare(a.device, b.device) || compare(a.sha256, b.sha256);
  return found
    .toSorted(order)
    .slice(0, most)
    .map(({ sha256: _sha256, ...day }) => day);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function readDay(row: typeof driftDays.$inferSelect): DeviceDay {
  const { device, site, fromAt, toAt, quarantined, body } = row;
  const window = JSON.parse(body) as DriftWindow;
  return { device, site, fromAt, toAt, quarantined: quarantined === 1, window };
}

/** Adds up what counts, device by device and site by site; a device that moved speaks for both of its sites. */
export function sumByDevice(days: readonly DeviceDay[]): DeviceSum[] {
  const parts = new Map<string, DeviceDay[]>();
  for (const day of days) {
    if (day.quarantined) continue;
    const key = `${day.device}\n${day.site}`;
    const own = parts.get(key);
    if (own === undefined) parts.set(key, [day]);
    else own.push(day);
  }
  return [...parts.values()].map((own) => ({
    device: own[0]!.device,
    site: own[0]!.site,
    // Nobody writes into a sum, so one day is its own.
    window: own.length === 1 ? own[0]!.window : mergeAll(own.map(({ window }) => window)),
  }));
}

/** Variants of a version share their reference and so their bins; only the hash of the archive differs. */
export function mergeAll(windows: readonly DriftWindow[]): DriftWindow {
  const sha256 = windows[0]?.sha256 ?? '';
  return mergeWindows(windows.map((window) => (window.sha256 === sha256 ? window : { ...window, sha256 })));
}
