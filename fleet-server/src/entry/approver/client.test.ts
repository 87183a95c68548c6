import { randomBytes } from 'node:crypto';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../supply/keys/ca/root-certificate.ts';
import { createSecureContextSource, listenWeb } from '../listeners/index.ts';
import { createClient } from './client.ts';

const clock = createVirtualClock(Date.now());
let world: AsyncDisposableStack;
beforeEach(() => {
  world = new AsyncDisposableStack();
});
afterEach(() => world.disposeAsync());

const answer = async (request: Request) =>
  Response.json({ said: request.method === 'POST' ? await request.json() : request.headers.get('authorization') });

async function serve(names: string[]): Promise<{ url: string; caPem: string }> {
  const secret = randomBytes(32);
  const caPem = await createRootCertificate(secret, clock.now());
  const { server } = await createAuthority(secret, caPem);
  const desk = { caPem, issueServerCertificate: server };
  const secure = await createSecureContextSource({ desk, names, clock, onError: () => undefined });
  const web = await listenWeb(answer, { host: '127.0.0.1', port: 0, secure });
  world.defer(() => web.close());
  return { url: web.url, caPem };
}

describe('a program of ours outside the server', () => {
  it('believes the authority it is given, and no other', async () => {
    const at = await serve(['127.0.0.1']);
    const operatorToken = 'secret';
    const client = createClient({ ...at, operatorToken });
    expect(await client.get('/x')).toEqual({ said: 'Bearer secret' });
    expect(await client.post('/x', { a: 1 })).toEqual({ said: { a: 1 } });
    const { caPem } = await serve(['127.0.0.1']);
    for (const stranger of [{ caPem }, { caPem: undefined }]) {
      const refused = createClient({ ...at, operatorToken, ...stranger }).get('/x');
      await expect(refused).rejects.toMatchObject({ code: 'server_unreachable', kind: 'unavailable' });
    }
  });

  it('does not talk to a server under another name', async () => {
    const at = await serve(['fleet.example']);
    await expect(createClient({ ...at, operatorToken: '' }).get('/x')).rejects.toMatchObject({
      code: 'server_unreachable',
      message: expect.stringContaining('127.0.0.1'),
    });
  });
});
