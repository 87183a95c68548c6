import { observeOutcome } from '@plumbline/shared/drift';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { driftDays, openDatabase, outboxEvents, type Database } from '../../platform/db/index.ts';
import { endLeft } from './findings/end-left.ts';
import { standingAlarms } from './findings/standing-alarms.ts';
import { assessVersion, listFindings, listHolds, listVerdicts, mergedWindows, refusalPage } from './index.ts';
import { createEvidenceWorld, DAY_MS, type EvidenceWorld, type Row } from './testing/evidence-world.ts';

const OF = { line: 'delay', version: '1.0.0' };
const DEVICES = Array.from({ length: 12 }, (_, i) => `gw-${i}`);

let database: Database;
let world: EvidenceWorld;
beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock: createVirtualClock() });
  world = await createEvidenceWorld(database);
});
afterEach(() => database.close());

/** All devices count a day, and the server looks a day after it. */
async function passDay(day: number, draw: (device: string) => () => Row = () => world.usual, devices = DEVICES) {
  world.setNow((day + 1) * DAY_MS);
  for (const device of devices) await world.send(device, world.count(day, 40, draw(device)));
  return look(day);
}
function look(day: number) {
  world.setNow((day + 2) * DAY_MS);
  return assessVersion({ database, ...world }, OF, { upTo: (day + 1) * DAY_MS, minimumCount: 150 });
}
const alarms = async () =>
  (await listFindings(database.db, { alarm: true })).map(({ about, from }) => `${from / DAY_MS} ${about}`);
const told = async () =>
  (await database.db.select().from(outboxEvents)).flatMap(({ type }) => (type.startsWith('drift.') ? [type] : []));
const timesTold = async (type: string) => (await told()).filter((one) => one === type).length;
const tall = () => ({ ...world.usual(), height: 3 + world.random() });

const stuck = (device: string) => (device === 'gw-5' ? () => ({ ...world.usual(), height: 2.5 }) : world.usual);
const late = (day: number) => {
  const window = world.count(day, 0);
  observeOutcome(window, 0.5, 1);
  return window;
};

