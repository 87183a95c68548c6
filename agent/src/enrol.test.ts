import { enrolRequest } from '@plumbline/shared/api';
import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import {
  certificateSha256,
  enrolmentProofBytes,
  fingerprintOf,
  formatEnrolmentCode,
  fromHex,
  keyId,
  verifySignature,
} from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { enrol, type EnrolOptions } from './enrol.ts';
import { readIdentity } from './identity.ts';
import { createMemoryStore } from './testing/memory-store.ts';
import { mintIdentity } from './testing/mint.ts';

const MINUTE_MS = 60_000;
const IDENTITY = await mintIdentity();
const { url, rootSha256, cas, enrolledAt, ...answered } = IDENTITY;
const [ca = ''] = cas;
const TOKEN = 'token-0123456789';
const CODE = formatEnrolmentCode({
  v: 1,
  url,
  token: TOKEN,
  rootSha256,
  caSha256: certificateSha256(ca),
  issuedAt: enrolledAt,
});
const GOOD = () => Response.json({ ...answered, ca });
const PENDING = () => Response.json({ status: 'enrolment_pending', fingerprint: 'whatever' }, { status: 202 });

function world(answer: (request: Request) => Promise<Response> | Response) {
  const ports = {
    clock: createVirtualClock(),
    crypto: createMemoryCrypto(createSeededRandom(1)),
    store: createMemoryStore(),
  };
  const send = async (...args: Parameters<typeof fetch>) => answer(new Request(...args));
  const run = (options: Partial<EnrolOptions> = {}) =>
    enrol(ports, { code: CODE, profile: 'test-gateway', agentVersion: '0.1.0', fetch: send, ...options });
  return { ...ports, run };
}

describe('enrolment', () => {
  it('proves the key of the device, pins root and authority and stores the identity', async () => {
    let asked: unknown;
    const { run, store } = world(async (request) => {
      expect(request.url).toBe(`${url}/api/v1/enrol`);
      asked = await request.json();
      return GOOD();
    });
    expect(await run()).toEqual(IDENTITY);
    expect(await readIdentity(store)).toEqual(IDENTITY);
    const { publicKey, proof } = enrolRequest.parse(asked);
    expect(verifySignature(publicKey, enrolmentProofBytes(TOKEN), fromHex(proof))).toBe(true);
  });

  it('is refused on a device that has a name', async () => {
    const { run } = world(GOOD);
    await run();
    await expect(run()).rejects.toMatchObject({ code: 'already_enrolled' });
  });

  it('asks again with the same key after a crash before the identity was stored', async () => {
    const keys: unknown[] = [];
    const { run } = world(async (request) => {
      keys.push(enrolRequest.parse(await request.json()).publicKey);
      if (keys.length === 1) throw new TypeError('network');
      return GOOD();
    });
    await expect(run()).rejects.toMatchObject({ code: 'enrolment_unreachable', kind: 'unavailable' });
    await run();
    expect(keys[0]).toEqual(keys[1]);
  });

  const OTHER_CA = '-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n';
  const problem = { type: 'about:blank', title: 'no', status: 403, detail: 'used before', code: 'token_invalid' };
  it.each<[string, () => Response, object]>([
    [
      'the server refuses the code',
      () => Response.json(problem, { status: 403 }),
      { code: 'enrolment_refused', message: 'token_invalid: used before' },
    ],
    ['the server is in trouble', () => new Response('', { status: 503 }), { code: 'enrolment_unreachable' }],
    ['the answer is a web page', () => new Response('<html>'), { code: 'enrolment_unreachable' }],
    ['the answer never ends', () => new Response(new Uint8Array(100_000)), { code: 'body_too_large' }],
    ['the root is another one', () => Response.json({ ...answered, ca, root: btoa('{}') }), { code: 'wrong_root' }],
    ['the authority is another one', () => Response.json({ ...answered, ca: OTHER_CA }), { code: 'wrong_ca' }],
    ['the server asks for patience', () => new Response('', { status: 429 }), { code: 'enrolment_unreachable' }],
  ])('stores nothing when %s', async (_what, answer, error) => {
    const { run, store } = world(answer);
    await expect(run()).rejects.toMatchObject(error);
    expect(store.keys()).toEqual([]);
  });

  it('does not take any text for a code', async () => {
    await expect(world(GOOD).run({ code: 'hello' })).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('gives up a server that says nothing', async () => {
    const silent = world(
      (request) =>
        new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('aborted')))),
    );
    const run = silent.run();
    run.catch(() => undefined);
    await silent.clock.advance(31_000);
    await expect(run).rejects.toMatchObject({ code: 'enrolment_unreachable' });
  });
});

describe('enrolment that a person decides', () => {
  it('shows its fingerprint, asks again with the same key and takes its name when it is approved', async () => {
    const keys: unknown[] = [];
    const shown: string[] = [];
    const { run, clock, crypto } = world(async (request) => {
      keys.push(enrolRequest.parse(await request.json()).publicKey);
      if (keys.length === 3) throw new TypeError('network');
      return keys.length < 5 ? PENDING() : GOOD();
    });
    const running = run({ onPending: (fingerprint) => shown.push(fingerprint) });
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect(await running).toEqual(IDENTITY);
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(1);
    expect(shown).toEqual([fingerprintOf(keyId(await crypto.devicePublicKey()))]);
  });

  it('is given up after its time with few questions, and can be run again', async () => {
    let asked = 0;
    let isApproved = false;
    const { run, clock, store } = world(() => {
      asked += 1;
      return isApproved ? GOOD() : PENDING();
    });
    const running = run({ waitMs: 10 * MINUTE_MS });
    running.catch(() => undefined);
    for (let second = 0; second < 640; second += 1) await clock.advance(1000);
    await expect(running).rejects.toMatchObject({ code: 'enrolment_pending', kind: 'unavailable' });
    expect(asked).toBeLessThan(30);
    expect(store.keys()).toEqual([]);
    isApproved = true;
    expect(await run()).toEqual(IDENTITY);
  });

  it('ends at once when the server says no after all', async () => {
    let asked = 0;
    const { run, clock } = world(() => {
      asked += 1;
      const problem = { type: 'about:blank', title: 'no', status: 401, detail: 'late', code: 'token_expired' };
      return asked === 1 ? PENDING() : Response.json(problem, { status: 401 });
    });
    const running = run();
    running.catch(() => undefined);
    for (let second = 0; second < 5; second += 1) await clock.advance(1000);
    await expect(running).rejects.toMatchObject({ code: 'enrolment_refused', message: 'token_expired: late' });
  });
});
