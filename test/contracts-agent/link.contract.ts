import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, ConnectOptions, Link, LinkTrust } from '../../agent/src/ports/index.ts';

/** The other end, and what it saw. Devices `d1`, `d2` … log in with their id and `secret`. */
export interface LinkUnderTest {
  link: Link;
  url: string;
  trust: LinkTrust;
  /** Resolves with the first message on this topic that comes after the call. */
  heard(topic: string): Promise<Uint8Array>;
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void>;
  /** Cuts the connection of this client. */
  cut(clientId: string): Promise<void>;
  end(): Promise<void>;
}

interface Device {
  connection: Connection;
  /** The next message not yet taken. */
  next(): Promise<{ topic: string; payload: Uint8Array }>;
  closed: Promise<string>;
  closes: () => number;
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function connect(under: LinkUnderTest, id: string, options: Partial<ConnectOptions> = {}): Promise<Device> {
  const messages: { topic: string; payload: Uint8Array }[] = [];
  const takers: ((message: { topic: string; payload: Uint8Array }) => void)[] = [];
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  let closes = 0;
  const connection = await under.link.connect({
    endpoints: [under.url],
    trust: under.trust,
    clientId: id,
    username: id,
    password: 'secret',
    will: { topic: `f/s1/${id}/up/status`, payload: bytes('death') },
    onMessage(topic, payload) {
      const taker = takers.shift();
      if (taker) taker({ topic, payload });
      else messages.push({ topic, payload });
    },
    onClose(reason) {
      closes += 1;
      resolve(reason);
    },
    ...options,
  });
  const next = async () => {
    const message = messages.shift();
    return message ?? new Promise<{ topic: string; payload: Uint8Array }>((taker) => takers.push(taker));
  };
  return { connection, next, closed, closes: () => closes };
}

/** A device the other side surely knows: some brokers say CONNACK before they can cut a client off. */
async function connectWhole(under: LinkUnderTest): Promise<Device> {
  const device = await connect(under, 'd1');
  await device.connection.subscribe('f/s1/d1/dn/+');
  return device;
}

/** What every Link must do. */
export function linkContract(open: () => Promise<LinkUnderTest>): void {
  let under: LinkUnderTest;
  beforeEach(async () => {
    under = await open();
  });
  afterEach(() => under.end());

  describe('a connection', () => {
    it('carries bytes up as they are', async () => {
      const { connection } = await connect(under, 'd1');
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const arrived = under.heard('f/s1/d1/up/tel');
      await connection.publish('f/s1/d1/up/tel', all);
      expect(new Uint8Array(await arrived)).toEqual(all);
      await connection.close();
    });

    it('carries 200 KB up', async () => {
      const { connection } = await connect(under, 'd1');
      const arrived = under.heard('f/s1/d1/up/tel');
      await connection.publish('f/s1/d1/up/tel', new Uint8Array(200_000).fill(7));
      expect(await arrived).toHaveLength(200_000);
      await connection.close();
    });

    it('brings down what was subscribed to, retained messages first', async () => {
      await under.publish('f/s1/d1/dn/desired', bytes('retained'), { retain: true });
      const device = await connect(under, 'd1');
      await device.connection.subscribe('f/s1/d1/dn/+');
      expect(await device.next()).toEqual({ topic: 'f/s1/d1/dn/desired', payload: bytes('retained') });
      await under.publish('f/s1/d1/dn/ack', bytes('ack'), { retain: false });
      expect(await device.next()).toEqual({ topic: 'f/s1/d1/dn/ack', payload: bytes('ack') });
      await device.connection.close();
    });

    it('keeps the order of what is published without waiting', async () => {
      const device = await connect(under, 'd1');
      await device.connection.subscribe('f/s1/d1/dn/+');
      await Promise.all([1, 2, 3].map((n) => under.publish('f/s1/d1/dn/blk', bytes(String(n)), { retain: false })));
      const order = [await device.next(), await device.next(), await device.next()].map(({ payload }) => payload[0]);
      expect(order).toEqual([49, 50, 51]);
      await device.connection.close();
    });
  });

  describe('an end', () => {
    it('by the other side tells the owner once, and delivers the will', async () => {
      const device = await connectWhole(under);
      const will = under.heard('f/s1/d1/up/status');
      await under.cut('d1');
      expect(await device.closed).toEqual(expect.any(String));
      expect(new TextDecoder().decode(await will)).toBe('death');
      expect(device.closes()).toBe(1);
    });

    it('fails what is published after it as link_closed', async () => {
      const device = await connectWhole(under);
      await under.cut('d1');
      await device.closed;
      const late = device.connection.publish('f/s1/d1/up/tel', bytes('late'));
      await expect(late).rejects.toMatchObject({ code: 'link_closed', kind: 'unavailable' });
    });

    it('leaves no publication waiting for ever', async () => {
      const device = await connectWhole(under);
      const settled = Promise.allSettled(
        Array.from({ length: 100 }, () => device.connection.publish('f/s1/d1/up/tel', new Uint8Array(10_000))),
      );
      await under.cut('d1');
      await device.closed;
      const failures = (await settled).filter((one) => one.status === 'rejected').map(({ reason }) => reason);
      expect(failures).toEqual(failures.map(() => expect.objectContaining({ code: 'link_closed' })));
    });

    it('of its own making leaves the will unsaid', async () => {
      const { connection, closed } = await connect(under, 'd1');
      const status = under.heard('f/s1/d1/up/status');
      await connection.close();
      await closed;
      const other = await connect(under, 'd1');
      await other.connection.publish('f/s1/d1/up/status', bytes('birth'));
      expect(new TextDecoder().decode(await status)).toBe('birth');
      await other.connection.close();
    });

    it('can be asked for twice', async () => {
      const { connection } = await connect(under, 'd1');
      await connection.close();
      await expect(connection.close()).resolves.toBeUndefined();
    });
  });

  describe('an attempt', () => {
    it('with the wrong password is refused', async () => {
      await expect(connect(under, 'd1', { password: 'wrong' })).rejects.toMatchObject({
        code: 'link_refused',
        kind: 'refused',
      });
    });

    it('where nobody listens finds the port closed', async () => {
      const endpoints = [under.url.replace(/:\d+/, ':1')];
      await expect(connect(under, 'd1', { endpoints })).rejects.toMatchObject({
        code: 'port_blocked',
        kind: 'unavailable',
      });
    });

    it('goes on to the next endpoint when one leads nowhere', async () => {
      const endpoints = [under.url.replace(/:\d+/, ':1'), under.url];
      const { connection, closed } = await connect(under, 'd1', { endpoints });
      await connection.close();
      expect(await closed).toEqual(expect.any(String));
    });

    it('succeeds after one that failed', async () => {
      await expect(connect(under, 'd1', { password: 'wrong' })).rejects.toThrow('refused');
      const { connection } = await connect(under, 'd1');
      await connection.close();
    });
  });
}