describe('evidence of drift', () => {
  it('is merged exactly, by day and part of the fleet, and says nothing while nothing changes', async () => {
    for (const day of [1, 2]) expect(await passDay(day)).toMatchObject([{ alarm: false, count: 480 }]);
    const query = { ...OF, from: 0, to: 9 * DAY_MS };
    expect((await mergedWindows(database.db, { ...query, by: 'fleet' })).map(({ window }) => window.count)).toEqual([
      480, 480,
    ]);
    const [one] = await mergedWindows(database.db, { ...query, by: 'site', id: 'site-of-gw-3', whole: true });
    expect(one).toMatchObject({ scope: { of: 'site', id: 'site-of-gw-3' }, devices: 1, window: { count: 80 } });
    expect(await alarms()).toEqual([]);
    expect(await look(2)).toEqual([]);
  });

  it('of a change is found, told once while it lasts, and again when it comes back', async () => {
    for (const day of [1, 2]) await passDay(day);
    for (const day of [3, 4]) expect(await passDay(day, () => tall)).toMatchObject([{ alarm: true }]);
    const about = 'model:delay@1.0.0/covariate:height';
    expect(await alarms()).toEqual([`4 ${about}`, `3 ${about}`]);
    expect(await timesTold('drift.finding')).toBe(1);
    expect(await timesTold('drift.alert')).toBe(1);
    const [newest] = await listFindings(database.db, { standing: true });
    expect(newest).toMatchObject({
      begunAt: 5 * DAY_MS,
      since: { at: 3 * DAY_MS },
      todo: expect.stringContaining('retrain'),
    });
    await passDay(5);
    expect(await listFindings(database.db, { standing: true })).toEqual([]);
    await passDay(6, () => tall);
    expect(await timesTold('drift.finding')).toBe(2);
    expect(await timesTold('drift.judged')).toBe(6);
  });

  it('of one device is neither a change of the fleet nor able to hide one', async () => {
    const loud = (device: string, draw: () => Row) => (device === 'gw-0' ? draw : world.usual);
    world.setNow(2 * DAY_MS);
    await world.send('gw-0', world.count(1, 4_000, tall));
    await passDay(1, (device) => loud(device, tall), DEVICES.slice(1));
    expect((await listVerdicts(database.db, 'delay'))[0]).toMatchObject({ alarm: false });
    expect((await alarms()).filter((one) => !one.includes('/device:gw-0'))).toEqual([]);
    world.setNow(3 * DAY_MS);
    await world.send('gw-0', world.count(2, 4_000));
    await passDay(2, () => tall, DEVICES.slice(1));
    expect(await alarms()).toContain('2 model:delay@1.0.0/covariate:height');
  });

  it('that comes late opens its own day again, which may take an alarm back and raises none', async () => {
    await passDay(1, undefined, DEVICES.slice(0, 6));
    await passDay(2);
    world.setNow(4 * DAY_MS);
    for (const device of DEVICES) await world.send(device, world.count(1, 200, tall));
    expect(await look(2)).toEqual([]);
    const [first, second] = await listVerdicts(database.db, 'delay');
    expect(first).toMatchObject({ alarm: false, count: 2_640, sentence: expect.stringContaining('too late') });
    expect(second).toMatchObject({ alarm: false, count: 480 });
    expect(await alarms()).toEqual([]);

    await passDay(3, () => tall, DEVICES.slice(0, 6));
    expect(await alarms()).toHaveLength(1);
    for (const device of DEVICES.slice(6)) await world.send(device, world.count(3, 400));
    await look(3);
    expect(await alarms()).toEqual([]);
  });

  it('of faulty data is named as such, held back from training, and ended when it is right again', async () => {
    await passDay(1);
    await passDay(2, stuck);
    expect(await alarms()).toEqual(['2 model:delay@1.0.0/stuck:height/device:gw-5']);
    const [fault] = await listFindings(database.db, { alarm: true });
    expect(fault).toMatchObject({ kind: 'quality', quality: 'stuck', n: 40, devices: 1, sites: 1 });
    const hold = { line: 'delay', feature: 'height', scope: { of: 'device', id: 'gw-5' }, from: 2 * DAY_MS };
    expect(await listHolds(database.db, 'delay')).toMatchObject([{ ...hold, to: null }]);
    await passDay(3);
    expect(await listHolds(database.db, 'delay')).toMatchObject([{ ...hold, to: 3 * DAY_MS }]);
  });

  it('of values that are missing everywhere is a fault of the data and no drift', async () => {
    await passDay(1);
    await passDay(2, () => () => ({ ...world.usual(), height: null }));
    expect(await alarms()).toEqual(['2 model:delay@1.0.0/missing:height']);
    expect((await listVerdicts(database.db, 'delay')).at(-1)).toMatchObject({ alarm: false });
  });
});

/** Sites that are nothing alike: what is usual at one is rare at another. */
const usualAt = (device: string) => () => {
  const usual = world.usual();
  const isOdd = Number(device.slice(-1)) % 2 === 1;
  return { ...usual, height: world.random() < 0.7 ? 2 * world.random() + (isOdd ? 2 : 0) : 4 * world.random() };
};
/** Half of the rows of each site are what they never were. */
const movedAt = (device: string) => () => (world.random() < 0.5 ? usualAt(device)() : { ...tall(), trade: 'wood' });

