import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGuard, PRODUCTION_LIMITS, SPECIFICATION_LIMITS } from '../../fleet-server/src/entry/mqtt/guard/index.ts';
import {
  createAedesBroker,
  type AedesBroker,
  type AedesBrokerOptions,
} from '../../fleet-server/src/platform/adapters/index.ts';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import { heapBytes } from '../conformance/mqtt/heap.ts';
import { bytesOf } from '../conformance/mqtt/sequences.ts';
import { bytes, device, received } from './broker.contract.ts';
import { devicePolicy } from './device-policy.ts';

const MB = 1024 * 1024;
/** For what other processes may hold up; it takes a moment. */
const SOON = { timeout: 20_000 };
const LOGIN = bytesOf("10 r26 s4 'MQTT' 04 c2 k60 s2 'd1' s2 'd1' s6 'secret'");

let clock: ReturnType<typeof createVirtualClock>;
let world: AsyncDisposableStack;
let reasons: string[];
beforeEach(() => {
  clock = createVirtualClock();
  world = new AsyncDisposableStack();
  reasons = [];
});
afterEach(() => world.disposeAsync());

async function open(options: Partial<AedesBrokerOptions<{ clientId: string }>> = {}): Promise<AedesBroker> {
  const broker = await createAedesBroker({
    tcp: { host: '127.0.0.1', port: 0 },
    policy: devicePolicy,
    guard: () => createGuard(PRODUCTION_LIMITS),
    onError: ({ message }) => reasons.push(message),
    clock,
    ...options,
  });
  world.defer(() => broker.close());
  return broker;
}

/** A socket that does what it likes; what it is sent is left unread. */
async function raw(broker: AedesBroker): Promise<Socket & { gone: Promise<unknown> }> {
  const socket = connect(broker.ports().tcp, '127.0.0.1');
  socket.on('error', () => undefined);
  const gone = new Promise((resolve) => socket.once('close', resolve));
  await Promise.race([once(socket, 'connect'), gone]);
  world.defer(() => void socket.destroy());
  return Object.assign(socket, { gone });
}

const numbered = (id: number) => bytesOf(`34 r19 s14 'f/s1/d1/up/tel' m${id} 'x'`);

/** Writes until there is room no more, the connection is gone, or all is said; resolves with the bytes taken. */
async function pump(socket: Socket, piece: Uint8Array, totalBytes: number): Promise<number> {
  while (!socket.destroyed && socket.bytesWritten < totalBytes) {
    socket.write(piece);
    while (!socket.destroyed && socket.writableNeedDrain) await new Promise((resolve) => setImmediate(resolve));
  }
  return socket.bytesWritten;
}

async function isServed(broker: AedesBroker): Promise<boolean> {
  const client = await device(`mqtt://127.0.0.1:${broker.ports().tcp}`, 'd9');
  await client.subscribeAsync('f/s1/d9/dn/+', { qos: 1 });
  const one = received(client, 1);
  await broker.publish('f/s1/d9/dn/ack', bytes('served'), { retain: false });
  await one;
  await client.endAsync(true);
  return true;
}

describe('before it is let in, a connection', () => {
  it('that announces 120 MB is closed at once, and costs nothing', async () => {
    const broker = await open();
    const socket = await raw(broker);
    const before = heapBytes();
    socket.write(bytesOf('10 80f09b39'));
    const taken = await pump(socket, new Uint8Array(MB), 120 * MB);
    await socket.gone;
    expect(taken).toBeLessThan(16 * MB);
    await expect.poll(() => heapBytes() - before, SOON).toBeLessThan(4 * MB);
    expect(reasons).toEqual(['refused: CONNECT.remainingLength, expected at most 8192 bytes']);
  });

  it('whose CONNECT never ends is closed after five seconds', async () => {
    const broker = await open();
    const socket = await raw(broker);
    socket.write(bytesOf("10 r4000 s4 'MQTT' 04 c2"));
    await expect.poll(() => broker.counts().halfOpen, SOON).toBe(1);
    await clock.advance(4_900);
    expect(broker.counts().halfOpen).toBe(1);
    socket.write(bytesOf('00'));
    await clock.advance(100);
    await socket.gone;
    expect(reasons).toEqual(['refused: no CONNECT in time']);
  });

  it('makes room for another when there are too many, and all of them go', async () => {
    const broker = await open({ gate: { maxHalfOpen: 50 } });
    const before = heapBytes();
    const idle = await Promise.all(Array.from({ length: 300 }, () => raw(broker)));
    await expect.poll(() => idle.filter((socket) => socket.destroyed).length, SOON).toBe(250);
    expect(broker.counts().halfOpen).toBe(50);
    expect(await isServed(broker)).toBe(true);
    await expect.poll(() => heapBytes() - before, SOON).toBeLessThan(16 * MB);
    await clock.advance(5_000);
    await Promise.all(idle.map((socket) => socket.gone));
    await expect.poll(() => broker.counts(), SOON).toEqual({ clients: 0, halfOpen: 0 });
  });

  it('is closed when its address comes too often, and others of the fleet are not', async () => {
    const broker = await open({ gate: { perAddress: { burst: 20, perSecond: 10 } } });
    const many = await Promise.all(Array.from({ length: 40 }, () => raw(broker)));
    await expect.poll(() => many.filter((socket) => socket.destroyed).length, SOON).toBe(20);
    await expect(isServed(broker)).rejects.toThrow(/./);
    await clock.advance(1_000);
    expect(await isServed(broker)).toBe(true);
    expect(reasons.filter((reason) => reason.includes('too many in a short time'))).toHaveLength(1);
  });

  it('is not read beyond its CONNECT', async () => {
    const asked = Promise.withResolvers<{ clientId: string } | null>();
    const broker = await open({ policy: { ...devicePolicy, authenticate: () => asked.promise } });
    const socket = await raw(broker);
    const before = heapBytes();
    socket.write(LOGIN);
    const flood = new Uint8Array(MB);
    for (let times = 0; times < 32; times += 1) socket.write(flood);
    await expect.poll(() => broker.counts().halfOpen, SOON).toBe(1);
    // The kernel takes some; the rest waits at the sender, in one piece that is there already.
    await expect.poll(() => socket.bytesWritten - socket.writableLength, SOON).toBeGreaterThan(0);
    expect(socket.writableLength).toBeGreaterThan(8 * MB);
    await expect.poll(() => heapBytes() - before, SOON).toBeLessThan(4 * MB);
    asked.resolve({ clientId: 'd1' });
    await socket.gone;
    expect(reasons).toEqual(['refused: RESERVED_0, expected a packet that a client sends']);
  });

  it('says no large thing over WebSocket either', async () => {
    const broker = await open({ webSocket: { host: '127.0.0.1', port: 0 } });
    const socket = new WebSocket(`ws://127.0.0.1:${broker.ports().webSocket}`, 'mqtt');
    const gone = new Promise((resolve) => socket.addEventListener('close', resolve));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    // A message reaches the guard when it is whole; this one is not let grow so far.
    socket.send(new Uint8Array(300 * 1024));
    await gone;
    expect(reasons).toContain('refused: too much before the CONNECT');
  });
});

