import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSigner, toBase64Url, type PublicKey } from '@plumbline/shared/trust';
import type { NewKey } from '../files/key-file.ts';
import { makeKey } from '../files/make-key.ts';
import { createAuthority, type Authority } from './authority.ts';
import { createRootCertificate } from './root-certificate.ts';
import { fromSpki, parsePublicKey, spkiOf } from './spki.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 4, 1, 12, 0, 0, 500);
const ca = makeKey('ca', false);
const device = createSigner(makeKey('director', false)).publicKey;
let caPem: string;
let authority: Authority;

beforeAll(async () => {
  caPem = await createRootCertificate(ca.secret, NOW);
  authority = await createAuthority(ca.secret, caPem);
});

/** A private key as TLS wants it. */
function privatePem(key: NewKey): string {
  const spki = createPublicKey({ key: Buffer.from(spkiOf(createSigner(key).publicKey)), format: 'der', type: 'spki' });
  const jwk = { ...spki.export({ format: 'jwk' }), d: toBase64Url(key.secret) };
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' }).toString();
}

const lifetime = (certificate: X509Certificate) => [
  certificate.validFromDate.getTime() - Math.floor(NOW / 1000) * 1000,
  certificate.validToDate.getTime() - Math.floor(NOW / 1000) * 1000,
];

describe('the enrolment CA', () => {
  it('is a P-256 CA for ten years that issues leaves only', () => {
    const certificate = new X509Certificate(caPem);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(lifetime(certificate)).toEqual([-3_600_000, 3650 * DAY_MS]);
  });

  it.each(['ed25519', 'p256'] as const)('gives a device with a key of %s thirty days as a client', async (type) => {
    const publicKey = createSigner({ ...makeKey(type === 'p256' ? 'builder' : 'director', false) }).publicKey;
    const issued = await authority.device({ site: 'north', device: 'gw-1', publicKey, now: NOW });
    const certificate = new X509Certificate(issued.pem);
    expect(certificate.subject.split('\n').toSorted()).toEqual(['CN=gw-1', 'O=north']);
    expect(certificate.verify(new X509Certificate(caPem).publicKey)).toBe(true);
    expect(certificate.checkIssued(new X509Certificate(caPem))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(fromSpki(certificate.publicKey.export({ format: 'der', type: 'spki' }))).toEqual(publicKey);
    expect(lifetime(certificate)).toEqual([-3_600_000, 30 * DAY_MS]);
    expect(issued.notAfter).toBe(certificate.validToDate.getTime());
    expect(certificate.serialNumber.toLowerCase()).toBe(issued.serial);
  });

  it('gives a server ninety days under all of its names', async () => {
    const names = ['fleet.example', '127.0.0.1', '::1'];
    const issued = await authority.server({ names, publicKey: device, now: NOW });
    const certificate = new X509Certificate(issued.pem);
    expect(certificate.checkHost('fleet.example')).toBe('fleet.example');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBe('::1');
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(lifetime(certificate)).toEqual([-3_600_000, 90 * DAY_MS]);
  });

  it('never gives a serial number twice: 128 bits, positive', async () => {
    const serials = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const { serial } = await authority.device({ site: 's', device: 'd', publicKey: device, now: NOW });
        return serial;
      }),
    );
    expect(new Set(serials).size).toBe(64);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it('does not begin with the certificate of another CA', async () => {
    const other = await createRootCertificate(makeKey('ca', false).secret, NOW);
    await expect(createAuthority(ca.secret, other)).rejects.toMatchObject({ code: 'keys_disagree' });
    await expect(createAuthority(ca.secret, 'hello')).rejects.toMatchObject({ code: 'keys_malformed' });
  });

  it('issues what both ends of a TLS 1.3 connection accept', async () => {
    const now = Date.now();
    const root = await createRootCertificate(ca.secret, now);
    const live = await createAuthority(ca.secret, root);
    const serverKey = makeKey('builder', false);
    const clientKey = makeKey('director', false);
    const server = await live.server({ names: ['localhost'], publicKey: createSigner(serverKey).publicKey, now });
    const client = await live.device({ site: 's', device: 'd', publicKey: createSigner(clientKey).publicKey, now });
    const listener = createServer({
      key: privatePem(serverKey),
      cert: server.pem,
      ca: root,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: root,
      cert: client.pem,
      key: privatePem(clientKey),
    });
    const [[peer]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
    expect(socket.authorized).toBe(true);
    expect(peer.getPeerCertificate().subject).toMatchObject({ CN: 'd', O: 's' });
    socket.destroy();
    listener.close();
  });
});

describe('a public key a person brings', () => {
  const keys: PublicKey[] = [device, createSigner(makeKey('builder', false)).publicKey];
  it.each(keys)('is read as PEM and as JSON: $type', (key) => {
    const pem = createPublicKey({ key: Buffer.from(spkiOf(key)), format: 'der', type: 'spki' });
    expect(parsePublicKey(pem.export({ format: 'pem', type: 'spki' }).toString(), 'key')).toEqual(key);
    expect(parsePublicKey(JSON.stringify(key), 'key')).toEqual(key);
    expect(parsePublicKey(JSON.stringify({ format: 'plumbline-key', public: key, secret: 'x' }), 'key')).toEqual(key);
  });

  it.each([
    ['nothing', ''],
    ['a point off the curve', JSON.stringify({ type: 'p256', public: `02${'f'.repeat(64)}` })],
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----'],
    ['another shape', '{"type":"rsa"}'],
  ])('is refused when it is %s', (_what, text) => {
    expect(() => parsePublicKey(text, 'key')).toThrow(expect.objectContaining({ code: 'keys_malformed' }));
  });
});
