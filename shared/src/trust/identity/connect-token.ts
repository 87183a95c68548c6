import { z } from 'zod';
import { fromBase64Url, toBase64Url, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import type { PublicKey } from '../signing/keys.ts';
import { verifySignature } from '../signing/signer.ts';

/** A device's password for one connection: a JWT (RFC 7519) by its own key, good for two minutes. */
const claims = z.strictObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.literal('plumbline-mqtt'),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string().min(8).max(64),
});

export type ConnectClaims = z.infer<typeof claims>;

const LIFETIME_S = 120;
const ALGORITHM = { ed25519: 'EdDSA', p256: 'ES256' } as const;

export async function createConnectToken(
  device: { site: string; device: string; key: PublicKey; sign: (bytes: Uint8Array) => Promise<Uint8Array> },
  nowMs: number,
  nonce: string,
): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const body: ConnectClaims = {
    iss: device.site,
    sub: device.device,
    aud: 'plumbline-mqtt',
    iat,
    exp: iat + LIFETIME_S,
    jti: nonce,
  };
  const header = { alg: ALGORITHM[device.key.type], typ: 'JWT' };
  const input = `${toBase64Url(utf8(JSON.stringify(header)))}.${toBase64Url(utf8(JSON.stringify(body)))}`;
  return `${input}.${toBase64Url(await device.sign(utf8(input)))}`;
}

/**
 * The algorithm follows from the registered key, never from the header, so `none` and HS256 have no way in.
 * @throws TrustError `token_invalid`, naming what is wrong.
 */
export function verifyConnectToken(
  token: string,
  key: PublicKey,
  expected: { site: string; device: string; nowMs: number; toleranceMs: number },
): ConnectClaims {
  const [header, body, signature, ...rest] = token.split('.');
  if (header === undefined || body === undefined || signature === undefined || rest.length > 0 || token.length > 2048) {
    throw refuse('form');
  }
  const parsed = claims.safeParse(parsePart(body));
  if (!parsed.success) throw refuse('claims');
  const head = z
    .strictObject({ alg: z.literal(ALGORITHM[key.type]), typ: z.literal('JWT') })
    .safeParse(parsePart(header));
  if (!head.success) throw refuse('alg');
  if (!verifySignature(key, utf8(`${header}.${body}`), bytesOf(signature))) throw refuse('signature');
  const { iss, sub, iat, exp } = parsed.data;
  if (iss !== expected.site) throw refuse('iss');
  if (sub !== expected.device) throw refuse('sub');
  if (exp - iat > LIFETIME_S || exp * 1000 + expected.toleranceMs < expected.nowMs) throw refuse('exp');
  if (iat * 1000 - expected.toleranceMs > expected.nowMs) throw refuse('iat');
  return parsed.data;
}

function refuse(field: string): TrustError {
  return new TrustError('token_invalid', `connect token: wrong ${field}`, `token.${field}`);
}

function parsePart(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(part)));
  } catch {
    return undefined;
  }
}

function bytesOf(part: string): Uint8Array {
  try {
    return fromBase64Url(part);
  } catch {
    return new Uint8Array();
  }
}
