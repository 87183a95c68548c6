import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpsServer, request } from 'node:https';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAedesBroker,
  type AedesBroker,
  type AedesBrokerOptions,
  type BrokerConnection,
} from '../../fleet-server/src/platform/adapters/index.ts';
import { createVirtualClock } from '../../shared/src/testing/index.ts';
import { createTestCa, selfSigned } from '../harness/network/index.ts';
import { bytes, closed, device, received } from './broker.contract.ts';
import { devicePolicy } from './device-policy.ts';

const ours = createTestCa();
const theirs = createTestCa('Someone else');
const DAY_MS = 86_400_000;
/** For what other processes may hold up; it takes a moment. */
const SOON = { timeout: 20_000 };

/** The device is the one its certificate names; the rest as for all devices under test. */
const certified: AedesBrokerOptions<{ clientId: string }>['policy'] = {
  ...devicePolicy,
  async authenticate(_clientId, _username, _password, { certificate }) {
    const name = certificate && /^CN=(\w+)$/m.exec(new X509Certificate(certificate.pem).subject)?.[1];
    return name === undefined ? null : { clientId: name };
  },
};

const anyCertificate = (shown: X509Certificate | undefined) => (shown === undefined ? 'none' : undefined);
const tlsOf = ({ certificate, key }: { certificate: string; key: string }) => ({ cert: certificate, key });
const material = () => ({ ...tlsOf(ours.issue()), ca: ours.pem });
const asDevice = (id: string) => tlsOf(ours.issue({ subject: id, usage: 'clientAuth' }));

let world: AsyncDisposableStack;
let reasons: string[];
let connections: (BrokerConnection | undefined)[];
beforeEach(() => {
  world = new AsyncDisposableStack();
  reasons = [];
  connections = [];
});
afterEach(() => world.disposeAsync());

async function open(options: Partial<AedesBrokerOptions<{ clientId: string }>> = {}): Promise<AedesBroker> {
  const broker = await createAedesBroker({
    tls: { host: '127.0.0.1', port: 0, ...material() },
    policy: certified,
    onError: ({ message }, _clientId, connection) => {
      reasons.push(message);
      connections.push(connection);
    },
    ...options,
  });
  world.defer(() => broker.close());
  return broker;
}

async function enter(broker: AedesBroker, id: string, options: IClientOptions) {
  const url = `mqtts://127.0.0.1:${broker.ports().tls}`;
  const client = await device(url, id, { ca: ours.pem, ...options });
  world.defer(async () => void (await client.endAsync(true)));
  return client;
}

describe('the TLS door', () => {
  it('lets in whom its certificate names, and serves it', async () => {
    const broker = await open();
    const client = await enter(broker, 'd1', asDevice('d1'));
    await client.subscribeAsync('f/s1/d1/dn/ack', { qos: 1 });
    const first = received(client, 1);
    await broker.publish('f/s1/d1/dn/ack', bytes('hello'), { retain: false });
    expect((await first)[0]?.body).toBe('hello');
  });

  it('refuses a client id that is not the name in the certificate', async () => {
    const broker = await open();
    await expect(enter(broker, 'd2', asDevice('d1'))).rejects.toThrow(/Not authorized/);
  });

  const BAD: [string, () => object, RegExp][] = [
    ['no certificate', () => ({}), /peer did not return a certificate/i],
    ['one by another authority', () => tlsOf(theirs.issue({ usage: 'clientAuth' })), /client certificate: /],
    ['one by nobody', () => tlsOf(selfSigned()), /client certificate: /],
    ['the one of a server', () => tlsOf(ours.issue({ usage: 'serverAuth' })), /client certificate: INVALID_PURPOSE/],
    [
      'one that has expired',
      () => tlsOf(ours.issue({ usage: 'clientAuth', from: Date.now() - 60 * DAY_MS, to: Date.now() - DAY_MS })),
      /client certificate: CERT_HAS_EXPIRED/,
    ],
  ];
  it.each(BAD)('refuses %s, and says so', async (_, shown, reason) => {
    const broker = await open();
    await expect(enter(broker, 'd1', shown() as IClientOptions)).rejects.toThrow(/./);
    await expect.poll(() => reasons.at(-1), SOON).toMatch(/^refused: TLS, /);
    expect(reasons.at(-1)).toMatch(reason);
    expect(broker.counts().clients).toBe(0);
  });

  it('refuses TLS 1.2', async () => {
    const broker = await open();
    const old = connectTls({ port: broker.ports().tls, ca: ours.pem, maxVersion: 'TLSv1.2', ...asDevice('d1') });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version/);
  });

  it('shows a renewed certificate to newcomers, and keeps the connections it has', async () => {
    const broker = await open();
    const client = await enter(broker, 'd1', asDevice('d1'));
    const renewed = material();
    broker.reloadTls(renewed);
    const socket = connectTls({ port: broker.ports().tls, host: '127.0.0.1', ca: ours.pem, ...asDevice('d2') });
    await once(socket, 'secureConnect');
    expect(socket.getPeerX509Certificate()?.toString()).toBe(new X509Certificate(renewed.cert).toString());
    socket.destroy();
    await client.publishAsync('f/s1/d1/up/tel', 'still here', { qos: 1 });
  });

  it('sees the certificate of a client that resumes its session, too', async () => {
    const broker = await open();
    const shown = asDevice('d1');
    const options = { port: broker.ports().tls, host: '127.0.0.1', ca: ours.pem, ...shown };
    const first = connectTls(options);
    const [session] = (await once(first, 'session')) as [Buffer];
    first.destroy();
    const client = await enter(broker, 'd1', { ...shown, session } as IClientOptions);
    expect(client.connected).toBe(true);
  });

  it('closes on who never shakes hands, and on who never says CONNECT after it', async () => {
    const clock = createVirtualClock();
    const broker = await open({ clock });
    const mute = connectTcp(broker.ports().tls, '127.0.0.1');
    const shaken = connectTls({ port: broker.ports().tls, host: '127.0.0.1', ca: ours.pem, ...asDevice('d1') });
    // TLS 1.3: a ticket comes when the server has finished, too.
    await once(shaken, 'session');
    await expect.poll(() => broker.counts().halfOpen, SOON).toBe(2);
    const gone = [mute, shaken].map((socket) =>
      once(
        socket.on('error', () => undefined),
        'close',
      ),
    );
    await clock.advance(10_000);
    await Promise.all(gone);
    expect(reasons).toEqual(['refused: no CONNECT in time', 'refused: no handshake in time']);
    expect(connections[0]?.remoteAddress).toMatch(/127\.0\.0\.1$/);
    expect(broker.counts().halfOpen).toBe(0);
  });

  it('wastes no handshake on an address that comes too often', async () => {
    const broker = await open({ clock: createVirtualClock(), gate: { perAddress: { burst: 2, perSecond: 1 } } });
    await enter(broker, 'd1', asDevice('d1'));
    await enter(broker, 'd2', asDevice('d2'));
    await expect(enter(broker, 'd3', asDevice('d3'))).rejects.toThrow(/./);
    expect(reasons).toEqual(['refused: 1 connection too many in a short time']);
  });
});

