import type { DeviceSettings } from '@plumbline/shared/trust';
import type { EventRow, GapRow, PredictionRow } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../agent/src/ports/index.ts';
import { SESSION, SITE_ENTRIES, streamKey, UPDATES } from '../../agent/src/store/keys.ts';
import { ISSUED, mintAssignment, mintRelease, mintRepository, type Release } from '../../agent/src/testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../agent/src/testing/test-device.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RELEASE = await mintRelease({ counter: 1, version: '1.0.0' });
const QUICK = { settings: { proveRecords: 1, proveTimeoutMs: MINUTE_MS } };
/** Long waits between attempts, so that a month of them is quickly lived through. */
const PATIENT = { firstDelayMs: MINUTE_MS, maxDelayMs: 6 * HOUR_MS, tickMs: HOUR_MS };
const FULL = new StoreError('store_full', 'no space', { kind: 'unavailable' });

async function assign({ server }: TestDevice, seq: number, release: Release): Promise<void> {
  server.offer(release);
  server.assign(
    await mintAssignment(seq, [release], QUICK),
    await mintRepository({ releases: [release], version: seq }),
  );
}

async function predict(device: TestDevice): Promise<number> {
  const [made] = await device.agent().predict([{ values: { a: 1, b: 1 }, asOf: device.clock.now() }]);
  return made?.at ?? Number.NaN;
}

async function running(options: Parameters<typeof createTestDevice>[0] = {}): Promise<TestDevice> {
  const device = await createTestDevice(options);
  await device.start();
  await assign(device, 1, RELEASE);
  await device.pass(2000);
  await predict(device);
  await device.pass(2000);
  expect(device.agent().state().lines).toMatchObject([{ state: 'committed' }]);
  return device;
}

const eventsOf = ({ server }: TestDevice): EventRow[] =>
  server.rows('reports').flatMap(([, row]) => (row.kind === 'event' ? [row] : []));

describe('row 28: an outage of 30 days with more telemetry than there is room for', () => {
  it('ends with a gap that says exactly what is missing, and everything after it', async () => {
    const device = await running({ timing: PATIENT, settings: { outboxBytes: 60_000 } });
    const before = device.server.rows('predictions').length;
    device.broker.setUp(false);
    device.broker.drop();
    const madeAt: number[] = [];
    for (let passed = 0; passed < 30 * DAY_MS; passed += HOUR_MS) {
      madeAt.push(await predict(device), await predict(device));
      await device.clock.advance(HOUR_MS);
    }
    await device
      .agent()
      .recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana', ref: 'seen' });
    expect(device.agent().state().outbox.predictions.sizeBytes).toBeLessThan(60_000);
    device.broker.setUp(true);
    await device.clock.advance(7 * HOUR_MS);

    const [first, ...rest] = device.server.rows('predictions').slice(before);
    const gap = first?.[1] as GapRow;
    const dropped = gap.count;
    expect(gap).toMatchObject({
      kind: 'gap',
      reason: 'over_budget',
      from: before + 1,
      to: before + dropped,
      firstAt: madeAt[0],
      lastAt: madeAt[dropped - 1],
    });
    expect(dropped).toBeGreaterThan(500);
    expect(rest.map(([seq]) => seq)).toEqual(madeAt.slice(dropped).map((_, i) => before + dropped + 1 + i));
    expect(rest.map(([, row]) => row.at)).toEqual(madeAt.slice(dropped));
    expect(device.server.rows('entries')).toMatchObject([[1, { ref: 'seen' }]]);
    expect(device.agent().state().counters.rowsLost).toBe(dropped);
    expect(device.agent().state().outbox.predictions).toMatchObject({ waiting: 0 });
    expect(device.server.doubled()).toBe(0);
    await device.agent().stop();
  });
});

