import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createMemoryCrypto, createSeededRandom } from '@plumbline/shared/testing';
import { afterEach, expect, it } from 'vitest';
import { createGatewayNearby } from '../../agent/src/browser/nearby/gateway.ts';
import { createNodeClock } from '../../agent/src/node/platform/node-clock.ts';
import { closedPort, listening } from '../harness/network/index.ts';

const SHA256 = 'a'.repeat(64);
const MAX_BYTES = 100_000;
const BOUNDS = { answerMs: 200, transferMs: 600 };
const never = new AbortController().signal;

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function nearbyOf(gateway: string | undefined, isKeptOut = false) {
  const random = createSeededRandom(1);
  return createGatewayNearby({
    clock: createNodeClock(),
    random,
    crypto: createMemoryCrypto(random),
    identity: () => ({ site: 'north', device: 'tablet-1', certificate: { pem: 'AAAA' } }),
    gateway: () => gateway,
    isKeptOut: async () => isKeptOut,
    bounds: BOUNDS,
  });
}

async function gatewayThat(answer: Answer) {
  const sockets = new Set<Socket>();
  const server = createServer(answer);
  server.on('connection', (socket) => sockets.add(socket));
  ended.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return nearbyOf(`http://127.0.0.1:${await listening(server)}`);
}

const forEver: Answer = (_request, response) => {
  const more = () => response.write(Buffer.alloc(65_536)) && setImmediate(more);
  response.on('drain', more);
  more();
};
const drop =
  (everyMs: number): Answer =>
  (_request, response) => {
    const timer = setInterval(() => response.write('.'), everyMs);
    response.on('close', () => clearInterval(timer));
  };
const status =
  (code: number, headers = {}): Answer =>
  (_request, response) =>
    response.writeHead(code, headers).end('what');

it.each<[string, string, Answer]>([
  ['says nothing', 'silent', () => undefined],
  ['sends for ever', 'other_bytes', forEver],
  ['announces 10 GB', 'other_bytes', (_q, response) => forEver(_q, response.setHeader('content-length', 1e10))],
  ['sends a byte now and then', 'broke_off', drop(50)],
  ['breaks off', 'broke_off', (_q, response) => response.write('some', () => response.destroy())],
  ['hangs up', 'unreachable', (request) => request.socket.destroy()],
  ['refuses', 'refused', status(401)],
  ['is broken', 'refused', status(500)],
  ['sends elsewhere', 'unreachable', status(302, { location: 'http://127.0.0.1:1/' })],
  ['does not have it', 'not_there', status(404)],
  ['answers 204 and nothing', 'refused', status(204)],
])('a gateway that %s gives no bundle: %s, in bounded time', async (_what, code, answer) => {
  const nearby = await gatewayThat(answer);
  const began = performance.now();
  expect(await nearby.bundle(SHA256, MAX_BYTES, never)).toMatchObject({ absent: { code } });
  expect(performance.now() - began).toBeLessThan(5 * BOUNDS.transferMs);
});

it('garbage of the right length is handed on as it came: what it is worth, its hash says', async () => {
  const nearby = await gatewayThat((_request, response) => response.end(Buffer.alloc(MAX_BYTES, 7)));
  expect(await nearby.bundle(SHA256, MAX_BYTES, never)).toMatchObject({ archive: { length: MAX_BYTES } });
});

it.each<[string, Answer]>([
  ['no JSON', (_q, response) => response.end('<html>')],
  ['entries that are none', (_q, response) => response.end('{"entries":[{"id":1}],"next":"a.1","more":false}')],
])('a log page of %s is a problem with a code, and no entry', async (_what, answer) => {
  const nearby = await gatewayThat(answer);
  await expect(nearby.siteLog(undefined, never)).rejects.toMatchObject({ code: 'gateway_wrong' });
});

it('a log page without end is cut off', async () => {
  const nearby = await gatewayThat(forEver);
  await expect(nearby.siteLog(undefined, never)).rejects.toMatchObject({ code: 'body_too_large' });
});

it('tells nobody there, nobody named and not allowed apart', async () => {
  const nobody = `http://127.0.0.1:${await closedPort()}`;
  const codes = await Promise.all(
    [nearbyOf(nobody), nearbyOf(undefined), nearbyOf(nobody, true)].map(async (nearby) =>
      (await nearby).bundle(SHA256, MAX_BYTES, never),
    ),
  );
  expect(codes).toMatchObject([
    { absent: { code: 'unreachable' } },
    { absent: { code: 'no_gateway' } },
    { absent: { code: 'not_allowed' } },
  ]);
});
