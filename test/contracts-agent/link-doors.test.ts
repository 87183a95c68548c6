import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { loadDeviceKey } from '../../agent/src/node/platform/device-key.ts';
import { createNodeCrypto } from '../../agent/src/node/platform/node-crypto.ts';
import {
  createSecureContextSource,
  listenWeb,
  type SecureContextSource,
} from '../../fleet-server/src/entry/listeners/index.ts';
import { createAedesBroker, type BrokerConnection } from '../../fleet-server/src/platform/adapters/index.ts';
import { createAuthority, type Authority } from '../../fleet-server/src/supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../fleet-server/src/supply/keys/ca/root-certificate.ts';
import { startConnectProxy } from '../harness/network/index.ts';

const DAY_MS = 86_400_000;
const HOST = '127.0.0.1';

let world: AsyncDisposableStack;
let authority: Authority;
let secure: SecureContextSource;
let clock: ReturnType<typeof createVirtualClock>;
let deviceKeyFile: string;
let caPem: string;
/** What the broker was told of each connection. */
let seen: BrokerConnection[];
let endpoints: { mqtt: string; web: string };
beforeEach(async () => {
  world = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-doors-'));
  world.defer(() => rmSync(folder, { recursive: true }));
  deviceKeyFile = join(folder, 'device.key');
  clock = createVirtualClock(Date.now());
  seen = [];
  const secret = randomBytes(32);
  caPem = await createRootCertificate(secret, clock.now());
  authority = await createAuthority(secret, caPem);
  const desk = { caPem, issueServerCertificate: authority.server };
  secure = await createSecureContextSource({ desk, names: [HOST, 'fleet.test'], clock, onError: () => undefined });
  world.defer(() => secure.close());
  const broker = await createAedesBroker({
    tls: { host: HOST, port: 0, ...secure.current() },
    policy: {
      authenticate: async (clientId, _username, _password, connection) => {
        seen.push(connection);
        return { clientId };
      },
      authorize: () => true,
    },
  });
  world.defer(() => broker.close());
  secure.onRenewed((tls) => broker.reloadTls(tls));
  const web = await listenWeb(() => new Response('in'), { host: HOST, port: 0, secure });
  world.defer(() => web.close());
  await broker.listenOn(web.server, '/mqtt');
  world.defer(() => broker.stop());
  endpoints = { mqtt: `mqtts://${HOST}:${broker.ports().tls}`, web: `wss://${HOST}:${web.port}/mqtt` };
});
afterEach(() => world.disposeAsync());

/** The certificate of this device, issued so many days ago. */
async function certificateOf(daysAgo = 0): Promise<string> {
  const publicKey = await createNodeCrypto(deviceKeyFile).devicePublicKey();
  const now = Date.now() - daysAgo * DAY_MS;
  return (await authority.device({ site: 's1', device: 'd1', publicKey, now })).pem;
}

async function attempt(url: string, certificate?: string, proxyPort?: number): Promise<'let in'> {
  const proxy = proxyPort === undefined ? undefined : { url: `http://localhost:${proxyPort}`, except: [] };
  const link = createMqttLink({ deviceKey: () => loadDeviceKey(deviceKeyFile), proxy });
  const connection = await link.connect({
    endpoints: [url],
    trust: { cas: [caPem], certificate, timeFloor: 0 },
    clientId: 'd1',
    username: 's1/d1',
    password: 'none',
    will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
    onMessage: () => undefined,
    onClose: () => undefined,
  });
  await connection.close();
  return 'let in';
}

describe('the doors of the server', () => {
  it('show certificates of our own authority, and ask for one by MQTT, but not where browsers come too', async () => {
    const certificate = await certificateOf();
    expect(await attempt(endpoints.mqtt, certificate)).toBe('let in');
    expect(await attempt(endpoints.web, certificate)).toBe('let in');
    expect(seen.map((connection) => connection.certificate?.pem.trim())).toEqual([certificate.trim(), undefined]);
  });

  it('are reached through a proxy that lets only web traffic out', async () => {
    const proxy = world.use(await startConnectProxy());
    expect(await attempt(endpoints.web.replace(HOST, 'fleet.test'), await certificateOf(), proxy.port)).toBe('let in');
    expect(seen).toHaveLength(1);
  });

  it('take nobody without a certificate by MQTT, and a token instead by web sockets', async () => {
    await expect(attempt(endpoints.mqtt)).rejects.toMatchObject({ code: 'link_refused' });
    expect(await attempt(endpoints.web)).toBe('let in');
    expect(seen.map((connection) => connection.certificate)).toEqual([undefined]);
  });

  it('leave a certificate that has expired, or that a stranger issued, at the door of MQTT', async () => {
    const stranger = randomBytes(32);
    const theirs = await createAuthority(stranger, await createRootCertificate(stranger, Date.now()));
    const publicKey = await createNodeCrypto(deviceKeyFile).devicePublicKey();
    const { pem: foreign } = await theirs.device({ site: 's1', device: 'd1', publicKey, now: Date.now() });
    await expect(attempt(endpoints.mqtt, await certificateOf(31))).rejects.toMatchObject({ code: 'link_unreachable' });
    await expect(attempt(endpoints.mqtt, foreign)).rejects.toMatchObject({ code: expect.stringMatching(/^link_/) });
    expect(seen).toEqual([]);
  });

  it('show the renewed certificate, which begins too late for a device that lives two months earlier', async () => {
    const certificate = await certificateOf();
    await clock.advance(60 * DAY_MS);
    await secure.renewIfDue();
    await expect(attempt(endpoints.mqtt, certificate)).rejects.toMatchObject({ code: 'clock_suspect' });
    await expect(attempt(endpoints.web, certificate)).rejects.toMatchObject({ code: 'clock_suspect' });
  });
});
