import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { fromHex, toBase64Url, utf8 } from '../bytes.ts';
import { createConnectToken, verifyConnectToken } from './connect-token.ts';
import { createSigner } from '../signing/signer.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const expected = { site: 'north', device: 'gw-1', nowMs: NOW, toleranceMs: 5_000 };
const refused = (field: string) => expect.objectContaining({ code: 'token_invalid', field: `token.${field}` }) as Error;
const part = (value: unknown) => toBase64Url(utf8(JSON.stringify(value)));

describe.each(['ed25519', 'p256'] as const)('a connect token of a device with a %s key', (type) => {
  const signer = createSigner({ type, secret: new Uint8Array(32).fill(9) });
  const alg = type === 'ed25519' ? 'EdDSA' : 'ES256';
  const tokenOf = (device = 'gw-1', at = NOW) =>
    createConnectToken(
      { site: 'north', device, key: signer.publicKey, sign: async (bytes) => signer.sign(bytes) },
      at,
      'nonce-0001',
    );
  const iat = NOW / 1000;
  const claims = { iss: 'north', sub: 'gw-1', aud: 'plumbline-mqtt', iat, exp: iat + 120, jti: 'nonce-0001' };
  /** What anybody with the device's key could write. */
  const forged = (changed: object, header: object = { alg, typ: 'JWT' }) => {
    const input = `${part(header)}.${part({ ...claims, ...changed })}`;
    return `${input}.${toBase64Url(signer.sign(utf8(input)))}`;
  };
  const verify = (token: string, nowMs = NOW) => verifyConnectToken(token, signer.publicKey, { ...expected, nowMs });

  it('opens the door for two minutes and the tolerance', async () => {
    const token = await tokenOf();
    expect(verify(token)).toEqual(claims);
    expect(verify(token, NOW + 125_000)).toEqual(claims);
    expect(() => verify(token, NOW + 125_001)).toThrow(refused('exp'));
  });

  it('is not accepted before it was made, beyond the tolerance', async () => {
    const token = await tokenOf();
    expect(verify(token, NOW - 5_000)).toEqual(claims);
    expect(() => verify(token, NOW - 5_001)).toThrow(refused('iat'));
  });

  it.each([
    ['another audience', 'claims', { aud: 'plumbline-http' }],
    ['the audience of a gateway', 'aud', { aud: 'plumbline-site' }],
    ['a list of audiences', 'claims', { aud: ['plumbline-mqtt'] }],
    ['another site', 'iss', { iss: 'south' }],
    ['another device', 'sub', { sub: 'gw-2' }],
    ['a life of ten minutes', 'exp', { exp: iat + 600 }],
    ['a life that ended ten minutes ago', 'exp', { iat: iat - 720, exp: iat - 600 }],
    ['a start in the future', 'iat', { iat: iat + 60, exp: iat + 180 }],
    ['a fraction of a second', 'claims', { iat: iat + 0.5 }],
    ['no nonce', 'claims', { jti: '' }],
    ['a claim more', 'claims', { admin: true }],
  ])('is refused with %s, even when the device itself signed that', (_, field, changed) => {
    expect(() => verify(forged(changed))).toThrow(refused(field));
  });

  it.each([
    ['none', { alg: 'none', typ: 'JWT' }],
    ['HS256', { alg: 'HS256', typ: 'JWT' }],
    ['the algorithm of the other key type', { alg: type === 'ed25519' ? 'ES256' : 'EdDSA', typ: 'JWT' }],
    ['a key of its own', { alg, typ: 'JWT', jwk: { kty: 'OKP' } }],
    ['a critical extension', { alg, typ: 'JWT', crit: ['exp'] }],
  ])('is refused when its header brings %s', (_, header) => {
    expect(() => verify(forged({}, header))).toThrow(refused('alg'));
  });

  it('is refused when signed with HMAC over the public key', () => {
    const input = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
    const mac = hmac(sha256, fromHex(signer.publicKey.public), utf8(input));
    expect(() => verify(`${input}.${toBase64Url(mac)}`)).toThrow(refused('signature'));
  });

  it('is refused when another device signed it', async () => {
    const other = createSigner({ type, secret: new Uint8Array(32).fill(8) });
    const token = await tokenOf();
    expect(() => verifyConnectToken(token, other.publicKey, expected)).toThrow(refused('signature'));
  });

  it.each(['', '.', '..', 'a.b', 'a.b.c.d', '%.%.%', 'null.null.null', `${'A'.repeat(3000)}.a.a`])(
    'is refused when it is %j',
    (garbage) => {
      expect(() => verify(garbage)).toThrow(expect.objectContaining({ code: 'token_invalid' }));
    },
  );

  it.each([1, 2])('is refused when its signature is missing or cut (%i)', async (cut) => {
    const token = await tokenOf();
    expect(() => verify(token.slice(0, token.length - cut * 43))).toThrow(
      expect.objectContaining({ code: 'token_invalid' }),
    );
  });
});
