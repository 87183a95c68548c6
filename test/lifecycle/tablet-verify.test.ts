import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTabletApp } from '../../fleet-server/src/entry/http/tablet/index.ts';
import { createSecureContextSource, listenWeb } from '../../fleet-server/src/entry/listeners/index.ts';
import { createAuthority } from '../../fleet-server/src/supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../fleet-server/src/supply/keys/ca/root-certificate.ts';
import { runCommand } from '../harness/run-command.ts';

const HOST = '127.0.0.1';
const FILES = { 'index.html': '<!doctype html><title>Site</title>', 'assets/app.js': 'start();', 'icon.svg': '<svg/>' };
const integrity = (text: string) => `sha384-${createHash('sha384').update(text).digest('base64')}`;

describe('plumbline tablet verify, over TLS,', () => {
  const world = new AsyncDisposableStack();
  let folder: string;
  let list: string;
  let ca: string;
  /** A web server under the authority of the file `ca`, which gives these files. */
  let hostOf: (files: string) => Promise<string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
    world.defer(() => rm(folder, { recursive: true }));
    [list, ca] = [join(folder, 'integrity.json'), join(folder, 'ca.pem')];
    await mkdir(join(folder, 'built/assets'), { recursive: true });
    for (const [path, text] of Object.entries(FILES)) await writeFile(join(folder, 'built', path), text);
    const hashes = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, integrity(text)]));
    await writeFile(list, JSON.stringify({ build: '0123456789abcdef', files: hashes }));
    const clock = createVirtualClock(Date.now());
    const secret = randomBytes(32);
    const caPem = await createRootCertificate(secret, clock.now());
    await writeFile(ca, caPem);
    const desk = { caPem, issueServerCertificate: (await createAuthority(secret, caPem)).server };
    const secure = await createSecureContextSource({ desk, names: [HOST], clock, onError: () => undefined });
    world.defer(() => secure.close());
    hostOf = async (files) => {
      const app = createTabletApp(() => ({ connect: [], isSecure: true }), files);
      const web = await listenWeb(app.fetch, { host: HOST, port: 0, secure });
      world.defer(() => web.close());
      return web.url;
    };
  });
  afterAll(() => world.disposeAsync());

  const verify = (...words: string[]) =>
    runCommand(['tablet', 'verify', ...words], { cwd: folder, env: { PATH: process.env['PATH'] } });
  /** The same files, of which somebody changed some. */
  const altered = async (name: string, change: (copy: string) => Promise<void>) => {
    const copy = join(folder, name);
    await cp(join(folder, 'built'), copy, { recursive: true });
    await change(copy);
    return hostOf(copy);
  };

  it('says so, and ends with 0, when every byte is as it was built', async () => {
    const { code, out } = await verify(await hostOf(join(folder, 'built')), '--list', list, '--ca', ca);
    expect([code, out]).toEqual([0, expect.stringContaining('gives build 0123456789abcdef: 3 files, every byte')]);
  });

  it('names the one file in which a single bit is another, and ends with 4', async () => {
    const url = await altered('one-bit', async (copy) => {
      const path = join(copy, 'assets/app.js');
      const bytes = await readFile(path);
      await writeFile(path, bytes.with(0, (bytes[0] ?? 0) ^ 1));
    });
    const { code, out } = await verify(url, '--list', list, '--ca', ca);
    expect([code, out]).toEqual([4, `${url} does NOT give build 0123456789abcdef:\n  other bytes: assets/app.js\n`]);
  });

  it('names a file that is not there, and ends with 4', async () => {
    const url = await altered('one-less', (copy) => rm(join(copy, 'icon.svg')));
    const { code, out } = await verify(url, '--list', list, '--ca', ca);
    expect([code, out]).toEqual([4, `${url} does NOT give build 0123456789abcdef:\n  not there: icon.svg\n`]);
  });

  it('compares nothing with a host whose authority it was not told of, and ends with 3', async () => {
    const { code, out, err } = await verify(await hostOf(join(folder, 'built')), '--list', list);
    expect([code, out, err]).toEqual([3, '', expect.stringContaining('host_unreachable')]);
  });
});
