import { createPrivateKey, createPublicKey, sign, X509Certificate } from 'node:crypto';
import { createConnectToken, publicKeyOfJwk, type TokenAudience } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { siteDeviceOf } from '../../agent/src/node/lan/site-device.ts';
import { createTestCa, selfSigned, type TestLeaf } from '../harness/network/test-ca.ts';

const NOW = Date.now();
const MINUTE_MS = 60_000;
const ca = createTestCa('Enrolment');
const trust = { site: 'north', cas: [createTestCa('older').pem, ca.pem], now: NOW };

interface Shown {
  certificate: string;
  key: string;
}

const enrolled = (leaf: TestLeaf = {}) => ca.issue({ subject: 'tab-1', site: 'north', usage: 'clientAuth', ...leaf });

/** As a tablet makes it: the certificate it was given, and a signature by the key behind it. */
async function tokenOf(
  { certificate, key }: Shown,
  { device = 'tab-1', at = NOW, aud = 'plumbline-site' as TokenAudience, signedBy = key } = {},
): Promise<string> {
  const secret = createPrivateKey(signedBy);
  const publicKey = publicKeyOfJwk(createPublicKey(secret).export({ format: 'jwk' }));
  if (publicKey === undefined) throw new Error('no key');
  const signed = async (bytes: Uint8Array) =>
    new Uint8Array(sign('sha256', bytes, { key: secret, dsaEncoding: 'ieee-p1363' }));
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  const of = { site: 'north', device, key: publicKey, sign: signed };
  return createConnectToken(of, at, 'nonce-0001', { aud, x5c });
}

describe('a device that shows itself to a gateway of its site', () => {
  it('is known by its certificate and its signature of these two minutes', async () => {
    expect(siteDeviceOf(await tokenOf(enrolled()), trust)).toBe('tab-1');
    const token = await tokenOf(enrolled());
    expect(() => siteDeviceOf(token, { ...trust, now: NOW + 8 * MINUTE_MS })).toThrow(
      expect.objectContaining({ field: 'token.exp' }) as Error,
    );
  });

  it.each<[string, () => Promise<string>, string]>([
    ['of another site', () => tokenOf(enrolled({ site: 'south' })), 'Authorization.subject.O'],
    ['of no site', () => tokenOf(ca.issue({ subject: 'tab-1', usage: 'clientAuth' })), 'Authorization.subject.O'],
    ['by another authority', () => tokenOf(createTestCa().issue({ site: 'north' })), 'Authorization.issuer'],
    ['by itself', () => tokenOf(selfSigned()), 'Authorization.issuer'],
    ['of a server', () => tokenOf(enrolled({ usage: 'serverAuth' })), 'Authorization.extendedKeyUsage'],
    ['whose certificate ended', () => tokenOf(enrolled({ to: NOW - MINUTE_MS })), 'Authorization.notAfter'],
    ['with the key of somebody else', () => tokenOf(enrolled(), { signedBy: enrolled().key }), 'token.signature'],
    ['under the name of another', () => tokenOf(enrolled(), { device: 'tab-2' }), 'token.sub'],
    ['that shows nothing', async () => 'a.b.c', 'Authorization.certificate'],
    ['that shows no certificate', async () => `${btoa('{"x5c":["AAAA"]}')}.b.c`, 'Authorization.certificate'],
    ['that shows 10 KB', async () => `${'A'.repeat(10_000)}.b.c`, 'Authorization.certificate'],
  ])('%s is refused, naming what is wrong', async (_, tokenFor, field) => {
    const token = await tokenFor();
    expect(() => siteDeviceOf(token, trust)).toThrow(expect.objectContaining({ field }) as Error);
  });

  it('a word to the broker is none to a gateway', async () => {
    const password = await tokenOf(enrolled(), { aud: 'plumbline-mqtt' });
    expect(() => siteDeviceOf(password, trust)).toThrow(expect.objectContaining({ field: 'token.aud' }) as Error);
  });
});
