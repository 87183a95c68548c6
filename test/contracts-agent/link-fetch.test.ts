import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecureFetch, secureFetchBy } from '../../agent/src/node/link/secure-fetch.ts';
import { createTestCa, listening, startConnectProxy } from '../harness/network/index.ts';

const ca = createTestCa();
const other = createTestCa();
const time = () => ({ clock: Date.now(), floor: 0 });

let world: AsyncDisposableStack;
beforeEach(() => {
  world = new AsyncDisposableStack();
});
afterEach(() => world.disposeAsync());

/** A server that says what it was asked. @param chain whether it sends its authority along, as ours does */
async function serve(chain = true): Promise<number> {
  const { certificate, key } = ca.issue({ names: ['127.0.0.1', 'fleet.test'] });
  const server: Server = createServer(
    { cert: chain ? certificate + ca.pem : certificate, key },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.writeHead(request.url === '/none' ? 204 : 201, { 'content-type': 'application/json', via: 'test' });
        response.end(
          request.url === '/none' ? undefined : JSON.stringify({ ...request.headers, url: request.url, body }),
        );
      });
    },
  );
  world.defer(() => new Promise((resolve) => server.close(() => resolve())));
  return listening(server);
}

describe('fetch over a verified socket', () => {
  it('sends what it is given, and brings the answer', async () => {
    const { fetch } = createSecureFetch({ pin: { cas: [ca.pem] }, time });
    const url = `https://127.0.0.1:${await serve()}/api/v1/enrol?x=1`;
    const response = await fetch(url, { method: 'POST', body: '{"a":"ü"}', headers: { 'content-type': 'text/x' } });
    expect(response).toMatchObject({ status: 201, ok: true });
    expect(response.headers.get('via')).toBe('test');
    const host = new URL(url).host;
    const said = {
      url: '/api/v1/enrol?x=1',
      body: '{"a":"ü"}',
      'content-type': 'text/x',
      'content-length': '10',
      host,
    };
    expect(await response.json()).toMatchObject(said);
  });

  it('brings an answer without a body', async () => {
    const { fetch } = createSecureFetch({ pin: { cas: [ca.pem] }, time });
    const response = await fetch(`https://127.0.0.1:${await serve()}/none`);
    expect([response.status, response.body]).toEqual([204, null]);
  });

  it('finds the authority of an enrolment code in what the server shows, and hands it over', async () => {
    const first = createSecureFetch({ pin: { caSha256: ca.sha256 }, time });
    expect(first.caPem()).toBeUndefined();
    await first.fetch(`https://127.0.0.1:${await serve()}/`);
    expect(first.caPem()?.trim()).toBe(ca.pem.trim());
  });

  it.each([
    ['another authority than the code pins', other.sha256, true],
    ['its own certificate alone', ca.sha256, false],
  ])('tells nothing to a server that shows %s', async (_what, caSha256, chain) => {
    const { fetch } = createSecureFetch({ pin: { caSha256 }, time });
    const asked = fetch(`https://127.0.0.1:${await serve(chain)}/`, { method: 'POST', body: 'token' });
    await expect(asked).rejects.toMatchObject({ code: 'tls_intercepted' });
  });

  it('goes through the proxy of the site', async () => {
    const proxy = world.use(await startConnectProxy());
    const settings = { url: `http://localhost:${proxy.port}`, except: [] };
    const { fetch } = createSecureFetch({ pin: { cas: [ca.pem] }, time, proxy: settings });
    const port = await serve();
    expect((await fetch(`https://fleet.test:${port}/`)).ok).toBe(true);
    expect(proxy.asked).toEqual([`fleet.test:${port}`]);
  });

  it('speaks plain HTTP on loopback in development only', async () => {
    const server = createHttpServer((_request, response) => response.end('in'));
    const url = `http://127.0.0.1:${await listening(server)}/`;
    world.defer(() => new Promise((resolve) => server.close(() => resolve())));
    const pin = { cas: [] };
    const answer = await createSecureFetch({ pin, time, development: true }).fetch(url);
    expect(await answer.text()).toBe('in');
    await expect(createSecureFetch({ pin, time }).fetch(url)).rejects.toMatchObject({ code: 'insecure_url' });
  });

  it('ends when its caller loses patience', async () => {
    const silent = createHttpServer(() => undefined);
    const url = `http://127.0.0.1:${await listening(silent)}/`;
    world.defer(() => new Promise((resolve) => silent.close(() => resolve())));
    const patience = new AbortController();
    const { fetch } = createSecureFetch({ pin: { cas: [] }, time, development: true });
    silent.once('request', () => patience.abort(new Error('enough')));
    await expect(fetch(url, { signal: patience.signal })).rejects.toMatchObject({ name: 'AbortError' });
    silent.closeAllConnections();
  });

  it('judges each request by the authorities of the moment', async () => {
    let cas = [other.pem];
    const fetch = secureFetchBy({})(() => ({ cas, timeFloor: 0 }));
    const url = `https://127.0.0.1:${await serve()}/`;
    await expect(fetch(url)).rejects.toMatchObject({ code: 'tls_intercepted' });
    cas = [ca.pem];
    expect((await fetch(url)).ok).toBe(true);
  });
});
