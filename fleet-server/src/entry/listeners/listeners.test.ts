import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../supply/keys/ca/root-certificate.ts';
import { createSecureContextSource, listenWeb, type SecureContextSource } from './index.ts';
import { createServerKey } from './server-key.ts';

const DAY_MS = 86_400_000;
const NAMES = ['127.0.0.1', 'devices.test'];
const errors: unknown[] = [];

let world: AsyncDisposableStack;
let folder: string;
let clock: ReturnType<typeof createVirtualClock>;
let desk: Awaited<ReturnType<typeof deskOf>>;
beforeEach(async () => {
  world = new AsyncDisposableStack();
  clock = createVirtualClock(Date.now());
  folder = await mkdtemp(join(tmpdir(), 'plumbline-listeners-'));
  world.defer(() => rm(folder, { recursive: true }));
  desk = await deskOf(randomBytes(32));
});
afterEach(() => world.disposeAsync());

/** The part of the desk that issues certificates. */
async function deskOf(secret: Uint8Array) {
  const caPem = await createRootCertificate(secret, clock.now());
  const { device, server } = await createAuthority(secret, caPem);
  return { caPem, issueDeviceCertificate: device, issueServerCertificate: server };
}

async function open(own?: { certificate: string; key: string }): Promise<SecureContextSource> {
  const source = await createSecureContextSource({
    desk,
    names: NAMES,
    own,
    clock,
    onError: (error) => errors.push(error),
  });
  world.defer(() => source.close());
  return source;
}

/** A certificate for the console, as a public authority would give one; here by the desk, for want of another. */
async function consoleFiles(name: string) {
  const key = createServerKey();
  const { pem } = await desk.issueServerCertificate({ names: [name], publicKey: key.publicKey, now: clock.now() });
  const files = { certificate: join(folder, 'console.pem'), key: join(folder, 'console.key') };
  await writeFile(files.certificate, pem);
  await writeFile(files.key, key.pem);
  return files;
}

/** The certificate shown to a client that names this host, or nobody. */
async function shownBy(port: number, servername?: string, client?: { cert: string; key: string }) {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ca: desk.caPem,
    rejectUnauthorized: false,
    ...(servername && { servername }),
    ...client,
  });
  await once(socket, 'secureConnect');
  const leaf = socket.getPeerX509Certificate();
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = (await socket.toArray()).join('');
  return { leaf, answer };
}

describe('the certificate of the server', () => {
  it('is by our own authority, for the names by which devices come, its chain attached', async () => {
    const { cert, ca } = (await open()).current();
    const leaf = new X509Certificate(cert);
    expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(NAMES.map((name) => leaf.subjectAltName?.includes(name))).toEqual([true, true]);
    expect(cert.split('BEGIN CERTIFICATE')).toHaveLength(3);
  });

  it('is renewed after two thirds of its life, by the timer, and everybody is told', async () => {
    const source = await open();
    const first = source.current().cert;
    const told: string[] = [];
    source.onRenewed(({ cert }) => told.push(cert));
    await clock.advance(59 * DAY_MS);
    expect(await source.renewIfDue()).toBe(false);
    await clock.advance(DAY_MS);
    await expect.poll(() => told.length).toBe(1);
    expect(told).toEqual([source.current().cert]);
    expect(source.current().cert).not.toBe(first);
    expect(errors).toEqual([]);
  });
});

const answering = () => new Response('in');

