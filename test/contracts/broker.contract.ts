import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Broker, BrokerMessage } from '../../fleet-server/src/platform/ports/index.ts';

export interface BrokerUnderTest {
  broker: Broker;
  /** Address for devices; a device logs in with its own id. */
  url: string;
  /** Cuts the broker off and brings it back on the same address; resolves when the port can be used again. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export const bytes = (text: string) => new TextEncoder().encode(text);
const text = (payload: Uint8Array) => new TextDecoder().decode(payload);

/** A device that does not reconnect by itself; `options` overrides anything it sends. */
export function device(url: string, id: string, options: IClientOptions = {}): Promise<MqttClient> {
  const login = { clientId: id, username: id, password: 'secret', protocolVersion: 4, reconnectPeriod: 0 } as const;
  return connectAsync(url, { ...login, clean: true, ...options }, false);
}

/** Resolves with the first `count` messages. */
export function received(client: MqttClient, count: number): Promise<{ topic: string; body: string }[]> {
  const messages: { topic: string; body: string }[] = [];
  return new Promise((resolve) => {
    client.on('message', (topic, payload) => {
      if (messages.push({ topic, body: text(payload) }) === count) resolve(messages);
    });
  });
}

export function closed(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()));
}

/** Resolves with the first `count` messages devices sent to the server. */
function heard(broker: Broker, count: number): Promise<BrokerMessage[]> {
  const messages: BrokerMessage[] = [];
  return new Promise((resolve) => {
    broker.onMessage((message) => {
      if (messages.push(message) === count) resolve(messages);
    });
  });
}

