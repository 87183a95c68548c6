import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { challengeRequest, renewRequest, type DeviceCertificate } from '@plumbline/shared/api';
import { fromHex, renewalProofBytes, verifySignature } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { readIdentity, type Identity } from '../identity.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { createCertificateKeeper } from './keep-certificate.ts';
import { renewalDueAt, renewCertificate } from './renew.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const NONCE = 'server-nonce-0123456789';
const certificateAt = (issuedAt: number): DeviceCertificate => ({
  pem: `certificate of ${issuedAt}`,
  issuedAt,
  notAfter: issuedAt + 30 * DAY_MS,
});
const IDENTITY: Identity = {
  site: 'north',
  device: 'gw-1',
  url: 'https://fleet.example',
  mqttUrl: 'mqtts://fleet.example',
  webSocketUrl: 'wss://fleet.example/mqtt',
  rootSha256: 'ab'.repeat(32),
  root: '',
  cas: ['pem'],
  certificate: certificateAt(START),
  enrolledAt: START,
};

/** A server that renews while it is up, and a device whose clock may be wrong. */
function world(startAt = START) {
  const clock = createVirtualClock(startAt);
  const random = createSeededRandom(1);
  const ports = { clock, random, crypto: createMemoryCrypto(random), store: createMemoryStore() };
  const asked: string[] = [];
  const server = { answer: undefined as (() => Response) | undefined, serverNow: () => clock.now() };
  const send: typeof fetch = async (...args) => {
    const request = new Request(...args);
    const path = new URL(request.url).pathname;
    asked.push(path);
    if (server.answer !== undefined) return server.answer();
    const body: unknown = await request.json();
    if (path.endsWith('/challenge')) {
      return Response.json({ nonce: `${NONCE}-${Object.values(challengeRequest.parse(body)).join('-')}` });
    }
    const { signature, ...proven } = renewRequest.parse(body);
    const isProven = verifySignature(
      await ports.crypto.devicePublicKey(),
      renewalProofBytes(proven),
      fromHex(signature),
    );
    if (!isProven || proven.nonce !== `${NONCE}-north-gw-1`) return Response.json(PROBLEM, { status: 403 });
    return Response.json({ certificate: certificateAt(server.serverNow()) });
  };
  return { ...ports, asked, server, send };
}

const PROBLEM = { type: 'about:blank', title: 'forbidden', status: 403, detail: 'stolen', code: 'device_revoked' };

describe('renewal', () => {
  it('proves the key to a nonce of the server and stores the certificate, and nothing else', async () => {
    const ports = world();
    const renewed = await renewCertificate(ports, IDENTITY, ports.send);
    expect(ports.asked).toEqual(['/api/v1/certificates/challenge', '/api/v1/certificates/renew']);
    expect(renewed).toEqual({ ...IDENTITY, certificate: certificateAt(START) });
    expect(await readIdentity(ports.store)).toEqual(renewed);
  });

  it('works on a device that believes in 1970', async () => {
    const ports = world(0);
    ports.server.serverNow = () => START + 400 * DAY_MS;
    const renewed = await renewCertificate(ports, IDENTITY, ports.send);
    expect(renewed.certificate.issuedAt).toBe(START + 400 * DAY_MS);
  });

  it.each<[string, () => Response, object]>([
    [
      'refuses',
      () => Response.json(PROBLEM, { status: 403 }),
      { code: 'renewal_refused', message: 'device_revoked: stolen' },
    ],
    ['is in trouble', () => new Response('', { status: 503 }), { code: 'renewal_unreachable', kind: 'unavailable' }],
    [
      'asks for patience',
      () => new Response('', { status: 429 }),
      { code: 'renewal_unreachable', kind: 'unavailable' },
    ],
    ['is a web page', () => new Response('<html>'), { code: 'renewal_unreachable' }],
  ])('keeps the old certificate when the server %s', async (_what, answer, error) => {
    const ports = world();
    ports.server.answer = answer;
    await expect(renewCertificate(ports, IDENTITY, ports.send)).rejects.toMatchObject(error);
    expect(ports.store.keys()).toEqual([]);
  });
});

function keep(ports: ReturnType<typeof world>, floor = 0) {
  let identity = IDENTITY;
  const problems: unknown[] = [];
  const stop = new AbortController();
  const keeper = createCertificateKeeper({
    ...ports,
    fetch: ports.send,
    identity: () => identity,
    trustedNow: () => Math.max(ports.clock.now(), floor),
    onRenewed: (renewed) => (identity = renewed),
    onProblem: (error) => problems.push(error),
  });
  const running = keeper.run(stop.signal);
  return { keeper, problems, certificate: () => identity.certificate, stop: () => (stop.abort(), running) };
}
const hours = async ({ clock }: ReturnType<typeof world>, count: number) => {
  for (let i = 0; i < count; i += 1) await clock.advance(3_600_000);
};

describe('the keeper of a certificate', () => {
  it('renews at two thirds of its life, again and again, and not before', async () => {
    const ports = world();
    const kept = keep(ports);
    expect(renewalDueAt(IDENTITY.certificate)).toBe(START + 20 * DAY_MS);
    await hours(ports, 20 * 24 - 1);
    expect(ports.asked).toEqual([]);
    await hours(ports, 1);
    expect(kept.certificate().issuedAt).toBe(START + 20 * DAY_MS);
    await hours(ports, 60 * 24);
    expect(ports.asked).toHaveLength(8);
    expect(kept.problems).toEqual([]);
    await kept.stop();
    expect(ports.clock.pending()).toBe(0);
  });

  it('believes signed time more than a clock that stands at 1970', async () => {
    const ports = world(0);
    ports.server.serverNow = () => START + 21 * DAY_MS;
    const kept = keep(ports, START + 21 * DAY_MS);
    await ports.clock.advance(1);
    expect(kept.certificate().issuedAt).toBe(START + 21 * DAY_MS);
    await kept.stop();
  });

  it('asks at once when the server refuses a connection: it may have been off for a year', async () => {
    const ports = world(0);
    ports.server.serverNow = () => START + 400 * DAY_MS;
    const kept = keep(ports);
    await ports.clock.advance(1000);
    expect(ports.asked).toEqual([]);
    kept.keeper.connectionRefused();
    await ports.clock.advance(1);
    expect(kept.certificate().issuedAt).toBe(START + 400 * DAY_MS);
    await kept.stop();
  });

  it('asks once a minute at most when a new certificate does not help either', async () => {
    const ports = world();
    const kept = keep(ports);
    for (let second = 0; second < 600; second += 1) {
      kept.keeper.connectionRefused();
      await ports.clock.advance(1000);
    }
    expect(ports.asked.length).toBeLessThanOrEqual(2 * 11);
    await kept.stop();
  });

  it('tries again ever more slowly while the server is away, and succeeds when it is back', async () => {
    const ports = world(START + 25 * DAY_MS);
    ports.server.answer = () => new Response('', { status: 503 });
    const kept = keep(ports);
    await hours(ports, 24);
    expect(kept.problems.length).toBeGreaterThan(20);
    expect(kept.problems.length).toBeLessThan(60);
    ports.server.answer = undefined;
    // Small steps: an answer takes a few turns of the event loop, and no virtual time.
    for (let i = 0; i < 1000; i += 1) await ports.clock.advance(5000);
    expect(kept.certificate().issuedAt).toBeGreaterThan(START + 25 * DAY_MS);
    await kept.stop();
  });
});
