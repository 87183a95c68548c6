import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMqttLink, type MqttLinkOptions } from '../../agent/src/node/link/mqtt-link.ts';
import { verifyServer } from '../../agent/src/node/link/verify-server.ts';
import type { LinkTrust } from '../../agent/src/ports/index.ts';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';
import {
  closedPort,
  createTestCa,
  selfSigned,
  startConnectProxy,
  startTlsFront,
  type TestLeaf,
  type TlsFront,
} from '../harness/network/index.ts';

const YEAR_MS = 365 * 86_400_000;
const ours = createTestCa();
const theirs = createTestCa('Corporate inspection');
const local = { host: '127.0.0.1', port: 0 };

let world: AsyncDisposableStack;
let broker: AedesBroker;
beforeEach(async () => {
  world = new AsyncDisposableStack();
  broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  world.defer(() => broker.close());
});
afterEach(() => world.disposeAsync());

async function front(shown: { certificate: string; key: string }, options: object = {}): Promise<TlsFront> {
  return world.use(await startTlsFront({ ...shown, ...options }, broker.ports().tcp));
}

async function webFront(shown: { certificate: string; key: string }): Promise<TlsFront> {
  return world.use(await startTlsFront(shown, broker.ports().webSocket));
}

/** One attempt; the connection it makes is closed again. */
async function attempt(
  endpoints: string[],
  trust: Partial<LinkTrust> = {},
  options: MqttLinkOptions & { password?: string } = {},
  link = createMqttLink(options),
): Promise<'let in'> {
  const { password = 'secret' } = options;
  const connection = await link.connect({
    endpoints,
    trust: { cas: [ours.pem], timeFloor: 0, ...trust },
    clientId: 'd1',
    username: 'd1',
    password,
    will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
    onMessage: () => undefined,
    onClose: () => undefined,
  });
  await connection.close();
  return 'let in';
}

const at = (port: number) => [`mqtts://127.0.0.1:${port}`];
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

describe('a server', () => {
  it.each<[string, TestLeaf, string]>([
    ['whose certificate has expired', { to: Date.now() - 1000 }, 'certificate_expired'],
    ['whose certificate is for another name', { names: ['fleet.example'] }, 'certificate_wrong_name'],
    ['whose certificate is for another address', { names: ['127.0.0.2'] }, 'certificate_wrong_name'],
    ['whose name stands in the subject only', { subject: '127.0.0.1', names: ['a.example'] }, 'certificate_wrong_name'],
    ['that shows the certificate of a device', { usage: 'clientAuth' }, 'certificate_unusable'],
    ['that shows a certificate for an authority', { ca: true }, 'certificate_unusable'],
    ['whose certificate begins next week', { from: Date.now() + 7 * 86_400_000 }, 'clock_suspect'],
    [
      'with an RSA key of 1024 bits',
      { key: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey },
      'certificate_unusable',
    ],
  ])('%s is told nothing', async (_what, leaf, code) => {
    // A careful OpenSSL would not even show the weakest keys.
    const { port, received } = await front(ours.issue(leaf), { ciphers: 'DEFAULT@SECLEVEL=0' });
    await expect(attempt(at(port))).rejects.toMatchObject({ code, kind: 'refused', field: expect.any(String) });
    expect(received()).toBe(0);
  });

  it('under another authority is told nothing, and that authority is named', async () => {
    const { port, received } = await front(theirs.issue());
    await expect(attempt(at(port))).rejects.toMatchObject({
      code: 'tls_intercepted',
      message: expect.stringContaining('Corporate inspection'),
    });
    expect(received()).toBe(0);
  });

  it('under an authority that only bears the name of ours is told nothing', async () => {
    const { port } = await front(createTestCa().issue());
    await expect(attempt(at(port))).rejects.toMatchObject({ code: 'tls_intercepted' });
  });

  it('that vouches for itself is told nothing', async () => {
    const { port, received } = await front(selfSigned());
    await expect(attempt(at(port))).rejects.toMatchObject({ code: 'tls_intercepted' });
    expect(received()).toBe(0);
  });

  it('that speaks TLS 1.2 only is not spoken to', async () => {
    const { port } = await front(ours.issue(), { maxVersion: 'TLSv1.2' });
    await expect(attempt(at(port))).rejects.toMatchObject({ code: 'tls_failed' });
  });

  it('with a key on a curve that TLS 1.3 does not know is refused all the same', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey;
    const leaf = new X509Certificate(ours.issue({ key }).certificate);
    const verify = () => verifyServer(leaf, '127.0.0.1', { cas: [ours.pem] }, { clock: Date.now(), floor: 0 });
    expect(verify).toThrow(expect.objectContaining({ code: 'certificate_unusable', field: 'publicKey' }));
  });

  it('with a certificate by the second of two authorities is believed', async () => {
    const { port } = await front(ours.issue());
    expect(await attempt(at(port), { cas: [theirs.pem, ours.pem] })).toBe('let in');
  });
});

const now = () => 0;

describe('the time of certificates', () => {
  it('is signed time on a device whose clock says 1970', async () => {
    const { port } = await front(ours.issue());
    expect(await attempt(at(port), { timeFloor: Date.now() - YEAR_MS }, { now })).toBe('let in');
  });

  it('is not made earlier by such a clock', async () => {
    const { port } = await front(ours.issue({ to: Date.now() - 1000 }));
    await expect(attempt(at(port), { timeFloor: Date.now() }, { now })).rejects.toMatchObject({
      code: 'certificate_expired',
    });
  });

  it('puts a clock in doubt that has never heard signed time', async () => {
    const { port } = await front(ours.issue());
    await expect(attempt(at(port), {}, { now })).rejects.toMatchObject({ code: 'clock_suspect', field: 'clock' });
  });

  it('allows for a clock that is some hours behind', async () => {
    const { port } = await front(ours.issue({ from: Date.now() }));
    expect(await attempt(at(port), {}, { now: () => Date.now() - 20 * 3_600_000 })).toBe('let in');
  });
});

