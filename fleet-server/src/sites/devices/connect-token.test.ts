import { createConnectToken, createSigner, fromHex, toBase64Url, verifyConnectToken } from '@plumbline/shared/trust';
import { importJWK, jwtVerify, SignJWT, type JWK } from 'jose';
import { createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';

const NOW = Date.UTC(2026, 5, 1, 12);
const P256_SPKI = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');
const secret = new Uint8Array(32).fill(9);

describe.each(['ed25519', 'p256'] as const)('a connect token by a %s key', (type) => {
  const signer = createSigner({ type, secret });
  const alg = type === 'ed25519' ? 'EdDSA' : 'ES256';
  const raw = fromHex(signer.publicKey.public);
  const jwk: JWK =
    type === 'ed25519'
      ? { kty: 'OKP', crv: 'Ed25519', x: toBase64Url(raw) }
      : createPublicKey({ key: Buffer.concat([P256_SPKI, raw]), format: 'der', type: 'spki' }).export({
          format: 'jwk',
        });

  it('is a JWT to a library that is not ours', async () => {
    const device = {
      site: 'north',
      device: 'gw-1',
      key: signer.publicKey,
      sign: async (bytes: Uint8Array) => signer.sign(bytes),
    };
    const token = await createConnectToken(device, NOW, 'nonce-0001');
    const { payload, protectedHeader } = await jwtVerify(token, await importJWK(jwk, alg), {
      algorithms: [alg],
      issuer: 'north',
      subject: 'gw-1',
      audience: 'plumbline-mqtt',
      currentDate: new Date(NOW + 60_000),
    });
    expect(payload).toMatchObject({ jti: 'nonce-0001', exp: NOW / 1000 + 120 });
    expect(protectedHeader).toEqual({ alg, typ: 'JWT' });
  });

  it('may have been made by that library', async () => {
    const key = await importJWK({ ...jwk, d: toBase64Url(secret) }, alg);
    const token = await new SignJWT({ jti: 'nonce-0001' })
      .setProtectedHeader({ alg, typ: 'JWT' })
      .setIssuer('north')
      .setSubject('gw-1')
      .setAudience('plumbline-mqtt')
      .setIssuedAt(NOW / 1000)
      .setExpirationTime(NOW / 1000 + 120)
      .sign(key);
    const expected = { site: 'north', device: 'gw-1', nowMs: NOW, toleranceMs: 0 };
    expect(verifyConnectToken(token, signer.publicKey, expected).sub).toBe('gw-1');
  });
});
