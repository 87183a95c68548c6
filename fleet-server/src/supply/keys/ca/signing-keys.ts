import { randomBytes, webcrypto } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { toBase64Url } from '@plumbline/shared/trust';

export const HOUR_MS = 3_600_000;
export const ECDSA_SHA256 = { name: 'ECDSA', hash: 'SHA-256' };

/** A P-256 scalar as the key pair of WebCrypto that certificates are signed with; not extractable. */
export async function signingKeys(secret: Uint8Array): Promise<webcrypto.CryptoKeyPair> {
  const point = p256.getPublicKey(secret, false);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: toBase64Url(point.subarray(1, 33)),
    y: toBase64Url(point.subarray(33)),
  };
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const { subtle } = webcrypto;
  return {
    publicKey: await subtle.importKey('jwk', jwk, curve, true, ['verify']),
    privateKey: await subtle.importKey('jwk', { ...jwk, d: toBase64Url(secret) }, curve, false, ['sign']),
  };
}

/** 128 random bits, the first of them clear: DER would read a negative number, and some verifiers refuse that. */
export function randomSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
