import { alerts, deviceContacts, devices, inArray, isNull, type Db } from '../../../platform/db/index.ts';
import { nextContactQuantile, presenceOf } from '../../../sites/devices/index.ts';
import { listSites } from '../../../sites/register/index.ts';
import { readAlert } from '../alert.ts';
import type { Watched } from './judge-silence.ts';

const HOUR_MS = 3_600_000;
const HISTORY_MS = 28 * 24 * HOUR_MS;
/** A device that nobody told otherwise reports once an hour. */
const DEFAULT_INTERVAL_MS = HOUR_MS;
const QUIET_MS = 10 * 60_000;
/** Reports that may be missed. */
const MISSED = 3;
/** Away so long, one day in twenty: that is its habit. */
const QUANTILE = 0.95;
/** By how much a habit may be exceeded. */
const SLACK = 1.25;

/** Names in one statement: SQLite takes a thousand values at least. */
const CHUNK = 200;

type Row = Pick<typeof devices.$inferSelect, 'id' | 'site' | 'lastSeenAt' | 'connection'>;

/** Every device that was ever heard of, may speak and belongs to an open site; and the alerts of silence that are open. */
export async function gatherSilence(tx: Db, now: number): Promise<{ devices: Watched[]; open: Set<string> }> {
  const sites = new Map((await listSites(tx)).map((site) => [site.id, site]));
  const { id, site, lastSeenAt, connection } = devices;
  const rows = await tx.select({ id, site, lastSeenAt, connection }).from(devices).where(isNull(devices.standing));
  const contacts = await noteContacts(tx, rows, now);
  const { open, told } = await openSilences(tx);
  const at = (row: Row) => Math.max(row.lastSeenAt ?? 0, row.connection === null ? (contacts.get(row.id) ?? 0) : 0);
  const watched = rows.filter((row) => at(row) > 0 && (sites.get(row.site)?.state ?? 'open') === 'open');
  const away = watched.filter((row) => now - at(row) > QUIET_MS).map((row) => row.id);
  const intervals = await intervalsOf(tx, away);
  const presence = await presenceOf(tx, away, { from: now - HISTORY_MS });
  return {
    open,
    devices: watched.map((row) => {
      const contactAt = at(row);
      const habitMs = now - contactAt > QUIET_MS ? habitOf(presence.get(row.id) ?? [], contactAt) : 0;
      const reportsMs = MISSED * (intervals.get(row.id) ?? DEFAULT_INTERVAL_MS);
      return {
        device: row.id,
        site: row.site,
        region: sites.get(row.site)?.region ?? '',
        contactAt,
        // A connection that is open and mute is noticed by the reports alone.
        quietAfterMs: row.connection === null ? Math.max(QUIET_MS, habitMs) : Math.max(reportsMs, habitMs),
        silentAfterMs: Math.max(reportsMs, habitMs),
        toldAt: told.get(row.id),
      };
    }),
  };
}

/** Until when it is usually back, asked at the hour after it was last heard; 0 for one that is always there. */
function habitOf(presence: Parameters<typeof nextContactQuantile>[0], contactAt: number): number {
  const nextHour = (Math.floor(contactAt / HOUR_MS) + 1) * HOUR_MS;
  const waitMs = nextContactQuantile(presence, { now: nextHour, quantile: QUANTILE }) ?? 0;
  return waitMs === 0 ? 0 : nextHour - contactAt + waitMs * SLACK;
}

/** How often each of these reports, as it says itself; ms. */
async function intervalsOf(tx: Db, names: readonly string[]): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const chunk of inChunks(names)) {
    const { id, report } = devices;
    for (const row of await tx.select({ id, report }).from(devices).where(inArray(id, chunk))) {
      const said = JSON.parse(row.report ?? '{}') as { settings?: { reportIntervalMs?: number } };
      found.set(row.id, said.settings?.reportIntervalMs ?? DEFAULT_INTERVAL_MS);
    }
  }
  return found;
}

/** Writes down who came and who went since the last look. @returns when those that went were first found gone, ms */
async function noteContacts(tx: Db, rows: readonly Row[], now: number): Promise<Map<string, number>> {
  const known = new Map((await tx.select().from(deviceContacts)).map((row) => [row.device, row]));
  const contacts = new Map<string, number>();
  const unknown: string[] = [];
  const [came, went]: [string[], string[]] = [[], []];
  for (const { id: device, connection } of rows) {
    const before = known.get(device);
    const wasOnline = before?.online === 1;
    const isOnline = connection !== null;
    contacts.set(device, wasOnline && !isOnline ? now : (before?.contactAt ?? 0));
    if (isOnline === wasOnline) continue;
    if (before === undefined) unknown.push(device);
    else (isOnline ? came : went).push(device);
  }
  for (const chunk of inChunks(unknown)) {
    await tx.insert(deviceContacts).values(chunk.map((device) => ({ device, online: 1, contactAt: 0 })));
  }
  for (const chunk of inChunks(came))
    await tx.update(deviceContacts).set({ online: 1 }).where(inArray(deviceContacts.device, chunk));
  for (const chunk of inChunks(went)) {
    await tx.update(deviceContacts).set({ online: 0, contactAt: now }).where(inArray(deviceContacts.device, chunk));
  }
  return contacts;
}

function inChunks(names: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(names.length / CHUNK) }, (_, at) => names.slice(at * CHUNK, (at + 1) * CHUNK));
}

/** Subjects of the open alerts of silence, and when each device in them was told of. */
async function openSilences(tx: Db): Promise<{ open: Set<string>; told: Map<string, number> }> {
  const open = new Set<string>();
  const told = new Map<string, number>();
  for (const row of await tx.select().from(alerts).where(isNull(alerts.clearedAt))) {
    const { kind, subject, details, raisedAt } = readAlert(row);
    if (!kind.endsWith('_silent')) continue;
    open.add(subject);
    const named = Array.isArray(details['devices'])
      ? (details['devices'] as string[])
      : [subject.slice('device:'.length)];
    for (const device of named) told.set(device, raisedAt);
  }
  return { open, told };
}
