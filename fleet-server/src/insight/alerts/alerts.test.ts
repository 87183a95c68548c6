import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list as listAudit } from '../../platform/audit/index.ts';
import {
  devicePenalties,
  devices,
  driftFindings,
  driftRefusals,
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
import {
  acknowledgeAlert,
  listAlerts,
  muteAlerts,
  showAlerts,
  unmuteAlerts,
  watchAlerts,
  type AlertWatch,
} from './index.ts';

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

function found(kind: string, begunAt: number): typeof driftFindings.$inferInsert {
  const about = { kind, line: 'delay', version: '1.0.0' };
  const scope = { of: 'fleet', id: '' };
  const said = { sure: 'very', todo: 'look', sentence: 'crew moved', since: { at: 5, low: 4, high: 6 }, shares: [] };
  return {
    ...about,
    id: `${kind}-${begunAt}`,
    subject: `model:delay@1.0.0/${kind}:crew`,
    scope: 'fleet',
    scopeId: '',
    fromAt: 1,
    toAt: 2,
    alarm: 1,
    standing: 1,
    begunAt,
    body: JSON.stringify({ ...about, ...said, id: 'f', scope, from: 1, to: 2, devices: 4 }),
    judgedAt: begunAt,
  };
}

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
    await write((tx) => tx.insert(driftFindings).values(found('covariate', 1)));
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
    // The same change goes on: no news. It ended and began anew: news.
    await write((tx) => tx.update(driftFindings).set({ judgedAt: world.now() }));
    await pass(1);
    expect(await open()).toEqual(['device_penalised device:gw-2']);
    await write((tx) => tx.update(driftFindings).set({ begunAt: world.now() }));
    await pass(1);
    expect(await open()).toContain('drift model:delay@1.0.0/covariate:crew');
    await pass(60);
    expect(await open()).toEqual(['drift model:delay@1.0.0/covariate:crew']);
  });

  it('of drift says where, since when, how sure and what to do; faults of the data are told apart, and end by themselves', async () => {
    await write((tx) => tx.insert(driftFindings).values(found('quality', 2)));
    await pass(1);
    const [alert] = await listAlerts(world.database.db);
    expect(alert).toMatchObject({
      kind: 'data_quality',
      subject: 'model:delay@1.0.0/quality:crew',
      details: { where: { of: 'fleet' }, since: { at: 5, low: 4, high: 6 }, sure: 'very', todo: 'look' },
    });
    await write((tx) => tx.update(driftFindings).set({ standing: 0 }));
    await pass(1);
    expect(await open()).toEqual([]);
  });

  it('of evidence that is refused more than three times a day names the device', async () => {
    const refusal = {
      device: 'gw-1',
      site: 'north',
      line: 'delay',
      code: 'window_replayed',
      field: 'id',
      expected: '',
    };
    for (let i = 1; i <= 4; i += 1) {
      await write((tx) =>
        tx.insert(driftRefusals).values({ ...refusal, id: `e:${i}`, fromAt: 0, refusedAt: world.now() }),
      );
      await pass(1);
      expect(await open()).toEqual(i > 3 ? ['evidence_refused device:gw-1'] : []);
    }
    for (const device of ['gw-1', 'gw-2', 'gw-3', 'gw-4']) await birth(device, 3);
    await pass(25 * 60);
    expect((await open()).filter((one) => one.startsWith('evidence'))).toEqual([]);
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

const mute = (order: Partial<Parameters<typeof muteAlerts>[2]>) =>
  muteAlerts(world, 'user:ana', { until: world.now() + 6 * HOUR_MS, reason: 'moving the crane', ...order });

describe('a mute', () => {
  it('tells nobody of what begins under it, hides nothing, and tells what still stands when it is over', async () => {
    const { id } = await mute({ kind: 'device_silent' });
    await death('gw-1', 1);
    await pass(220);
    expect(events).toEqual([]);
    const [shown] = await showAlerts(world.database.db, world.now());
    expect(shown).toMatchObject({ subject: 'device:gw-1', severity: 'notice', muted: { id, by: 'user:ana' } });
    await pass(180);
    expect(events).toEqual(['alert.raised device_silent device:gw-1']);
    expect((await showAlerts(world.database.db, world.now()))[0]?.muted).toBeUndefined();
    await birth('gw-1', 2);
    await pass(2);
    expect(events.at(-1)).toBe('alert.cleared device_silent device:gw-1');
  });

  it('of what began and ended under it says nothing at all', async () => {
    await mute({ subject: 'device:gw-1' });
    await death('gw-1', 1);
    await pass(220);
    await birth('gw-1', 2);
    await pass(2);
    expect(events).toEqual([]);
    const [over] = await listAlerts(world.database.db, { open: false });
    expect(over).toMatchObject({ subject: 'device:gw-1', clearedReason: 'its cause has ended' });
  });

  it('of another subject holds nothing back; ended by a person, it tells at the next look', async () => {
    const { id } = await mute({ subject: 'device:gw-2' });
    await death('gw-1', 1);
    await death('gw-2', 1);
    await pass(220);
    expect(events).toEqual(['alert.raised device_silent device:gw-1']);
    await unmuteAlerts(world, 'user:bo', id);
    await pass(2);
    expect(events.at(-1)).toBe('alert.raised device_silent device:gw-2');
    await expect(unmuteAlerts(world, 'user:bo', id)).rejects.toMatchObject({ code: 'alert_mute_over' });
    const { rows } = await listAudit(world.database.db);
    const acts = rows.filter(({ subject }) => subject === `alert-mute:${id}`).map((row) => [row.action, row.actor]);
    expect(acts.toSorted()).toEqual([
      ['alerts.mute', 'user:ana'],
      ['alerts.unmute', 'user:bo'],
    ]);
  });

  it.each([
    ['everything', {}, 'alert_mute_empty'],
    ['what is over', { kind: 'drift', until: 1 }, 'alert_mute_time'],
    ['for ever', { kind: 'drift', until: Number.MAX_SAFE_INTEGER / 2 }, 'alert_mute_time'],
    ['an alert that is not there', { alert: 'al_0' }, 'alert_unknown'],
  ] as const)('of %s is refused', async (_what, order, code) => {
    await expect(mute(order)).rejects.toMatchObject({ code });
  });
});