describe('row 26: a disk that is full', () => {
  it('at any one commit of a life costs nothing that anybody was told is kept', async () => {
    const commits = await live(() => undefined);
    for (let at = 1; at <= commits; at += 1) await live((commit) => (commit === at ? FULL : undefined));
    expect(commits).toBeGreaterThan(20);
  });

  it('for hours is told by the gap, and everything goes on when there is space again', async () => {
    const device = await running();
    device.store().refuse(FULL);
    await expect(
      device.agent().recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana' }),
    ).rejects.toMatchObject({
      code: 'store_full',
    });
    const made = 25_000;
    for (let n = 0; n < made; n += 100) {
      await device
        .agent()
        .predict(Array.from({ length: 100 }, () => ({ values: { a: 1, b: 1 }, asOf: device.clock.now() })));
      await device.clock.advance(1000);
    }
    device.store().refuse(undefined);
    await device.clock.advance(10 * MINUTE_MS);
    const rows = device.server.rows('predictions').map(([, row]) => row);
    const gaps = rows.flatMap((row) => (row.kind === 'gap' ? [row] : []));
    const kept = rows.filter((row): row is PredictionRow => row.kind === 'prediction').length;
    expect(gaps.length).toBeGreaterThan(0);
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(['store_full']));
    expect(kept + gaps.reduce((sum, { count }) => sum + count, 0)).toBe(made + 1);
    expect(
      await device.agent().recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana' }),
    ).toMatchObject({
      actor: 'ana',
    });
    await device.agent().stop();
  });
});

describe('row 27: a clock that is wrong', () => {
  it.each([
    ['at 1970', 0],
    ['ten years ahead', ISSUED + 3650 * DAY_MS],
  ])('%s opens no second month, and lets nothing expire', async (_what, startAt) => {
    const device = await createTestDevice({ timing: PATIENT, settings: { rowTtlMs: 7 * DAY_MS } }, startAt);
    await device.start();
    await device.clock.advance(MINUTE_MS);
    const month = device.agent().state().link.monthFrom;
    expect(Math.abs(month - ISSUED)).toBeLessThan(60 * DAY_MS);
    expect(device.agent().state().connected).toBe(true);
    await device
      .agent()
      .recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana', ref: 'seen' });
    await device.clock.advance(MINUTE_MS);
    expect(device.server.rows('entries')).toMatchObject([[1, { ref: 'seen' }]]);
    await device.agent().stop();
  });
});

describe('a link whose month is spent', () => {
  it('carries what people wrote and reports, holds the rest back, says so, and goes on with the next month', async () => {
    const device = await running({ timing: PATIENT });
    const { link } = device.agent().state();
    const usedBytes = link.upBytes + link.downBytes;
    expect(usedBytes).toBeGreaterThan(3000);
    await device.agent().stop();

    const spent = await running({ timing: PATIENT, settings: { linkMonthlyBytes: usedBytes + 20_000 } });
    const sent = () => spent.server.rows('predictions').length;
    while (!eventsOf(spent).some(({ code }) => code === 'link_budget_spent')) {
      await predict(spent);
      await spent.clock.advance(5 * MINUTE_MS);
    }
    const before = sent();
    const reports = spent.server.reports.length;
    await predict(spent);
    await spent
      .agent()
      .recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana', ref: 'seen' });
    await spent.clock.advance(2 * HOUR_MS);
    expect(sent()).toBe(before);
    expect(spent.server.rows('entries')).toMatchObject([[1, { ref: 'seen' }]]);
    expect(spent.server.reports.length).toBeGreaterThan(reports);
    expect(spent.server.reports.at(-1)?.link).toMatchObject({ limitBytes: usedBytes + 20_000 });
    expect(spent.agent().state().outbox.predictions.waiting).toBeGreaterThan(0);
    const { monthFrom } = spent.agent().state().link;
    await spent.clock.advance(31 * DAY_MS);
    expect(spent.agent().state().link.monthFrom).toBeGreaterThan(monthFrom);
    expect(spent.agent().state().outbox.predictions.waiting).toBe(0);
    await spent.agent().stop();
  });

  it('waits in its quiet hours, and sends when they are over', async () => {
    const settings: DeviceSettings = {};
    const device = await running({ timing: PATIENT, settings });
    Object.assign(settings, { linkQuietFromMinute: 0, linkQuietUntilMinute: 23 * 60 });
    await predict(device);
    await device
      .agent()
      .recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana', ref: 'seen' });
    await device.clock.advance(2 * HOUR_MS);
    expect(device.server.rows('predictions')).toHaveLength(1);
    expect(device.server.rows('entries')).toHaveLength(1);
    await device.clock.advance(22 * HOUR_MS);
    expect(device.server.rows('predictions')).toHaveLength(2);
    await device.agent().stop();
  });
});

