import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenAPIHono } from '@hono/zod-openapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App, Variables } from '../edge.ts';
import { addConsole } from './index.ts';

let folder: string;
let app: App;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-console-'));
  app = new OpenAPIHono<{ Variables: Variables }>();
  addConsole(app, folder);
});
afterEach(() => rm(folder, { recursive: true }));

const page = { headers: { accept: 'text/html' } };

async function build(): Promise<void> {
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>console</title>');
  await writeFile(join(folder, 'assets/a-1.js'), 'plain');
  await writeFile(join(folder, 'assets/a-1.js.br'), 'pressed');
  await writeFile(join(folder, 'notes.txt'), 'not for the network');
}

describe('the console', () => {
  it('says how it is built where it was not, and is there as soon as it was', async () => {
    const before = await app.request('/', page);
    expect(before.status).toBe(503);
    expect(await before.text()).toContain('build:console');
    await build();
    expect(await (await app.request('/', page)).text()).toBe('<title>console</title>');
  });

  it('answers every address of its own with its one page, looked at anew each time', async () => {
    await build();
    const answer = await app.request('/rollouts/r-1?tab=members', page);
    expect(await answer.text()).toBe('<title>console</title>');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('gives files named by their content once and for ever, pressed to whoever takes that', async () => {
    await build();
    const plain = await app.request('/assets/a-1.js');
    expect(await plain.text()).toBe('plain');
    expect(plain.headers.get('cache-control')).toContain('immutable');
    const pressed = await app.request('/assets/a-1.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(await pressed.text()).toBe('pressed');
    expect(pressed.headers.get('content-encoding')).toBe('br');
    expect(pressed.headers.get('content-type')).toContain('javascript');
  });

  it.each([
    '/assets/../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/notes.txt',
    '/assets/none.js',
    '/.sources',
  ])('gives nothing for %s', async (path) => {
    await build();
    expect((await app.request(path)).status).toBe(404);
  });

  it('leaves the API to itself', async () => {
    await build();
    expect((await app.request('/api/v1/none', page)).status).toBe(404);
  });
});

describe('the documentation', () => {
  it('is a page of its own, and never anything beside it', async () => {
    const answer = await app.request('/docs/rollouts');
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('<h1');
    expect((await app.request('/docs/none')).status).toBe(404);
    expect((await app.request('/docs/..%2f..%2fpackage.json')).status).toBe(404);
  });
});
