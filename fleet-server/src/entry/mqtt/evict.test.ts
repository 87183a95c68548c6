import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDispatcher, type Dispatcher } from '../../platform/outbox/index.ts';
import type { Broker } from '../../platform/ports/index.ts';
import { quarantineDevice, recordStatus, revokeDevice } from '../../sites/devices/index.ts';
import { createDeviceWorld, type DeviceWorld } from '../../sites/devices/testing/device-world.ts';
import { evictBarred } from './evict.ts';

let world: DeviceWorld;
let dispatcher: Dispatcher;
let closed: { device: string; at: number }[];
let isAway = false;

beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
  const { clock, database } = world;
  closed = [];
  isAway = false;
  dispatcher = createDispatcher({ database, clock });
  // The order that a broker is given, and when; the broker adapters have contract tests of their own.
  const broker: Pick<Broker, 'disconnect'> = {
    async disconnect(device) {
      if (isAway) throw new Error('the broker is away');
      closed.push({ device, at: clock.now() });
    },
  };
  evictBarred({ dispatcher, broker: broker as Broker, clock, log: pino({ level: 'silent' }) });
  await dispatcher.start();
});
afterEach(async () => {
  await dispatcher.stop();
  await world.close();
});

const birth = (nonce: string) => recordStatus(world, 'gw-1', { status: 'birth', nonce, session: 1, at: world.now() });

describe('a device that may not speak any more', () => {
  it.each([
    ['revoked', () => revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' })],
    ['quarantined', () => quarantineDevice(world, 'user:ana', { device: 'gw-1', reason: 'odd figures' })],
    [
      'cloned',
      async () => {
        await birth('nonce-0001');
        await birth('nonce-0002').catch(() => undefined);
      },
    ],
  ])('because it is %s loses its connection at once, and again if it was just coming in', async (_why, verdict) => {
    const at = world.now();
    await verdict();
    await dispatcher.settled();
    expect(closed).toEqual([{ device: 'gw-1', at }]);
    await world.clock.advance(5000);
    expect(closed).toEqual([
      { device: 'gw-1', at },
      { device: 'gw-1', at: at + 3000 },
    ]);
  });

  it('is put out when the broker comes back, if it was away at the verdict', async () => {
    isAway = true;
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
    await dispatcher.settled();
    isAway = false;
    for (let second = 0; second < 120; second += 1) await world.clock.advance(1000);
    await dispatcher.settled();
    expect(closed.length).toBeGreaterThan(0);
  });
});
