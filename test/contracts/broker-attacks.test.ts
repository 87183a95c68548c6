import { connect as connectTcp } from 'node:net';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { bytes, closed, device, received } from './broker.contract.ts';
import { devicePolicy } from './device-policy.ts';

describe('attacks on the embedded broker', () => {
  let broker: AedesBroker;
  let url: string;
  const reasons: string[] = [];

  beforeAll(async () => {
    broker = await createAedesBroker({
      tcp: { host: '127.0.0.1', port: 0 },
      policy: devicePolicy,
      onError: (error) => reasons.push(error.message),
    });
    url = `mqtt://127.0.0.1:${broker.ports().tcp}`;
  });
  afterAll(() => broker.close());

  /** Connects, does it, and resolves with the reason the broker gave when it closed the connection. */
  async function refusalOf(attack: (client: MqttClient) => unknown): Promise<string | undefined> {
    const client = await device(url, 'd1');
    client.on('error', () => undefined);
    const gone = closed(client);
    attack(client);
    await gone;
    await client.endAsync(true);
    return reasons.at(-1);
  }

  describe('a connection is refused', () => {
    const refused: [string, string, IClientOptions][] = [
      ['with a session that outlives it', 'd1', { clean: false }],
      ['with the wrong password', 'd1', { password: 'guess' }],
      ['with the id of another device', 'd2', { username: 'd1' }],
      ['with the id +', '+', { username: 'd1' }],
      ['with the id #', '#', { username: 'd1' }],
      ['with the id /', 'd1/up', { username: 'd1' }],
      ['with a NUL in its id', 'd1\u0000', { username: 'd1' }],
      ['with the id __proto__', '__proto__', { username: 'd1' }],
      ['with an id of 7 000 letters', 'd'.repeat(7_000), { username: 'd1' }],
      ['with a CONNECT of 100 KB', 'd1', { username: 'u'.repeat(60_000), password: 'p'.repeat(40_000) }],
      [
        'with a will on another device',
        'd1',
        { will: { topic: 'f/s1/d2/up/status', payload: Buffer.from('dead'), qos: 1, retain: true } },
      ],
    ];
    it.each(refused)('%s', async (_, id, options) => {
      await expect(device(url, id, options)).rejects.toThrow(/./);
    });

    it('that starts with megabytes of something else', async () => {
      const socket = connectTcp(broker.ports().tcp, '127.0.0.1');
      socket.on('error', () => undefined);
      const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      // A CONNECT that announces 128 MB and goes on sending.
      socket.write(new Uint8Array([0x10, 0xff, 0xff, 0xff, 0x3f]));
      socket.write(new Uint8Array(1_000_000));
      await gone;
      expect(reasons).toContain('refused: CONNECT too large');
    });
  });

  describe('a connection is closed', () => {
    const filters: [string, string[]][] = [
      ['everything', ['#']],
      ['every device', ['f/s1/+/dn/desired']],
      ['another device', ['f/s1/d2/dn/#']],
      ['another site', ['f/s2/d1/dn/#']],
      ['the broker itself', ['$SYS/#']],
      ['an allowed and a denied filter at once', ['f/s1/d1/dn/#', 'f/s1/d2/dn/#']],
      ['a denied and an allowed filter at once', ['f/s1/d2/dn/#', 'f/s1/d1/dn/#']],
    ];
    it.each(filters)('on a subscription to %s', async (_, filter) => {
      const reason = await refusalOf((client) => client.subscribe(filter, { qos: 1 }, () => undefined));
      expect(reason).toMatch(/^refused: subscribe to /);
    });

    it.each(['f/s1/d2/up/tel', 'f/s1/d1/dn/desired', 'f/s2/d1/up/tel', '$SYS/x', 'x'])(
      'on a publish to %s',
      async (topic) => {
        const publish = (client: MqttClient) => client.publish(topic, 'x', { qos: 1, retain: true }, () => undefined);
        expect(await refusalOf(publish)).toBe(`refused: publish on ${topic}`);
      },
    );
  });

  it('leave nothing behind: no retained message, no subscription, no dead broker', async () => {
    const victim = await device(url, 'd2');
    const messages = received(victim, 1);
    await victim.subscribeAsync('f/s1/d2/dn/#', { qos: 1 });
    const attacker = await device(url, 'd1');
    const seen: string[] = [];
    attacker.on('message', (topic) => seen.push(topic));
    await attacker.subscribeAsync('f/s1/d1/dn/#', { qos: 1 });
    const own = received(attacker, 1);
    await broker.publish('f/s1/d2/dn/ack', bytes('for d2'), { retain: false });
    await broker.publish('f/s1/d1/dn/ack', bytes('for d1'), { retain: false });
    expect(await messages).toEqual([{ topic: 'f/s1/d2/dn/ack', body: 'for d2' }]);
    await own;
    expect(seen).toEqual(['f/s1/d1/dn/ack']);
    await Promise.all([victim.endAsync(true), attacker.endAsync(true)]);
  });

  it('a subscription that is wider than its permission gets no more than the permission', async () => {
    const careless = await createAedesBroker({
      tcp: { host: '127.0.0.1', port: 0 },
      policy: {
        ...devicePolicy,
        authorize: (action, who, topic) => action === 'subscribe' || devicePolicy.authorize(action, who, topic),
      },
    });
    const client = await device(`mqtt://127.0.0.1:${careless.ports().tcp}`, 'd1');
    const first = received(client, 2);
    await careless.publish('f/s1/d2/dn/desired', bytes('retained, not for d1'), { retain: true });
    await client.subscribeAsync('f/s1/+/dn/#', { qos: 1 });
    await careless.publish('f/s1/d2/dn/ack', bytes('not for d1'), { retain: false });
    for (const body of ['one', 'two']) await careless.publish('f/s1/d1/dn/ack', bytes(body), { retain: false });
    expect((await first).map(({ body }) => body)).toEqual(['one', 'two']);
    await client.endAsync(true);
    await careless.close();
  });

  it('a message that makes the server throw costs that message and nothing else', async () => {
    const heard: string[] = [];
    broker.onMessage(() => {
      throw new Error('a fault of ours');
    });
    broker.onMessage(({ clientId }) => heard.push(clientId ?? ''));
    const client = await device(url, 'd1');
    await client.publishAsync('f/s1/d1/up/tel', 'x', { qos: 1 });
    await client.publishAsync('f/s1/d1/up/tel', 'y', { qos: 1 });
    await client.endAsync();
    expect(reasons.filter((reason) => reason === 'a fault of ours').length).toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set(['d1']));
  });

  it('are told with their reason', () => {
    for (const reason of ['only clean sessions', 'client id', 'publish on f/s1/d2/up/tel', 'subscribe to $SYS/#']) {
      expect(reasons).toContain(`refused: ${reason}`);
    }
  });
});