describe('after it was let in, a connection', () => {
  it('with thousands of QoS 2 messages half done is closed at the first, in production', async () => {
    const broker = await open();
    const socket = await raw(broker);
    socket.write(Buffer.concat([LOGIN, ...Array.from({ length: 10_000 }, (_, index) => numbered(index + 1))]));
    await socket.gone;
    expect(reasons).toEqual(['refused: PUBLISH.qos, expected 0 to 1']);
  });

  it('with thousands of them is closed after a hundred, where QoS 2 is let in', async () => {
    const broker = await open({ guard: () => createGuard(SPECIFICATION_LIMITS) });
    const before = heapBytes();
    for (let times = 0; times < 10; times += 1) {
      const socket = await raw(broker);
      socket.write(LOGIN);
      await once(socket, 'data');
      for (let id = 1; id <= 1_000; id += 1) socket.write(numbered(id));
      await socket.gone;
    }
    expect(reasons).toEqual(
      Array.from({ length: 10 }, () => 'refused: PUBLISH.packetId, expected at most 100 without a PUBREL'),
    );
    await expect.poll(() => heapBytes() - before, SOON).toBeLessThan(4 * MB);
    expect(await isServed(broker)).toBe(true);
  });

  it('that announces 1 MB is closed before it is sent', async () => {
    const broker = await open();
    const socket = await raw(broker);
    socket.write(Buffer.concat([LOGIN, bytesOf('32 r1048576')]));
    await socket.gone;
    expect(reasons).toEqual(['refused: PUBLISH.remainingLength, expected at most 262404 bytes']);
  });

  it('that falls silent for longer than it said is closed', async () => {
    const broker = await open();
    const socket = await raw(broker);
    socket.resume().write(bytesOf("10 r26 s4 'MQTT' 04 c2 k1 s2 'd1' s2 'd1' s6 'secret'"));
    // Bytes that never become a packet are no sign of life.
    socket.write(bytesOf('32 r1000 00'));
    await socket.gone;
    expect(reasons).toEqual(['keep alive timeout']);
  });

  it('that stops reading is dropped, and the others are served all the time', async () => {
    const broker = await open();
    const deaf = await raw(broker);
    deaf.write(Buffer.concat([LOGIN, bytesOf("82 r19 m1 s14 'f/s1/d1/dn/ack' 01")]));
    await expect.poll(() => broker.counts().clients, SOON).toBe(1);
    const block = new Uint8Array(64 * 1024);
    const before = heapBytes();
    let sent = 0;
    while (broker.counts().clients === 1 && sent < 64 * MB) {
      await broker.publish('f/s1/d1/dn/ack', block, { retain: false });
      sent += block.length;
    }
    expect(broker.counts().clients).toBe(0);
    expect(reasons[0]).toBe('refused: does not read what it is sent');
    await expect.poll(() => heapBytes() - before, SOON).toBeLessThan(4 * MB);
    expect(await isServed(broker)).toBe(true);
  });

  it('that stops reading a little is dropped after ten seconds', async () => {
    const broker = await open();
    const deaf = await raw(broker);
    deaf.write(Buffer.concat([LOGIN, bytesOf("82 r19 m1 s14 'f/s1/d1/dn/ack' 01")]));
    await expect.poll(() => broker.counts().clients, SOON).toBe(1);
    // Until something waits: how much the kernel takes differs from machine to machine.
    const block = new Uint8Array(64 * 1024);
    while (clock.pending() === 0) await broker.publish('f/s1/d1/dn/ack', block, { retain: false });
    expect(broker.counts().clients).toBe(1);
    await clock.advance(10_000);
    await expect.poll(() => broker.counts().clients, SOON).toBe(0);
    expect(reasons).toEqual(['drain timeout']);
    expect(await isServed(broker)).toBe(true);
  });

  it('has its place taken by the next of its id, and is gone', async () => {
    const broker = await open();
    const first = await raw(broker);
    first.resume().write(LOGIN);
    await expect.poll(() => broker.counts().clients, SOON).toBe(1);
    const second = await raw(broker);
    second.resume().write(LOGIN);
    await first.gone;
    expect(broker.counts()).toEqual({ clients: 1, halfOpen: 0 });
  });
});