describe('a device', () => {
  it('shows its certificate by its Ed25519 key', async () => {
    const key = generateKeyPairSync('ed25519').privateKey;
    const { certificate } = ours.issue({ subject: 'd1', usage: 'clientAuth', key });
    const { port, clients } = await front(ours.issue(), { ca: ours.pem, requestCert: true });
    await attempt(at(port), { certificate }, { deviceKey: () => key });
    await attempt(at(port));
    expect(clients).toEqual(['CN=d1', undefined]);
  });

  it('hears that its certificate is not wanted', async () => {
    const { port } = await front(ours.issue(), { ca: ours.pem, requestCert: true, rejectUnauthorized: true });
    await expect(attempt(at(port))).rejects.toMatchObject({ code: 'link_refused', kind: 'refused' });
  });

  it('does not go out with the certificate of another key', async () => {
    const { certificate } = ours.issue({ usage: 'clientAuth' });
    const { port } = await front(ours.issue());
    await expect(attempt(at(port), { certificate }, { deviceKey: p256 })).rejects.toMatchObject({
      code: 'certificate_unusable',
      field: 'certificate',
    });
  });
});

describe('an attempt with several endpoints', () => {
  it('goes by web sockets where the port of MQTT is closed, and begins with them the next time', async () => {
    const [foreign, web] = [await front(theirs.issue()), await webFront(ours.issue())];
    const link = createMqttLink();
    const endpoints = [...at(await closedPort()), ...at(foreign.port), `wss://127.0.0.1:${web.port}/mqtt`];
    for (const times of [1, 2]) {
      await attempt(endpoints, {}, {}, link);
      expect([foreign.connections(), web.connections()]).toEqual([1, times]);
    }
  });

  it('stops where the server was reached and said no', async () => {
    const [first, second] = [await front(ours.issue()), await webFront(ours.issue())];
    const endpoints = [...at(first.port), `wss://127.0.0.1:${second.port}/mqtt`];
    const asked = attempt(endpoints, {}, { password: 'wrong' });
    await expect(asked).rejects.toMatchObject({ code: 'link_refused' });
    expect(second.connections()).toBe(0);
  });

  it('fails as the one that got furthest, and tells of all', async () => {
    const [closed, { port }] = [await closedPort(), await front(theirs.issue())];
    await expect(attempt([...at(port), ...at(closed)])).rejects.toMatchObject({
      code: 'tls_intercepted',
      message: expect.stringMatching(new RegExp(`Corporate inspection.*; 127.0.0.1:${closed}: cannot be reached`)),
    });
  });
});

describe('a name', () => {
  it('that does not exist is told from a port that is closed', async () => {
    await expect(attempt(['mqtts://fleet.plumbline.invalid:8883'])).rejects.toMatchObject({ code: 'dns_failed' });
    await expect(attempt(at(await closedPort()))).rejects.toMatchObject({ code: 'port_blocked' });
  });
});

const through = (port: number, user = '') => ({
  proxy: { url: `http://${user}localhost:${port}`, except: [] },
});

describe('a proxy', () => {
  const named = ours.issue({ names: ['fleet.test'] });

  it('carries MQTT over TLS and over web sockets, and finds the address itself', async () => {
    const [plain, web] = [await front(named), await webFront(named)];
    const proxy = world.use(await startConnectProxy());
    await attempt([`mqtts://fleet.test:${plain.port}`], {}, through(proxy.port));
    await attempt([`wss://fleet.test:${web.port}/mqtt`], {}, through(proxy.port));
    expect(proxy.asked).toEqual([`fleet.test:${plain.port}`, `fleet.test:${web.port}`]);
  });

  it('is shown its user and password, percent-decoded', async () => {
    const { port } = await front(named);
    const wanted = `Basic ${btoa('site:p@ss')}`;
    const proxy = world.use(
      await startConnectProxy(({ headers }) => (headers['proxy-authorization'] === wanted ? 200 : 407)),
    );
    const endpoints = [`mqtts://fleet.test:${port}`];
    await attempt(endpoints, {}, through(proxy.port, 'site:p%40ss@'));
    const refused = attempt(endpoints, {}, through(proxy.port, 'site:wrong@'));
    await expect(refused).rejects.toMatchObject({
      code: 'proxy_refused',
      kind: 'refused',
      field: 'proxy',
      message: expect.stringMatching(/^(?!.*wrong).*407/),
    });
  });

  it.each([
    [403, 'refused'],
    [502, 'unavailable'],
  ])('that answers %i is not mistaken for a closed port', async (status, kind) => {
    const proxy = world.use(await startConnectProxy(() => status));
    await expect(attempt(['mqtts://fleet.test:8883'], {}, through(proxy.port))).rejects.toMatchObject({
      code: 'proxy_refused',
      kind,
      message: expect.stringContaining(String(status)),
    });
  });

  it('that reads along is not told a password', async () => {
    const reader = await front(theirs.issue({ names: ['fleet.test'] }));
    const proxy = world.use(await startConnectProxy());
    const caught = attempt([`mqtts://fleet.test:${reader.port}`], {}, through(proxy.port));
    await expect(caught).rejects.toMatchObject({ code: 'tls_intercepted' });
    expect(reader.received()).toBe(0);
  });

  it('that is not there is a port that is blocked, and named as the proxy', async () => {
    const gone = attempt(['mqtts://fleet.test:8883'], {}, through(await closedPort()));
    await expect(gone).rejects.toMatchObject({ code: 'port_blocked', message: expect.stringContaining('proxy') });
  });
});
