import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { formatEnrolmentCode } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrol, readIdentity, type Identity } from '../../agent/src/index.ts';
import { renewCertificate } from '../../agent/src/enrolment/renew.ts';
import { enrolNode } from '../../agent/src/node/enrol-node.ts';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { createSecureFetch } from '../../agent/src/node/link/secure-fetch.ts';
import { createMemoryStore } from '../../agent/src/testing/memory-store.ts';
import { listening } from '../harness/network/index.ts';
import { eventually, PROFILE } from '../harness/index.ts';

/** What the kernel and both ends may hold of a stream that nobody reads any more. */
const IN_BUFFERS_BYTES = 32 * 2 ** 20;
const TEN_GB = 10 * 2 ** 30;
const CHUNK = Buffer.alloc(65_536, 0x20);

let world: AsyncDisposableStack;
beforeEach(() => {
  world = new AsyncDisposableStack();
});
afterEach(() => world.disposeAsync());

/** Writes until the other end goes away. */
function pourInto(socket: Socket | ServerResponse, chunk: Buffer, poured: { bytes: number; ended: boolean }): void {
  socket.on('error', () => undefined);
  socket.on('close', () => (poured.ended = true));
  const more = () => {
    while (!poured.ended && poured.bytes < TEN_GB) {
      poured.bytes += chunk.length;
      if (!socket.write(chunk)) return void socket.once('drain', more);
    }
  };
  more();
}

async function serve(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  world.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return listening(server);
}

const codeFor = (url: string) =>
  formatEnrolmentCode({
    v: 1,
    url,
    token: 'a'.repeat(32),
    rootSha256: 'ab'.repeat(32),
    caSha256: 'cd'.repeat(32),
    issuedAt: 1,
  });
const identityAt = (url: string): Identity => ({
  site: 'north',
  device: 'gw-1',
  url,
  mqttUrl: 'mqtts://fleet.example',
  webSocketUrl: 'wss://fleet.example/mqtt',
  rootSha256: 'ab'.repeat(32),
  root: '',
  cas: ['pem'],
  certificate: { pem: 'pem', issuedAt: 0, notAfter: 1 },
  enrolledAt: 0,
});
const fetchThere = () =>
  createSecureFetch({ pin: { cas: [] }, time: () => ({ clock: 0, floor: 0 }), development: true }).fetch;

describe('a body of 10 GB without an announced length', () => {
  let poured: { bytes: number; ended: boolean };
  let url: string;
  let residentBefore: number;
  beforeEach(async () => {
    poured = { bytes: 0, ended: false };
    const server = createHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      pourInto(response, CHUNK, poured);
    });
    url = `http://127.0.0.1:${await serve(server)}`;
    residentBefore = process.memoryUsage.rss();
  });

  const wasCut = async () => {
    await eventually('the server notices that nobody listens', () => poured.ended);
    expect(poured.bytes).toBeLessThan(IN_BUFFERS_BYTES);
    expect(process.memoryUsage.rss() - residentBefore).toBeLessThan(128 * 2 ** 20);
  };

  it('is cut at the limit at enrolment, and the folder holds no identity', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-endless-'));
    world.defer(() => rm(folder, { recursive: true }));
    const asked = enrolNode({ code: codeFor(url), stateFolder: folder, profile: PROFILE, development: true });
    await expect(asked).rejects.toMatchObject({ code: 'body_too_large', field: 'body' });
    await wasCut();
    expect((await readdir(folder)).filter((name) => name === 'profile')).toEqual([]);
  });

  it('is cut at the limit at renewal, and the certificate stays what it was', async () => {
    const store = createMemoryStore();
    const crypto = createMemoryCrypto(createSeededRandom(1));
    const ports = { clock: createVirtualClock(), crypto, store };
    const asked = renewCertificate(ports, identityAt(url), fetchThere());
    await expect(asked).rejects.toMatchObject({ code: 'body_too_large' });
    await wasCut();
    expect(await readIdentity(store)).toBeUndefined();
  });
});

