import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { problemOf } from '@plumbline/shared/api';
import { TrustError } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configOf } from '../config.ts';
import { createFailedAttempts } from './failed-attempts.ts';
import { lanGuard } from './guard.ts';
import { findToken, readTokenFile } from './token-file.ts';
import { openTokens } from './tokens.ts';

const READ = 'f3a1c9d27e5b4806f3a1c9d27e5b4806';
const WRITE = 'AbCdEfGhIjKlMnOpQrStUv0';
const HASHED = '0123456789abcdef0123456789abcdef';
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-lan-'));
  file = join(folder, 'tokens');
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (text: string) => writeFileSync(file, text, { mode: 0o600 });

describe('a token file', () => {
  it('names scope, person and token, or the hash of one', () => {
    write(
      `# who may ask\nread dashboard ${READ}\n\nwrite foreman ${WRITE} # tablet\nread clerk sha256:${hash(HASHED)}\n`,
    );
    const tokens = readTokenFile(file);
    expect(tokens.map(({ name, scope }) => [name, scope])).toEqual([
      ['dashboard', 'read'],
      ['foreman', 'write'],
      ['clerk', 'read'],
    ]);
    for (const token of [READ, WRITE, HASHED]) expect(findToken(tokens, token)).toBeDefined();
    for (const token of ['', READ.slice(1), `${READ}0`, hash(HASHED)]) expect(findToken(tokens, token)).toBeUndefined();
  });

  it.each([
    ['a short token', `read a ${READ.slice(1, 20)}`],
    ['a token that was typed and not drawn', `read a ${'abab'.repeat(8)}`],
    ['no scope', `a ${READ}`],
    ['another scope', `admin a ${READ}`],
    ['two of one name', `read a ${READ}\nread a ${WRITE}`],
    ['half a hash', 'read a sha256:0123'],
    ['nothing', '# nobody\n'],
  ])('with %s is refused, and the token does not show', (_what, text) => {
    write(`${text}\n`);
    expect(() => readTokenFile(file)).toThrow(expect.objectContaining({ code: 'config_invalid', field: 'tokenFile' }));
    expect(() => readTokenFile(file)).not.toThrow(READ.slice(1, 20));
  });

  it('that others may read is refused, and so is none', () => {
    write(`read a ${READ}\n`);
    chmodSync(file, 0o640);
    expect(() => readTokenFile(file)).toThrow('others may read it');
    expect(() => readTokenFile(join(folder, 'none'))).toThrow(expect.objectContaining({ field: 'tokenFile' }));
  });

  it('counts as it is now: who is taken out is out, and a broken file lets nobody in', () => {
    write(`read a ${READ}\nwrite b ${WRITE}\n`);
    const problems: unknown[] = [];
    const tokens = openTokens(file, (error) => problems.push(error));
    expect(tokens.find(READ)?.name).toBe('a');
    write(`write b ${WRITE}\n`);
    expect(tokens.find(READ)).toBeUndefined();
    expect(tokens.find(WRITE)?.name).toBe('b');
    write('nonsense\n');
    expect(tokens.find(WRITE)).toBeUndefined();
    expect(problems).toHaveLength(1);
  });
});

