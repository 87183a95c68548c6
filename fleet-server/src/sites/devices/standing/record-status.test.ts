import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { devices, deviceSessions, outboxEvents } from '../../../platform/db/index.ts';
import { forgetConnections, getDevice, recordStatus, releaseDevice, revokeDevice } from '../index.ts';
import { createDeviceWorld, type DeviceWorld } from '../testing/device-world.ts';

let world: DeviceWorld;
beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
});
afterEach(() => world.close());

const device = () => getDevice(world.database.db, 'gw-1');
const birth = (session: number, nonce = `nonce-of-${session}`) =>
  recordStatus(world, 'gw-1', { status: 'birth', nonce, session, at: world.now() });
const death = (session: number) =>
  recordStatus(world, 'gw-1', { status: 'death', nonce: `nonce-of-${session}`, at: world.now() });
const cloned = expect.objectContaining({ code: 'device_cloned', kind: 'refused', field: 'session' }) as Error;

describe('the status of a device', () => {
  it('is online from its birth to its death', async () => {
    await birth(1);
    expect(await device()).toMatchObject({ online: true, lastSeenAt: world.now() });
    await death(1);
    expect((await device()).online).toBe(false);
  });

  it('is not changed by the late will of a connection before', async () => {
    await birth(1);
    await birth(2);
    await death(1);
    expect((await device()).online).toBe(true);
  });

  it('was last seen alive: the broker telling a death is no sign of life', async () => {
    await birth(1);
    const seen = world.now();
    await world.clock.advance(90_000);
    await death(1);
    expect((await device()).lastSeenAt).toBe(seen);
  });

  it('is offline once the broker has started anew, until it comes again', async () => {
    await birth(1);
    const seen = world.now();
    expect(await forgetConnections(world.database)).toBe(1);
    expect(await device()).toMatchObject({ online: false, lastSeenAt: seen });
    expect(await forgetConnections(world.database)).toBe(0);
    await birth(2);
    expect((await device()).online).toBe(true);
  });

  it('of a device that nobody enrolled is dropped', async () => {
    await recordStatus(world, 'gw-9', { status: 'birth', nonce: 'first-nonce', session: 1, at: 1 });
    expect(await world.database.db.select().from(devices)).toHaveLength(1);
  });

  it('of a device that was put out is refused', async () => {
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
    await expect(birth(1)).rejects.toMatchObject({ code: 'device_revoked' });
    expect((await device()).online).toBe(false);
  });
});

describe('a key in two places', () => {
  it.each<[string, number, number]>([
    ['a copy connects with the number the original has used', 5, 5],
    ['a copy of long ago connects', 5000, 6],
    ['the original connects after a thief who took a high number', Number.MAX_SAFE_INTEGER, 6],
  ])('is found when %s', async (_what, first, second) => {
    await birth(first, 'nonce-of-one');
    await expect(birth(second, 'nonce-of-another')).rejects.toThrow(cloned);
    expect(await device()).toMatchObject({ standing: 'quarantined', standingReason: 'cloned', online: false });
    const actions = (await list(world.database.db)).rows.map(({ action }) => action);
    expect(actions.slice(0, 2)).toEqual(['devices.quarantine', 'devices.cloned']);
    const types = (await world.database.db.select().from(outboxEvents)).map(({ type }: { type: string }) => type);
    expect(types.slice(-2)).toEqual(['device.quarantined', 'device.cloned']);
  });

  it('shuts out both, until a person releases the device; the second holder rings again', async () => {
    await birth(10);
    await expect(birth(3, 'nonce-of-copy')).rejects.toThrow(cloned);
    await expect(birth(11)).rejects.toMatchObject({ code: 'device_quarantined' });
    await releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'the copy was found' });
    await birth(4, 'nonce-of-copy');
    await birth(12);
    await expect(birth(5, 'nonce-of-copy-2')).rejects.toThrow(cloned);
  });

  it('is not suspected when a broker tells a birth again, the newest or an older one', async () => {
    for (let session = 1; session <= 40; session += 1) await birth(session);
    await death(40);
    await birth(40);
    expect((await device()).online).toBe(true);
    await birth(9);
    expect(await device()).toMatchObject({ standing: 'active' });
    expect((await world.database.db.select().from(devices))[0]?.connection).toBe('nonce-of-40');
  });

  it('is not suspected when numbers are left out, or the server was put back from a backup', async () => {
    await birth(7);
    await birth(700);
    // Yesterday's database has seen less than the device has done.
    await birth(9000);
    expect((await device()).standing).toBe('active');
  });

  it('costs a bounded number of remembered sessions', async () => {
    for (let session = 1; session <= 100; session += 1) await birth(session);
    expect(await world.database.db.select().from(deviceSessions)).toHaveLength(32);
  });
});