it('headers without an end are cut, too', async () => {
  const poured = { bytes: 0, ended: false };
  const server = createServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    pourInto(socket, Buffer.from(`x-more: ${'y'.repeat(4000)}\r\n`), poured);
  });
  const url = `http://127.0.0.1:${await serve(server)}`;
  const ports = {
    clock: createVirtualClock(),
    crypto: createMemoryCrypto(createSeededRandom(1)),
    store: createMemoryStore(),
  };
  const asked = enrol(ports, { code: codeFor(url), profile: PROFILE, agentVersion: '0.1.0', fetch: fetchThere() });
  await expect(asked).rejects.toMatchObject({ code: 'enrolment_unreachable' });
  await eventually('the server notices that nobody listens', () => poured.ended);
  expect(poured.bytes).toBeLessThan(IN_BUFFERS_BYTES);
});

it('an answer at 100 B/s is given up after half a minute, and says that the server was not reached', async () => {
  let ended = false;
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '.repeat(10)), 100);
    response.on('close', () => {
      clearInterval(drip);
      ended = true;
    });
  });
  let dripping = false;
  server.on('request', () => (dripping = true));
  const url = `http://127.0.0.1:${await serve(server)}`;
  const clock = createVirtualClock();
  const ports = { clock, crypto: createMemoryCrypto(createSeededRandom(1)), store: createMemoryStore() };
  const asked = enrol(ports, { code: codeFor(url), profile: PROFILE, agentVersion: '0.1.0', fetch: fetchThere() });
  const refusal = asked.catch((error: unknown) => error);
  await eventually('the first drops fall', () => dripping);
  await clock.advance(29_000);
  expect(ended).toBe(false);
  await clock.advance(1000);
  expect(await refusal).toMatchObject({ code: 'enrolment_unreachable', kind: 'unavailable' });
  await eventually('the server notices that nobody listens', () => ended);
});

/** A broker that grants everything, and then sends this and whatever `then` pours. */
async function connectTo(then: (socket: Socket) => void): Promise<{ reason: Promise<string>; received: number[] }> {
  let client: Socket | undefined;
  const server = createServer((socket) => {
    client = socket;
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(Buffer.from([0x20, 0x02, 0x00, 0x00])));
  });
  const received: number[] = [];
  const { promise: reason, resolve: onClose } = Promise.withResolvers<string>();
  const link = createMqttLink({ development: true });
  const connection = await link.connect({
    endpoints: [`mqtt://127.0.0.1:${await serve(server)}`],
    trust: { cas: [], timeFloor: 0 },
    clientId: 'd1',
    username: 'd1',
    password: 'x',
    will: { topic: 'w', payload: new Uint8Array() },
    onMessage: (_topic, payload) => received.push(payload.length),
    onClose,
  });
  world.defer(() => connection.close());
  if (client !== undefined) then(client);
  return { reason, received };
}

/** The beginning of a PUBLISH. @param remaining its length, as MQTT writes it */
const publishOf = (remaining: number[], topic = 't') =>
  Buffer.from([0x30, ...remaining, 0, topic.length, ...Buffer.from(topic)]);

describe('a message of MQTT', () => {
  it('of 256 MB ends the connection before it is collected', async () => {
    const poured = { bytes: 0, ended: false };
    const { reason, received } = await connectTo((socket) => {
      socket.write(publishOf([0xff, 0xff, 0xff, 0x7f]));
      pourInto(socket, CHUNK, poured);
    });
    expect(await reason).toContain('more than 263168 bytes');
    await eventually('the broker notices that nobody listens', () => poured.ended);
    expect(poured.bytes).toBeLessThan(IN_BUFFERS_BYTES);
    expect(received).toEqual([]);
  });

  it('as long as a frame may be comes through, also byte by byte and many in one piece', async () => {
    const body = Buffer.alloc(262_144);
    const long = Buffer.concat([publishOf([0x83, 0x80, 0x10]), body]);
    const short = Buffer.concat([publishOf([0x05]), Buffer.from('ab')]);
    const { received } = await connectTo((socket) => {
      socket.write(Buffer.concat([short, long, short]));
      for (const byte of short) socket.write(Buffer.from([byte]));
    });
    await eventually('all have come', () => received.length === 4);
    expect(received).toEqual([2, body.length, 2, 2]);
  });
});
