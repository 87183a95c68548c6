import { createVirtualClock } from '@plumbline/shared/testing';
import { deviceReport, row } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { devices, openDatabase, sql, telemetry, type Database } from '../../platform/db/index.ts';
import { devicePage, listDevices } from '../../sites/devices/index.ts';
import { countTelemetry } from '../../insight/telemetry/index.ts';
import { seedFleet } from './index.ts';

const clock = createVirtualClock(Date.UTC(2026, 5, 1));
let database: Database;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

const seed = (options: { devices?: number; rows?: number; seed?: number } = {}) =>
  seedFleet({ database, now: clock.now }, 'user:operator', { devices: 403, rows: 1500, seed: 3, ...options });

describe('an invented fleet', () => {
  it('has exactly what was asked for, in the books and by the verbs that read them', async () => {
    const made = await seed();
    const known = await listDevices(database.db);
    expect(made).toEqual({ sites: 81, devices: 403, online: known.filter(({ online }) => online).length, rows: 1500 });
    expect(known).toHaveLength(403);
    expect((await countTelemetry(database.db)).byKind).toEqual({ prediction: 1500 });
    expect(new Set(known.map(({ site }) => site)).size).toBe(81);
    const states = new Set(known.flatMap(({ report }) => report?.models.map(({ state }) => state) ?? []));
    expect([...states].toSorted()).toEqual(['committed', 'fetching', 'rolled-back']);
    const { counts } = await devicePage(database.db, {}, { limit: 1, cursor: undefined });
    const { revoked, ...others } = counts;
    expect(revoked).toBe(0);
    for (const count of Object.values(others)) expect(count).toBeGreaterThan(0);
  });

  it('says nothing that a real device could not say', async () => {
    await seed();
    const said = await database.db.select({ report: devices.report }).from(devices);
    for (const report of said.flatMap((one) => one.report ?? [])) {
      expect(deviceReport.safeParse(JSON.parse(report)).error).toBeUndefined();
    }
    const rows = await database.db.select({ body: telemetry.body }).from(telemetry).limit(50);
    for (const { body } of rows) expect(row.safeParse(JSON.parse(body)).error).toBeUndefined();
  });

  it('is the same under the same seed', async () => {
    const digest = async () => {
      const [sum] = await database.db.select({ sum: sql<number>`sum(${telemetry.score})` }).from(telemetry);
      return [sum, (await listDevices(database.db)).map(({ publicKey }) => publicKey)];
    };
    await seed();
    const first = await digest();
    await database.close();
    database = await openDatabase({ url: 'sqlite::memory:', clock });
    await seed();
    expect(await digest()).toEqual(first);
  });

  it('never stands beside another', async () => {
    await seed({ devices: 1, rows: 0 });
    await expect(seed()).rejects.toMatchObject({ code: 'fleet_not_empty', kind: 'conflict' });
    expect(await listDevices(database.db)).toHaveLength(1);
  });
});