describe('worn flash', () => {
  const rot = new TextEncoder().encode('{"rot');
  it.each<[string, (device: TestDevice) => string[]]>([
    ['a stream', () => [streamKey('predictions'), streamKey('entries')]],
    ['the number of the session', () => [SESSION]],
    ['the update of a line', (device) => keysOf(device, UPDATES)],
    ['open windows', (device) => keysOf(device, 'window/')],
    ['predictions of activities', (device) => keysOf(device, 'predicted/')],
    ['the log of the site', (device) => [...keysOf(device, SITE_ENTRIES), 'site/cursor']],
    ['the month of the link', () => ['link/month']],
    [
      'every value but who it is and what it believes',
      (device) =>
        device
          .store()
          .keys()
          .filter((key) => !/^(identity|trust\/|running$)/.test(key)),
    ],
  ])('in %s does not keep the agent from starting; what was lost is told, and all goes on', async (_what, keys) => {
    const device = await running();
    const at = device.clock.now();
    const value = { startAt: at - 1, dueAt: at + DAY_MS, values: { a: 1, b: 0 } };
    device.server.site([{ id: 'plan-A-1', activity: 'A-1', base: null, actor: 'office', at, field: 'plan', value }]);
    await device.pass(1000);
    await device.agent().tick();
    await device.pass(1000);
    device.broker.setUp(false);
    const damaged = keys(device);
    expect(damaged.length).toBeGreaterThan(0);
    for (const key of damaged) device.store().damage(key, rot);
    await device.crash();
    device.broker.setUp(true);
    await device.clock.advance(30_000);
    await device
      .agent()
      .recordEntry({ activity: 'A-1', field: 'outcome', value: { label: 1 }, actor: 'ana', ref: 'after' });
    await device.clock.advance(30_000);
    expect(device.server.rows('entries').map(([, row]) => row.ref)).toEqual(['after']);
    expect(device.agent().state()).toMatchObject({ connected: true, lines: [{ running: { version: '1.0.0' } }] });
    expect(device.agent().activities()).toMatchObject([{ activity: 'A-1', plan: value }]);
    const sessions = device.server.sessions;
    expect(sessions.at(-1)).toBeGreaterThan(sessions.at(-2) ?? Infinity);
    const told = eventsOf(device).flatMap(({ code, details }) => (code === 'stored_value_lost' ? [details?.key] : []));
    const values = damaged.filter((key) => !/^(out|age|fetch|recent)\//.test(key));
    expect(told).toEqual(expect.arrayContaining(values));
    await device.crash();
    await device.clock.advance(30_000);
    const after = eventsOf(device).filter(({ code }) => code === 'stored_value_lost').length;
    expect(after).toBe(told.length);
    await device.agent().stop();
  });
});

function keysOf(device: TestDevice, prefix: string): string[] {
  return device
    .store()
    .keys()
    .filter((key) => key.startsWith(prefix));
}

/** An install, two predictions and two outcomes on a disk that refuses what it is told to. @returns commits asked for */
async function live(refuses: (commit: number) => StoreError | undefined): Promise<number> {
  const device = await createTestDevice();
  const told: string[] = [];
  const attempts = device.store();
  attempts.refuseWhen(refuses);
  await device.start().catch(() => device.crash());
  await assign(device, 1, RELEASE);
  await device.pass(800);
  let predicted = 0;
  for (const ref of ['one', 'two']) {
    await predict(device).then(
      () => (predicted += 1),
      () => undefined,
    );
    await device
      .agent()
      .recordEntry({ activity: `A-${ref}`, field: 'outcome', value: { label: 1 }, actor: 'ana', ref })
      .then(
        () => told.push(ref),
        () => undefined,
      );
    await device.pass(500);
  }
  const commits = attempts.commits();
  attempts.refuse(undefined);
  // An install that met the full disk is put off, not given up.
  const isRunning = () => device.agent().state().lines[0]?.running !== undefined;
  for (let n = 0; n < 300 && !isRunning(); n += 1) await device.clock.advance(5 * MINUTE_MS);
  await device.clock.advance(30_000);
  expect(device.server.rows('entries').map(([, row]) => row.ref)).toEqual(told);
  expect(device.server.rows('predictions').filter(([, row]) => row.kind === 'prediction')).toHaveLength(predicted);
  expect(device.agent().state().lines).toMatchObject([{ running: { version: '1.0.0' } }]);
  await device.agent().stop();
  return commits;
}
