import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list as listAudit } from '../../platform/audit/index.ts';
import {
  devicePenalties,
  devices,
  driftVerdicts,
  eq,
  isNotNull,
  rollouts,
  webhookDeliveries,
  webhooks,
  type Db,
} from '../../platform/db/index.ts';
import { createDispatcher, type Dispatcher, type FleetEvent } from '../../platform/outbox/index.ts';
import { recordStatus, releaseDevice } from '../../sites/devices/index.ts';
import { createDeviceWorld, signer, type DeviceWorld } from '../../sites/devices/testing/device-world.ts';
import { acknowledgeAlert, listAlerts, watchAlerts, type AlertWatch } from './index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let world: DeviceWorld;
let dispatcher: Dispatcher;
let watch: AlertWatch;
let events: string[];

const write = (change: (tx: Db) => PromiseLike<unknown>) =>
  world.database.transaction(async (tx) => void (await change(tx)));
const open = async () =>
  (await listAlerts(world.database.db)).map(({ kind, subject }) => `${kind} ${subject}`).toSorted();
const birth = (device: string, session: number) =>
  recordStatus(world, device, { status: 'birth', nonce: `nonce-${device}-${session}`, at: world.now(), session });
const death = (device: string, session: number) =>
  recordStatus(world, device, { status: 'death', nonce: `nonce-${device}-${session}`, at: world.now() });

/** Time passes with a look every ten minutes, and everybody who is connected reports. */
async function pass(minutes: number): Promise<void> {
  for (let left = minutes; left > 0; left -= 10) {
    await world.clock.advance(Math.min(left, 10) * MINUTE_MS);
    await write((tx) => tx.update(devices).set({ lastSeenAt: world.now() }).where(isNotNull(devices.connection)));
    await watch.look();
  }
  await dispatcher.settled();
}

async function begin(): Promise<void> {
  dispatcher = createDispatcher(world);
  watch = watchAlerts({ ...world, dispatcher });
  dispatcher.subscribe('test', ['alert.raised', 'alert.cleared'], async (event: FleetEvent) => {
    if ('subject' in event) events.push(`${event.type} ${event.kind} ${event.subject}`);
  });
  await dispatcher.start();
  await watch.look();
}

beforeEach(async () => {
  world = await createDeviceWorld();
  events = [];
  for (const [index, device] of ['gw-1', 'gw-2', 'gw-3', 'gw-4'].entries()) {
    await world.enrolled(device, signer(index + 10));
    await birth(device, 1);
  }
  await begin();
});
afterEach(async () => {
  await dispatcher.stop();
  await world.close();
});

describe('a device that falls silent', () => {
  it('is told of once, after three reports it owed, and cleared when it is back', async () => {
    await death('gw-1', 1);
    await pass(150);
    expect(await open()).toEqual([]);
    await pass(60);
    expect(await open()).toEqual(['device_silent device:gw-1']);
    await birth('gw-1', 2);
    await pass(2);
    expect(events).toEqual(['alert.raised device_silent device:gw-1', 'alert.cleared device_silent device:gw-1']);
  });

  it('with three of four at once is one alert; who is still away when the site is back gets its own', async () => {
    for (const device of ['gw-1', 'gw-2', 'gw-3']) await death(device, 1);
    await pass(25);
    expect(await open()).toEqual(['site_silent site:north']);
    await birth('gw-1', 2);
    await birth('gw-2', 2);
    await pass(2);
    expect(await open()).toEqual(['device_silent device:gw-3']);
    expect(events).toEqual([
      'alert.raised site_silent site:north',
      'alert.raised device_silent device:gw-3',
      'alert.cleared site_silent site:north',
    ]);
  });

  it('is told of no second time by the next life of the server, which was down for hours', async () => {
    await death('gw-1', 1);
    await pass(220);
    await dispatcher.stop();
    await world.clock.advance(12 * HOUR_MS);
    await begin();
    await pass(3);
    expect(await open()).toEqual(['device_silent device:gw-1']);
    expect(events).toEqual(['alert.raised device_silent device:gw-1']);
  });
});

const rollout = (state: Record<string, unknown>) => ({
  id: 'r1',
  line: 'delay',
  version: '1.0.0',
  author: 'user:ana',
  plan: '{}',
  state: JSON.stringify({ stage: 0, since: world.now(), asks: false, ...state }),
  revision: 1,
  createdAt: world.now(),
  updatedAt: world.now(),
});

