import { createMemoryCrypto, createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { formatEnrolmentCode, fromHex, utf8, verifySignature } from '@plumbline/shared/trust';
import { enrolRequest } from '@plumbline/shared/api';
import { describe, expect, it } from 'vitest';
import { enrol } from './enrol.ts';
import { readIdentity } from './identity.ts';
import { createMemoryStore } from './testing/memory-store.ts';
import { mintIdentity } from './testing/mint.ts';

const IDENTITY = mintIdentity();
const { site, device, mqttUrl, root, rootSha256 } = IDENTITY;
const TOKEN = 'token-0123456789';
const CODE = formatEnrolmentCode({ v: 1, url: 'https://fleet.example', token: TOKEN, rootSha256 });
const GOOD = () => Response.json({ site, device, mqttUrl, root });

function world(answer: (request: Request) => Promise<Response> | Response) {
  const ports = {
    clock: createVirtualClock(),
    crypto: createMemoryCrypto(createSeededRandom(1)),
    store: createMemoryStore(),
  };
  const send = async (...args: Parameters<typeof fetch>) => answer(new Request(...args));
  const run = (code = CODE) => enrol(ports, { code, profile: 'test-gateway', agentVersion: '0.1.0', fetch: send });
  return { ...ports, run };
}

describe('enrolment', () => {
  it('proves the key of the device, pins the root and stores the identity', async () => {
    let asked: unknown;
    const { run, store } = world(async (request) => {
      expect(request.url).toBe('https://fleet.example/api/v1/enrol');
      asked = await request.json();
      return GOOD();
    });
    expect(await run()).toEqual(IDENTITY);
    expect(await readIdentity(store)).toEqual(IDENTITY);
    const { publicKey, proof } = enrolRequest.parse(asked);
    expect(verifySignature(publicKey, utf8(TOKEN), fromHex(proof))).toBe(true);
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
    [
      'the root is another one',
      () => Response.json({ site, device, mqttUrl, root: btoa('{}') }),
      { code: 'wrong_root' },
    ],
  ])('stores nothing when %s', async (_what, answer, error) => {
    const { run, store } = world(answer);
    await expect(run()).rejects.toMatchObject(error);
    expect(store.keys()).toEqual([]);
  });

  it('does not take any text for a code', async () => {
    await expect(world(GOOD).run('hello')).rejects.toMatchObject({ code: 'token_invalid' });
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