async function web(broker: AedesBroker, requestCert: boolean) {
  const { cert, key, ca } = material();
  const options = { cert, key, ca, requestCert, rejectUnauthorized: false };
  const server = createHttpsServer(options, (_request, response) => response.end('a page'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.defer(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  await broker.listenOn(server, '/mqtt');
  return (server.address() as AddressInfo).port;
}
const over = (port: number, id: string, tls: object) =>
  device(`wss://127.0.0.1:${port}/mqtt`, id, { wsOptions: { ca: ours.pem, ...tls } });

describe('MQTT at a path of a web server', () => {
  it('lets in by certificate or by password, beside pages', async () => {
    const broker = await open({
      policy: {
        ...devicePolicy,
        authenticate: async (...asked) =>
          (await certified.authenticate(...asked)) ?? (await devicePolicy.authenticate(...asked)),
      },
    });
    const port = await web(broker, true);
    const one = await over(port, 'd1', asDevice('d1'));
    const other = await over(port, 'd2', {});
    expect(broker.counts()).toEqual({ clients: 2, halfOpen: 0 });
    const [response] = await once(request({ port, host: '127.0.0.1', ca: ours.pem }).end(), 'response');
    expect(await response.toArray()).toEqual([Buffer.from('a page')]);
    await Promise.all([one.endAsync(true), other.endAsync(true)]);
  });

  it('hands the policy what a stranger shows too, so that a bad certificate is worse than none', async () => {
    const shown: unknown[] = [];
    const policy = {
      ...certified,
      authenticate: async (...[, , , connection]: Parameters<typeof certified.authenticate>) => {
        shown.push(connection.certificate?.pem);
        return null;
      },
    };
    const port = await web(await open({ policy }), true);
    const stranger = theirs.issue({ subject: 'd1', usage: 'clientAuth' });
    await expect(over(port, 'd1', tlsOf(stranger))).rejects.toThrow(/Not authorized/);
    expect(shown).toEqual([new X509Certificate(tlsOf(stranger).cert).toString()]);
  });

  it('asks whoever judges the certificates, when that is not OpenSSL', async () => {
    const broker = await open({ tls: { host: '127.0.0.1', port: 0, ...material(), judge: anyCertificate } });
    const expired = tlsOf(ours.issue({ subject: 'd1', usage: 'clientAuth', to: Date.now() - DAY_MS }));
    await expect(enter(broker, 'd1', expired)).resolves.toBeDefined();
    await expect(enter(broker, 'd1', {})).rejects.toThrow(/Couldn't connect/);
    expect(reasons).toEqual(['refused: client certificate: none']);
  });

  it('is at no other path', async () => {
    const broker = await open({ policy: devicePolicy });
    const headers = { connection: 'upgrade', upgrade: 'websocket' };
    const port = await web(broker, false);
    const asked = request({ port, host: '127.0.0.1', path: '/mqtt/x', ca: ours.pem, headers }).end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(404);
  });

  it('ends its own connections with the broker, and takes new ones when that is back', async () => {
    const broker = await open({ policy: devicePolicy });
    const port = await web(broker, false);
    const before = await over(port, 'd1', {});
    const gone = closed(before);
    await broker.stop();
    await gone;
    await expect(over(port, 'd1', {})).rejects.toThrow(/./);
    await broker.start();
    const after = await over(port, 'd1', {});
    expect(after.connected).toBe(true);
    await after.endAsync(true);
  });
});
