import type { IClientOptions, MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuard, PRODUCTION_LIMITS } from '../../fleet-server/src/entry/mqtt/guard/index.ts';
import {
  createAedesBroker,
  type AedesBroker,
  type BrokerConnection,
} from '../../fleet-server/src/platform/adapters/index.ts';
import { bytes, closed, device, received } from './broker.contract.ts';
import { devicePolicy } from './device-policy.ts';

describe('attacks on the embedded broker', () => {
  let broker: AedesBroker;
  let url: string;
  const reasons: string[] = [];
  const told: { clientId: string | null; connection: BrokerConnection | undefined }[] = [];

  beforeAll(async () => {
    broker = await createAedesBroker({
      tcp: { host: '127.0.0.1', port: 0 },
      policy: devicePolicy,
      guard: () => createGuard(PRODUCTION_LIMITS),
      onError: (error, clientId, connection) => {
        reasons.push(error.message);
        told.push({ clientId, connection });
      },
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
      ['with no id', '', { username: 'd1' }],
      ['with an id of 7 000 letters', 'd'.repeat(7_000), { username: 'd1' }],
      ['with an id of 64 KB', 'd'.repeat(65_535), { username: 'd1' }],
      ['with a silence it may keep for ever', 'd1', { keepalive: 0 }],
      ['with a CONNECT of 100 KB', 'd1', { username: 'u'.repeat(60_000), password: 'p'.repeat(40_000) }],
      [
        'with a will on another device',
        'd1',
        { will: { topic: 'f/s1/d2/up/status', payload: Buffer.from('dead'), qos: 1, retain: true } },
      ],
      ['with a will on the broker itself', 'd1', { will: { topic: '$SYS/x', payload: Buffer.from('dead') } }],
      ['with a will on everything', 'd1', { will: { topic: '#', payload: Buffer.from('dead') } }],
    ];
    it.each(refused)('%s', async (_, id, options) => {
      await expect(device(url, id, options)).rejects.toThrow(/./);
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
      expect(reason).toMatch(/^refused: (subscribe to |SUBSCRIBE\.filters)/);
    });

    it.each(['f/s1/d2/up/tel', 'f/s1/d1/dn/desired', 'f/s2/d1/up/tel', '$SYS/x', 'x'])(
      'on a publish to %s',
      async (topic) => {
        const publish = (client: MqttClient) => client.publish(topic, 'x', { qos: 1, retain: true }, () => undefined);
        const reason = topic.startsWith('$') ? /^refused: PUBLISH\.topic/ : `refused: publish on ${topic}`;
        expect(await refusalOf(publish)).toMatch(reason);
      },
    );

    it('on a message of QoS 2, up or down', async () => {
      const up = await refusalOf((client) => client.publish('f/s1/d1/up/tel', 'x', { qos: 2 }, () => undefined));
      expect(up).toBe('refused: PUBLISH.qos, expected 0 to 1');
      const down = await refusalOf((client) => client.subscribe('f/s1/d1/dn/#', { qos: 2 }, () => undefined));
      expect(down).toBe('refused: SUBSCRIBE.filters[0].qos, expected 0 to 1');
    });

    it('on a payload of more than 256 KB, and not on one of 256 KB', async () => {
      const large = Buffer.alloc(256 * 1024);
      const client = await device(url, 'd3');
      await client.publishAsync('f/s1/d3/up/report', large, { qos: 1 });
      await client.endAsync(true);
      const publish = (one: MqttClient) => one.publish('f/s1/d1/up/report', Buffer.alloc(large.length + 1), { qos: 1 });
      expect(await refusalOf(publish)).toMatch(/^refused: PUBLISH\.payload/);
    });
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

  it('leave no subscription behind when one filter of several is denied, however often it is tried', async () => {
    const seen: string[] = [];
    for (const clean of [true, false, true]) {
      const client = await device(url, 'd1', { clean }).catch(() => undefined);
      if (client === undefined) continue;
      client.on('message', (topic) => seen.push(topic)).on('error', () => undefined);
      const gone = closed(client);
      client.subscribe(['f/s1/d1/dn/#', 'f/s1/d2/dn/#'], { qos: 1 }, () => undefined);
      await gone;
      await broker.publish('f/s1/d2/dn/ack', bytes('for d2'), { retain: false });
    }
    const back = await device(url, 'd1');
    back.on('message', (topic) => seen.push(topic));
    const own = received(back, 1);
    await back.subscribeAsync('f/s1/d1/dn/+', { qos: 1 });
    await broker.publish('f/s1/d2/dn/ack', bytes('for d2'), { retain: false });
    await broker.publish('f/s1/d1/dn/ack', bytes('for d1'), { retain: false });
    await own;
    expect(seen).toEqual(['f/s1/d1/dn/ack']);
    await back.endAsync(true);
  });

  it('are told with reason, client and address', () => {
    for (const reason of [
      'only clean sessions',
      'client id',
      'publish on f/s1/d2/up/tel',
      'subscribe to f/s1/d2/dn/#',
    ]) {
      expect(reasons).toContain(`refused: ${reason}`);
    }
    const from = { remoteAddress: '127.0.0.1' };
    expect(told[reasons.indexOf('refused: publish on f/s1/d2/up/tel')]).toEqual({ clientId: 'd1', connection: from });
  });
});