describe('the web door', () => {
  it('shows whoever names the console its own certificate, and everybody else the one of the devices', async () => {
    const source = await open(await consoleFiles('console.test'));
    const web = await listenWeb(answering, { host: '127.0.0.1', port: 0, secure: source });
    world.defer(() => web.close());
    const names = async (servername?: string) => (await shownBy(web.port, servername)).leaf?.subjectAltName;
    expect(await names('console.test')).toBe('DNS:console.test');
    expect(await names('devices.test')).toContain('devices.test');
    expect(await names()).toContain('127.0.0.1');
  });

  it.each([
    ['by the name of the console', 'console.test'],
    ['by the name of the devices', 'devices.test'],
    ['by address', undefined],
  ])(
    'asks nobody for a certificate who comes %s: one that is ready to be shown stays unseen',
    async (_, servername) => {
      const seen: unknown[] = [];
      const web = await listenWeb(
        (_request, env) => {
          const { socket } = (env as { incoming: { socket: TLSSocket } }).incoming;
          seen.push(socket.getPeerX509Certificate());
          return new Response('in');
        },
        { host: '127.0.0.1', port: 0, secure: await open(await consoleFiles('console.test')) },
      );
      world.defer(() => web.close());
      const key = createServerKey();
      const device = { site: 'north', device: 'gw-1', publicKey: key.publicKey, now: clock.now() };
      const { pem: cert } = await desk.issueDeviceCertificate(device);
      expect((await shownBy(web.port, servername)).answer).toContain('200 OK');
      expect((await shownBy(web.port, servername, { cert, key: key.pem })).answer).toContain('200 OK');
      expect(seen).toEqual([undefined, undefined]);
    },
  );

  it('shows a renewed certificate to clients that come by address too', async () => {
    const source = await open();
    const web = await listenWeb(answering, { host: '127.0.0.1', port: 0, secure: source });
    world.defer(() => web.close());
    const before = (await shownBy(web.port)).leaf?.serialNumber;
    await clock.advance(60 * DAY_MS);
    await source.renewIfDue();
    expect((await shownBy(web.port)).leaf?.serialNumber).not.toBe(before);
  });

  it('closes without waiting for whoever only opened a connection, and answers whole who had asked', async () => {
    const asked = Promise.withResolvers<void>();
    const body = randomBytes(4_000_000).toString('base64');
    const slow = async () => {
      asked.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      return new Response(body);
    };
    const web = await listenWeb(slow, { host: '127.0.0.1', port: 0, secure: await open() });
    const silent = connect({ host: '127.0.0.1', port: web.port, rejectUnauthorized: false });
    await once(silent, 'secureConnect');
    const left = once(silent, 'close');
    const asking = get({ host: '127.0.0.1', port: web.port, rejectUnauthorized: false });
    const answer = once(asking, 'response').then(([response]) => text(response as IncomingMessage));
    await asked.promise;
    await web.close();
    await left;
    expect((await answer) === body).toBe(true);
  });

  it('answers who asks for a WebSocket while nobody takes any, and leaves those that were taken to their owner', async () => {
    const web = await listenWeb(answering, { host: '127.0.0.1', port: 0, secure: await open() });
    const asking = () =>
      get({
        host: '127.0.0.1',
        port: web.port,
        rejectUnauthorized: false,
        headers: { connection: 'Upgrade', upgrade: 'websocket' },
      });
    const [answer] = (await once(asking(), 'response')) as [IncomingMessage];
    expect(await text(answer)).toBe('in');

    const upgraded = once(web.server, 'upgrade') as Promise<[IncomingMessage, Socket]>;
    asking().on('error', () => undefined);
    const [, owned] = await upgraded;
    const closed = web.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(owned.destroyed).toBe(false);
    owned.destroy();
    await closed;
  });

  it('names a port that is in use', async () => {
    const web = await listenWeb(answering, { host: '127.0.0.1', port: 0 });
    world.defer(() => web.close());
    await expect(listenWeb(answering, { host: '127.0.0.1', port: web.port })).rejects.toMatchObject({
      code: 'port_busy',
      message: expect.stringContaining(String(web.port)),
    });
  });
});

describe('a certificate of the operator', () => {
  it('may not be for a name by which devices come', async () => {
    await expect(open(await consoleFiles('devices.test'))).rejects.toMatchObject({
      code: 'tls_name_taken',
      field: 'PLUMBLINE_TLS_NAMES',
    });
  });

  it('is refused when a file is missing, or the key is another', async () => {
    const files = await consoleFiles('console.test');
    const missing = open({ ...files, key: join(folder, 'absent') });
    await expect(missing).rejects.toMatchObject({ code: 'tls_files_unreadable', field: 'PLUMBLINE_TLS_KEY' });
    await writeFile(files.key, createServerKey().pem);
    await expect(open(files)).rejects.toMatchObject({ code: 'tls_files_unreadable', field: 'PLUMBLINE_TLS_CERT' });
  });
});
