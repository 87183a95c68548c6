import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTabletApp } from './index.ts';

let folder: string;
const policy = () => ({ connect: ['https://fleet.test:8443', 'wss://fleet.test:8443'], isSecure: true });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-tablet-'));
  await mkdir(join(folder, 'assets'));
});
afterEach(() => rm(folder, { recursive: true }));

const build = async () => {
  await writeFile(join(folder, 'index.html'), '<title>app</title>');
  await writeFile(join(folder, 'service-worker.js'), 'worker');
  await writeFile(join(folder, 'assets/a-1.wasm'), 'engine');
  await writeFile(join(folder, '.sources'), 'a stamp');
};

describe('the origin of the site app', () => {
  it('says how the app is built where it was not, and gives it as soon as it was', async () => {
    const app = createTabletApp(policy, folder);
    expect((await app.request('/')).status).toBe(503);
    await build();
    expect(await (await app.request('/')).text()).toBe('<title>app</title>');
  });

  it('has page and service worker looked at anew each time, and keeps what is named by its content', async () => {
    await build();
    const app = createTabletApp(policy, folder);
    const caching = async (path: string) => (await app.request(path)).headers.get('cache-control');
    expect([await caching('/'), await caching('/service-worker.js')]).toEqual(['no-cache', 'no-cache']);
    expect(await caching('/assets/a-1.wasm')).toContain('immutable');
    expect((await app.request('/assets/a-1.wasm')).headers.get('content-type')).toBe('application/wasm');
  });

  it('lets its pages run no script but its own, ask nobody but the server, and stand in no frame', async () => {
    await build();
    const { headers } = await createTabletApp(policy, folder).request('/');
    const directives = headers.get('content-security-policy')?.split('; ') ?? [];
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(directives).toContain("connect-src 'self' https://fleet.test:8443 wss://fleet.test:8443");
    expect(directives).toContain("frame-ancestors 'none'");
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).not.toBeNull();
  });

  it.each(['/none.js', '/.sources', '/api/v1/devices', '/assets/%2e%2e/%2e%2e/package.json'])(
    'gives nothing for %s, under the same policy',
    async (path) => {
      await build();
      const answer = await createTabletApp(policy, folder).request(path);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );
});