describe('a fleet of six sites', () => {
  const SIX = DEVICES.slice(0, 6);
  const live = async (weeks: number, draw: (device: string) => () => Row, from = 1) => {
    for (let week = 0; week < weeks; week += 1) await passDay(from + 14 * week, draw, SIX);
  };

  it('that has moved is told from its own past, once it has one, and what lasts does not become its past', async () => {
    await live(20, usualAt);
    expect(await alarms()).toEqual([]);
    await live(3, movedAt, 281);
    const found = await listFindings(database.db, { kind: 'covariate', alarm: true });
    const heights = found.filter(({ subject, scope }) => subject === 'height' && scope.of === 'fleet');
    expect(heights.map(({ from }) => from / DAY_MS)).toEqual([309, 295, 281]);
    expect(heights[2]).toMatchObject({
      sites: 6,
      since: { at: 281 * DAY_MS },
      sentence: expect.stringMatching(/has moved since \d{4}-\d\d, each site against its own past/),
    });
    expect(heights[2]?.shares).toHaveLength(6);
  });

  it('that is too young to have a past is asked nothing of it', async () => {
    await live(10, usualAt);
    await live(1, movedAt, 141);
    expect((await alarms()).filter((one) => !one.includes('/site:'))).toEqual([]);
  });
});

const standing = async () => (await standingAlarms(database.db)).map(({ version }) => version);
/** Days of the next version, as `takeEvidence` keeps them. */
const nextIsAsked = async (day: number, count = 40) =>
  database.transaction(async (tx) => {
    const [one] = await tx.select().from(driftDays).limit(1);
    if (one === undefined) throw new Error('nothing was taken yet');
    const at = { fromAt: day * DAY_MS, toAt: (day + 1) * DAY_MS, takenAt: world.now() };
    await tx.insert(driftDays).values({ ...one, ...at, count, version: '1.0.1', sha256: 'ab'.repeat(32) });
  });

describe('what stands of a version', () => {
  it('is over when its line has lived with another one for five weeks, and not before', async () => {
    for (const day of [1, 2]) await passDay(day);
    await passDay(3, () => tall);
    await nextIsAsked(30);
    await endLeft({ database });
    expect(await standing()).toEqual(['1.0.0']);
    // Outcomes that come late are no questions.
    await nextIsAsked(90, 0);
    await endLeft({ database });
    expect(await standing()).toEqual(['1.0.0']);
    await nextIsAsked(39);
    await endLeft({ database });
    expect(await standing()).toEqual([]);
    expect(await alarms()).toHaveLength(1);
  });

  it('stands on while the whole line is silent', async () => {
    for (const day of [1, 2]) await passDay(day);
    await passDay(3, () => tall);
    world.setNow(400 * DAY_MS);
    await endLeft({ database });
    expect(await standing()).toEqual(['1.0.0']);
  });
});

describe('evidence that cannot be what it says', () => {
  it.each<[string, () => Promise<void>]>([
    [
      'window_replayed',
      async () => {
        const window = world.count(1, 10);
        await world.send('gw-1', window);
        await world.send('gw-1', window);
      },
    ],
    ['window_counts_differ', () => world.send('gw-1', { ...world.count(1, 10), count: 11 })],
    [
      'window_bins_differ',
      () => {
        const window = world.count(1, 10);
        return world.send('gw-1', { ...window, features: { ...window.features, height: [10] } });
      },
    ],
    ['window_version_unknown', () => world.send('gw-1', { ...world.count(1, 10), sha256: 'ef'.repeat(32) })],
    ['window_version_unknown', () => world.send('gw-1', { ...world.count(1, 10), model: 'cost' })],
    ['window_period', () => world.send('gw-1', { ...world.count(1, 10), from: DAY_MS + 5 })],
    ['window_future', () => world.send('gw-1', world.count(9, 10))],
    ['labels_exceed_predictions', () => world.send('gw-1', late(1))],
  ])('is refused: %s', async (code, send) => {
    world.setNow(2 * DAY_MS);
    await send();
    await look(2);
    const { refusals } = await refusalPage(database.db, { device: 'gw-1' }, { limit: 10 });
    expect(refusals.map((one) => one.code)).toEqual([code]);
    const [merged] = await mergedWindows(database.db, { ...OF, from: 0, to: 99 * DAY_MS, by: 'device' });
    expect(merged?.window.count).toBe(code === 'window_replayed' ? 10 : undefined);
  });
});
