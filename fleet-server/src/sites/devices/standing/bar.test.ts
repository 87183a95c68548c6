import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { outboxEvents } from '../../../platform/db/index.ts';
import { getDevice, quarantineDevice, recordStatus, releaseDevice, revokeDevice } from '../index.ts';
import { createDeviceWorld, type DeviceWorld } from '../testing/device-world.ts';

let world: DeviceWorld;
beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
});
afterEach(() => world.close());

const order = { device: 'gw-1', reason: 'stolen from the site office' };
const standing = async () => (await getDevice(world.database.db, 'gw-1')).standing;
const events = async () =>
  (await world.database.db.select().from(outboxEvents)).map(
    ({ body }: { body: string }) => JSON.parse(body) as unknown,
  );

describe('the standing of a device', () => {
  it.each([
    ['revoked', revokeDevice, 'devices.revoke'],
    ['quarantined', quarantineDevice, 'devices.quarantine'],
  ] as const)('is %s with a reason, in the audit and for whoever closes its connection', async (word, verb, action) => {
    await recordStatus(world, 'gw-1', { status: 'birth', nonce: 'nonce-0001', session: 1, at: 0 });
    await verb(world, 'user:ana', order);
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({
      standing: word,
      standingReason: order.reason,
      online: false,
    });
    const [row] = (await list(world.database.db)).rows;
    expect(row).toMatchObject({ actor: 'user:ana', action, subject: 'device:gw-1', details: { reason: order.reason } });
    expect((await events()).at(-1)).toEqual({ type: `device.${word}`, site: 'north', ...order });
  });

  it('comes back from quarantine by a person, and never from revocation', async () => {
    await quarantineDevice(world, 'user:ana', order);
    await releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'found' });
    expect(await standing()).toBe('active');
    await revokeDevice(world, 'user:ana', order);
    const release = releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'found' });
    await expect(release).rejects.toMatchObject({ code: 'device_revoked', kind: 'conflict' });
    expect(await standing()).toBe('revoked');
  });

  it('may go from quarantined to revoked, not back', async () => {
    await quarantineDevice(world, 'user:ana', order);
    await expect(quarantineDevice(world, 'user:ana', order)).rejects.toMatchObject({ code: 'device_quarantined' });
    await revokeDevice(world, 'user:ana', order);
    await expect(revokeDevice(world, 'user:ana', order)).rejects.toMatchObject({ code: 'device_revoked' });
    await expect(quarantineDevice(world, 'user:ana', order)).rejects.toMatchObject({ code: 'device_revoked' });
  });

  it('is not released from nothing, and nobody is put out who is not there', async () => {
    await expect(releaseDevice(world, 'user:ana', order)).rejects.toMatchObject({ code: 'device_active' });
    for (const verb of [revokeDevice, quarantineDevice, releaseDevice]) {
      const unknown = verb(world, 'user:ana', { device: 'gw-9', reason: 'x' });
      await expect(unknown).rejects.toMatchObject({ code: 'device_unknown', kind: 'not-found' });
    }
  });
});