describe('what is found in the database', () => {
  it('is told of at once when its event comes, and once however often it comes', async () => {
    await birth('gw-1', 1).catch(() => undefined);
    const clone = { status: 'birth', nonce: 'another-nonce', at: world.now(), session: 1 } as const;
    await expect(recordStatus(world, 'gw-1', clone)).rejects.toMatchObject({ code: 'device_cloned' });
    await dispatcher.settled();
    await pass(3);
    expect(events).toEqual(['alert.raised device_cloned device:gw-1']);
    await releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'looked' });
    await pass(1);
    expect(events).toContain('alert.cleared device_cloned device:gw-1');
  });

  it.each([
    ['a rollout that failed', { status: 'paused', stageStatus: 'failed', reason: 'p95 doubled' }, 'rollout_failed'],
    ['one that was taken back', { status: 'reverted', stageStatus: 'failed', reason: 'crashes' }, 'rollout_failed'],
    ['one that asks', { status: 'running', stageStatus: 'held', asks: true }, 'rollout_asks'],
    ['one that awaits approval', { status: 'awaiting-approval', stageStatus: 'pending' }, 'rollout_asks'],
  ])('%s raises an alert that ends with its cause', async (_what, state, kind) => {
    await write((tx) => tx.insert(rollouts).values(rollout(state)));
    await pass(1);
    expect(await open()).toEqual([`${kind} rollout:r1`]);
    await write((tx) => tx.update(rollouts).set(rollout({ status: 'running', stageStatus: 'running' })));
    await pass(1);
    expect(await open()).toEqual([]);
  });

  it('and can end by itself stays open when a person has seen it; what has happened for good does not', async () => {
    const verdict = { line: 'delay', version: '1.0.0', fromAt: 1, toAt: 2, count: 9, alarm: 1, sentence: 'crew moved' };
    await write((tx) => tx.insert(driftVerdicts).values({ ...verdict, details: '{}', assessedAt: world.now() }));
    await write((tx) =>
      tx.insert(devicePenalties).values({
        device: 'gw-2',
        failures: 3,
        reason: 'self_test_failed',
        lastAt: world.now(),
        until: world.now() + HOUR_MS,
      }),
    );
    await pass(1);
    for (const alert of await listAlerts(world.database.db)) {
      await acknowledgeAlert(world, 'user:ana', { alert: alert.id, note: 'seen' });
    }
    await pass(2);
    expect(await open()).toEqual(['device_penalised device:gw-2']);
    const [seen] = await listAlerts(world.database.db);
    expect(seen?.acknowledged).toMatchObject({ by: 'user:ana', note: 'seen' });
    await expect(acknowledgeAlert(world, 'user:bo', { alert: seen!.id, note: '' })).rejects.toMatchObject({
      code: 'alert_acknowledged',
    });
    expect((await listAudit(world.database.db)).rows[0]).toMatchObject({
      action: 'alerts.acknowledge',
      actor: 'user:ana',
    });
    // A later period that drifts is news.
    const later = { ...verdict, fromAt: 3, toAt: 4, details: '{}', assessedAt: world.now() };
    await write((tx) => tx.insert(driftVerdicts).values(later));
    await pass(1);
    expect(await open()).toContain('drift model:delay@1.0.0');
    await pass(60);
    expect(await open()).toEqual(['drift model:delay@1.0.0']);
  });

  it('of a webhook that was given up on names its host and the reason', async () => {
    await write((tx) =>
      tx.insert(webhooks).values({
        id: 'wh_1',
        url: 'https://hooks.example/x',
        types: '["*"]',
        description: '',
        secret: 'whsec_',
        createdBy: 'user:ana',
        createdAt: 1,
      }),
    );
    const delivery = { webhook: 'wh_1', type: 'device.enrolled', body: '{}', state: 'dead', attempts: 11 };
    await write((tx) =>
      tx
        .insert(webhookDeliveries)
        .values({ ...delivery, id: 'm1', event: 1, nextAt: 1, createdAt: 1, lastAt: 5, lastReason: 'answered 500' }),
    );
    await pass(1);
    const [alert] = await listAlerts(world.database.db);
    expect(alert?.sentence).toBe(
      'Webhook wh_1 (hooks.example) was given up on 1 messages; the last one: answered 500.',
    );
    await write((tx) => tx.update(webhookDeliveries).set({ state: 'waiting' }).where(eq(webhookDeliveries.id, 'm1')));
    await pass(1);
    expect(await open()).toEqual([]);
  });

  it('of a device that was taken out of the fleet is nothing', async () => {
    await death('gw-1', 1);
    await write((tx) => tx.update(devices).set({ standing: 'revoked' }).where(eq(devices.id, 'gw-1')));
    await pass(200);
    expect(await open()).toEqual([]);
  });
});