const TABLET = 'a.b.c';
const shown = (token: string) => ({ authorization: `Device ${token}` });
const device = (token: string) => {
  if (token === TABLET) return 'tablet-1';
  throw new TrustError('token_invalid', 'connect token: wrong exp', 'token.exp');
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('the guard of the site network', () => {
  let now = 0;
  const guarded = () => {
    write(`read dashboard ${READ}\nwrite foreman ${WRITE}\n`);
    const failures = createFailedAttempts(() => now);
    const app = new Hono();
    const tokens = openTokens(file, () => undefined);
    app.use(lanGuard({ tokens, device, failures, origins: ['https://dash.site'] }));
    app.all('*', (context) => context.json({ passed: true }));
    app.onError((error, context) => context.json(problemOf(error), problemOf(error).status));
    return async (method: string, path: string, headers: Record<string, string> = {}) => {
      const response = await app.request(`https://10.0.0.5${path}`, { method, headers });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
    };
  };

  it.each([
    ['no token', 'GET', '/v1/state', {}, 401, 'token_missing'],
    ['another kind of token', 'GET', '/v1/state', { authorization: `Basic ${READ}` }, 401, 'token_missing'],
    ['a wrong token', 'GET', '/metrics', bearer(`${READ}0`), 401, 'token_unknown'],
    ['a wrong token at a health check', 'GET', '/v1/health', bearer('x'), 401, 'token_unknown'],
    ['a device that is none of the site', 'GET', '/v1/site-log', shown('x'), 401, 'token_unknown'],
    ['a token of a person in the place of a device', 'GET', '/v1/site-log', shown(READ), 401, 'token_unknown'],
    ['a device in the place of a person', 'GET', '/v1/site-log', bearer(TABLET), 401, 'token_unknown'],
    ['a device that would predict', 'POST', '/v1/predict', shown(TABLET), 403, 'scope_missing'],
    ['a device that would look around', 'GET', '/v1/state', shown(TABLET), 403, 'scope_missing'],
    ['a device that would write the log', 'POST', '/v1/site-log', shown(TABLET), 403, 'scope_missing'],
    ['a reader who would write', 'POST', '/v1/predict', bearer(READ), 403, 'scope_missing'],
    ['a reader who would delete', 'DELETE', '/v1/state', bearer(READ), 403, 'scope_missing'],
    [
      'a page of elsewhere',
      'GET',
      '/v1/state',
      { ...bearer(READ), origin: 'https://evil.site' },
      403,
      'request_not_local',
    ],
    [
      'a page of elsewhere, asking first',
      'OPTIONS',
      '/v1/predict',
      { origin: 'https://evil.site' },
      403,
      'request_not_local',
    ],
    ['a page without a name', 'GET', '/v1/health', { origin: 'null' }, 403, 'request_not_local'],
  ] as const)('refuses %s', async (_what, method, path, headers, status, code) => {
    expect(await guarded()(method, path, headers)).toMatchObject({ status, body: { code } });
  });

  it.each([
    ['a reader', 'GET', '/v1/activities', bearer(READ)],
    ['a device of the site', 'GET', '/v1/site-log?from=a.1', shown(TABLET)],
    ['a device that fetches a bundle', 'GET', `/v1/bundles/${'a'.repeat(64)}`, shown(TABLET)],
    ['a writer', 'POST', '/v1/outcomes', bearer(WRITE)],
    ['a writer who reads', 'GET', '/v1/health', bearer(WRITE)],
  ] as const)('lets %s pass', async (_what, method, path, headers) => {
    expect(await guarded()(method, path, headers)).toMatchObject({ status: 200, body: { passed: true } });
  });

  it('says to everybody that it runs, and no more', async () => {
    const ask = guarded();
    for (const path of ['/v1/health', '/v1/health/live']) {
      expect((await ask('GET', path)).body).toEqual({ status: 'running' });
    }
    expect(await ask('GET', '/v1/health/ready')).toMatchObject({ status: 401 });
  });

  it('answers a listed page, and the question before it', async () => {
    const ask = guarded();
    const first = await ask('OPTIONS', '/v1/predict', { origin: 'https://dash.site' });
    expect([first.status, first.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('Authorization'),
    ]);
    const then = await ask('GET', '/v1/state', { ...bearer(READ), origin: 'https://dash.site' });
    expect([then.status, then.headers.get('access-control-allow-origin')]).toEqual([200, 'https://dash.site']);
  });

  it('does not listen for a while to who guesses', async () => {
    const ask = guarded();
    for (let i = 0; i < 10; i += 1) expect((await ask('GET', '/v1/state', bearer('guess'))).status).toBe(401);
    const blocked = await ask('GET', '/v1/state', bearer(READ));
    expect(blocked).toMatchObject({ status: 429, body: { code: 'too_many_failures', status: 429 } });
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    now += 60_000;
    expect((await ask('GET', '/v1/state', bearer(READ))).status).toBe(200);
  });

  it('forgets the oldest address rather than growing', () => {
    const failures = createFailedAttempts(() => 0, { attempts: 1, withinMs: 10, addresses: 2 });
    for (const address of ['a', 'b', 'c']) failures.add(address);
    expect(['a', 'b', 'c'].map((address) => failures.blockedMs(address))).toEqual([0, 10, 10]);
  });
});

describe('listening on the site network', () => {
  const files = { tlsCert: 'c.pem', tlsKey: 'k.pem', tokenFile: 't' };
  it.each([
    ['without TLS', { listen: '0.0.0.0:8420', tokenFile: 't' }, 'tlsCert, tlsKey'],
    ['without a key', { listen: '0.0.0.0:8420', tokenFile: 't', tlsCert: 'c' }, 'tlsKey'],
    ['without tokens', { listen: '[::]:8420', tlsCert: 'c', tlsKey: 'k' }, 'tokenFile'],
    ['without a port', { listen: '0.0.0.0', ...files }, 'listen'],
    ['on a port that is none', { listen: 'gateway.site:70000', ...files }, 'listen'],
    ['for an origin with a path', { listen: '10.0.0.5:1', ...files, allowOrigin: ['https://a.site/x'] }, 'allowOrigin'],
    ['with files and no address', { ...files }, 'tlsCert, tlsKey, tokenFile'],
    ['with files on loopback', { listen: '127.0.0.1:1', ...files }, 'tlsCert, tlsKey, tokenFile'],
  ])('is refused %s', (_what, flags, field) => {
    expect(() => configOf({ state: 's', ...flags }, {})).toThrow(
      expect.objectContaining({ code: 'config_invalid', field }),
    );
  });

  it('keeps loopback as it was', () => {
    expect(configOf({ state: 's', listen: '127.0.0.1:9000' }, {})).toMatchObject({ port: 9000, lan: undefined });
    expect(
      configOf({ state: 's', listen: '[fd00::1]:9000', ...files, allowOrigin: 'https://a.site,https://b.site' }, {}),
    ).toMatchObject({
      port: 7420,
      lan: { host: 'fd00::1', port: 9000, origins: ['https://a.site', 'https://b.site'] },
    });
  });
});
