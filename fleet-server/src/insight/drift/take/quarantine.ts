import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  and,
  count,
  driftDays,
  driftRefusals,
  eq,
  gte,
  inArray,
  lt,
  streams,
  sql,
  telemetry,
  type Database,
} from '../../../platform/db/index.ts';
import type { DeviceDay } from '../merge/device-days.ts';
import { refuse } from './refuse.ts';

/** A prediction about a later day may have been made so long before it. */
const AHEAD_MS = 31 * 86_400_000;

/**
 * Sets aside the days that count more predictions than their device has sent, and declared as dropped; takes back in what
 * has been made good since, for rows of predictions may come after the counts of their day. A device that has never sent
 * a row of predictions is not held against any: its weight in a verdict is limited anyway.
 * @returns the days, each as it stands now
 */
export async function quarantineExceeding(
  { database, now }: { database: Database; now: () => number },
  of: { line: string; version: string },
  days: readonly DeviceDay[],
): Promise<DeviceDay[]> {
  if (days.length === 0) return [];
  const allowed = await declaredGaps(database, [...new Set(days.map(({ device }) => device))]);
  await nextTurn();
  const sent = new Map<string, number>();
  for (const { fromAt, toAt } of new Map(days.map((day) => [`${day.fromAt} ${day.toAt}`, day])).values()) {
    for (const { device, rows } of await countSent(database, of, fromAt, toAt))
      sent.set(keyOf({ device, fromAt, toAt }), rows);
    await nextTurn();
  }
  const claimed = new Map<string, number>();
  for (const day of days) claimed.set(keyOf(day), (claimed.get(keyOf(day)) ?? 0) + day.window.count);
  const settled: DeviceDay[] = [];
  for (const day of days) {
    const gapped = allowed.get(day.device);
    const most = gapped === undefined ? Infinity : (sent.get(keyOf(day)) ?? 0) + gapped;
    const quarantined = (claimed.get(keyOf(day)) ?? 0) > most;
    if (quarantined !== day.quarantined) await setAside(database, of, { ...day, quarantined }, most, now());
    settled.push({ ...day, quarantined });
  }
  return settled;
}

async function setAside(
  database: Database,
  { line, version }: { line: string; version: string },
  { device, site, fromAt, toAt, quarantined }: DeviceDay,
  most: number,
  now: number,
): Promise<void> {
  const id = `exceeds:${line}@${version}:${device}:${fromAt}`;
  await database.transaction(async (tx) => {
    await tx
      .update(driftDays)
      .set({ quarantined: quarantined ? 1 : 0 })
      .where(
        and(
          eq(driftDays.device, device),
          eq(driftDays.site, site),
          eq(driftDays.line, line),
          eq(driftDays.version, version),
          eq(driftDays.fromAt, fromAt),
          eq(driftDays.toAt, toAt),
        ),
      );
    const refusal = {
      code: 'window_exceeds_predictions',
      field: 'count',
      expected: `≤ ${most} predictions sent`,
    } as const;
    if (quarantined) await refuse(tx, { id, device, site, line, from: fromAt }, refusal, now);
    else await tx.delete(driftRefusals).where(eq(driftRefusals.id, id));
  });
}

/** Rows of predictions that a device declared as dropped; absent of one that has never sent any. */
async function declaredGaps(database: Database, devices: readonly string[]): Promise<Map<string, number>> {
  const rows = await database.db
    .select({ device: streams.device, gapped: sql<number>`sum(${streams.gapped})`.mapWith(Number) })
    .from(streams)
    .where(and(eq(streams.class, 'predictions'), inArray(streams.device, [...devices])))
    .groupBy(streams.device);
  return new Map(rows.map(({ device, gapped }) => [device, gapped]));
}

function countSent(database: Database, { line, version }: { line: string; version: string }, from: number, to: number) {
  return database.db
    .select({ device: telemetry.device, rows: count() })
    .from(telemetry)
    .where(
      and(
        eq(telemetry.kind, 'prediction'),
        eq(telemetry.line, line),
        gte(telemetry.at, from - AHEAD_MS),
        eq(telemetry.version, version),
        gte(telemetry.asOf, from),
        lt(telemetry.asOf, to),
      ),
    )
    .groupBy(telemetry.device);
}

function keyOf({ device, fromAt, toAt }: Pick<DeviceDay, 'device' | 'fromAt' | 'toAt'>): string {
  return `${device}\n${fromAt}\n${toAt}`;
}