/** Publishes as soon as the broker can be reached again: tries at every turn of the event loop. */
async function publishWhenBack(broker: Broker, topic: string, payload: Uint8Array): Promise<void> {
  for (;;) {
    const failure = await broker.publish(topic, payload, { retain: false }).then(
      () => null,
      (error: unknown) => error,
    );
    if (failure === null) return;
    expect(failure).toMatchObject({ code: 'broker_unreachable', kind: 'unavailable' });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What every broker must do, seen by real devices. */
export function brokerContract(start: () => Promise<BrokerUnderTest>): void {
  let under: BrokerUnderTest;
  let devices: MqttClient[] = [];

  const connect = async (id: string, options?: IClientOptions) => {
    const client = await device(under.url, id, options);
    devices.push(client);
    return client;
  };

  beforeEach(async () => {
    under = await start();
  });
  afterEach(async () => {
    await Promise.all(devices.map((client) => client.endAsync(true)));
    devices = [];
    await under.end();
  });

  it('hands the server what a device publishes, in order', async () => {
    const client = await connect('d1');
    const messages = heard(under.broker, 3);
    for (const body of ['a', 'b', 'c']) await client.publishAsync('f/s1/d1/up/tel', body, { qos: 1 });
    expect((await messages).map(({ topic, payload }) => [topic, text(payload)])).toEqual([
      ['f/s1/d1/up/tel', 'a'],
      ['f/s1/d1/up/tel', 'b'],
      ['f/s1/d1/up/tel', 'c'],
    ]);
  });

  it('hands a device what the server publishes, as QoS 1, in order', async () => {
    const client = await connect('d1');
    await client.subscribeAsync('f/s1/d1/dn/#', { qos: 1 });
    const messages = received(client, 50);
    const qos = new Set<number>();
    client.on('packetreceive', (packet) => packet.cmd === 'publish' && qos.add(packet.qos));
    const bodies = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(bodies.map((body) => under.broker.publish('f/s1/d1/dn/ack', bytes(body), { retain: false })));
    expect((await messages).map(({ body }) => body)).toEqual(bodies);
    expect(qos).toEqual(new Set([1]));
  });

  it('loses nothing of what it sends one device in the same turn, retained and not, one way of QoS only', async () => {
    const client = await connect('d1');
    await client.subscribeAsync('f/s1/d1/dn/+', { qos: 1 });
    const all = received(client, 100);
    const qos = new Set<number>();
    client.on('packetreceive', (packet) => packet.cmd === 'publish' && qos.add(packet.qos));
    const sent = Array.from({ length: 100 }, (_, index) => ({ body: String(index), retain: index % 2 === 0 }));
    await Promise.all(
      sent.map(({ body, retain }) =>
        under.broker.publish(`f/s1/d1/dn/${retain ? 'desired' : 'ack'}`, bytes(body), { retain }),
      ),
    );
    expect((await all).map(({ body }) => body)).toEqual(sent.map(({ body }) => body));
    expect(qos).toEqual(new Set([1]));
  });

  it('keeps a retained message for those who come later, and the newest only', async () => {
    await under.broker.publish('f/s1/d1/dn/desired', bytes('old'), { retain: true });
    await under.broker.publish('f/s1/d1/dn/desired', bytes('new'), { retain: true });
    await under.broker.publish('f/s1/d1/dn/ack', bytes('gone'), { retain: false });
    const client = await connect('d1');
    const first = received(client, 1);
    await client.subscribeAsync('f/s1/d1/dn/#', { qos: 1 });
    expect(await first).toEqual([{ topic: 'f/s1/d1/dn/desired', body: 'new' }]);
  });

  it('closes the connection of a client, and leaves the others alone', async () => {
    const [one, other] = [await connect('d1'), await connect('d2')];
    const gone = closed(one);
    await under.broker.disconnect('d1');
    await gone;
    const message = heard(under.broker, 1);
    await other.publishAsync('f/s1/d2/up/tel', 'still here', { qos: 1 });
    expect((await message)[0]?.topic).toBe('f/s1/d2/up/tel');
  });

  it('does nothing about a client that is not there', async () => {
    await expect(under.broker.disconnect('nobody')).resolves.toBeUndefined();
  });

  it('tells of the death of a device by its will', async () => {
    const will = { topic: 'f/s1/d1/up/status', payload: Buffer.from('dead'), qos: 1, retain: true } as const;
    const client = await connect('d1', { will });
    const message = heard(under.broker, 1);
    client.stream.destroy();
    expect((await message).map(({ topic, payload }) => [topic, text(payload)])).toEqual([
      ['f/s1/d1/up/status', 'dead'],
    ]);
  });

  it('hears the last words of a device that leaves properly, and not its will', async () => {
    const will = { topic: 'f/s1/d1/up/status', payload: Buffer.from('dead'), qos: 1, retain: false } as const;
    const [client, other] = [await connect('d1', { will }), await connect('d2')];
    const messages = heard(under.broker, 2);
    const gone = closed(client);
    // Last word and DISCONNECT leave in one piece, and the connection closes behind them.
    client.publish('f/s1/d1/up/tel', 'last', { qos: 0 });
    client.end();
    await gone;
    await other.publishAsync('f/s1/d2/up/tel', 'after', { qos: 1 });
    expect((await messages).map(({ payload }) => text(payload))).toEqual(['last', 'after']);
  });

  describe('after a restart', () => {
    it('publishes and hears again, and still has what it retained', async () => {
      const before = await connect('d1');
      const cut = closed(before);
      await under.broker.publish('f/s1/d1/dn/desired', bytes('kept'), { retain: true });
      await under.restart();
      await cut;

      const client = await connect('d1');
      const messages = received(client, 2);
      await client.subscribeAsync('f/s1/d1/dn/#', { qos: 1 });
      await publishWhenBack(under.broker, 'f/s1/d1/dn/ack', bytes('again'));
      expect((await messages).map(({ body }) => body)).toEqual(['kept', 'again']);

      const heardAgain = new Promise<void>((resolve) => under.broker.onMessage(() => resolve()));
      await client.publishAsync('f/s1/d1/up/tel', 'x', { qos: 1 });
      await heardAgain;
    });
  });
}
