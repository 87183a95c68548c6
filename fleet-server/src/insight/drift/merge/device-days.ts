import { mergeWindows, type DriftWindow } from '@plumbline/shared/drift';
import { and, asc, desc, driftDays, eq, gte, lt, type ReadDb } from '../../../platform/db/index.ts';

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

const HISTORY_MS = 90 * 86_400_000;
const MOST_HISTORY = 10_000;

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
  const rows = await db
    .select()
    .from(driftDays)
    .where(daysOf(of, range))
    .orderBy(asc(driftDays.fromAt), asc(driftDays.device), asc(driftDays.sha256));
  return rows.map(readDay);
}

/** What days count, without opening them. */
export async function listSizes(
  db: ReadDb,
  of: VersionOf,
  range: DayRange,
): Promise<{ fromAt: number; count: number; quarantined: boolean }[]> {
  const rows = await db
    .select({ fromAt: driftDays.fromAt, count: driftDays.count, quarantined: driftDays.quarantined })
    .from(driftDays)
    .where(daysOf(of, range));
  return rows.map(({ quarantined, ...row }) => ({ ...row, quarantined: quarantined === 1 }));
}

/** The days of a version before a time, the newest ones, at most so many that they are read in a moment; oldest first. */
export async function listHistory(
  db: ReadDb,
  { line, version }: { line: string; version: string },
  before: number,
): Promise<DeviceDay[]> {
  const rows = await db
    .select()
    .from(driftDays)
    .where(
      and(
        eq(driftDays.line, line),
        eq(driftDays.version, version),
        gte(driftDays.fromAt, before - HISTORY_MS),
        lt(driftDays.fromAt, before),
        eq(driftDays.quarantined, 0),
      ),
    )
    .orderBy(desc(driftDays.fromAt), asc(driftDays.device))
    .limit(MOST_HISTORY);
  return rows.map(readDay).toReversed();
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
    window: mergeAll(own.map(({ window }) => window)),
  }));
}

/** Variants of a version share their reference and so their bins; only the hash of the archive differs. */
export function mergeAll(windows: readonly DriftWindow[]): DriftWindow {
  const sha256 = windows[0]?.sha256 ?? '';
  return mergeWindows(windows.map((window) => (window.sha256 === sha256 ? window : { ...window, sha256 })));
}
