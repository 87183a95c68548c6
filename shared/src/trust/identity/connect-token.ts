import { z } from 'zod';
import { fromBase64Url, toBase64Url, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import type { PublicKey } from '../signing/keys.ts';
import { verifySignature } from '../signing/signer.ts';

/** To whom a device says who it is: the broker of its fleet, or another device of its site. */
export type TokenAudience = 'plumbline-mqtt' | 'plumbline-site';

/** A device's password for one connection: a JWT (RFC 7519) by its own key, good for two minutes. */
const claims = z.strictObject({
  iss: z.string(),
  sub: z.string(),
  aud: z.enum(['plumbline-mqtt', 'plumbline-site']),
  iat: z.number().int(),
  exp: z.number().int(),
  jti: z.string().min(8).max(64),
});

/** DER as base64, the certificate of the device alone. */
const certificate = z.tuple([z.base64().max(4096)]);
const shown = z.looseObject({ x5c: certificate });

export type ConnectClaims = z.infer<typeof claims>;

const LIFETIME_S = 120;
/** One certificate beside it takes more than half. */
const MAX_LENGTH: Record<TokenAudience, number> = { 'plumbline-mqtt': 2048, 'plumbline-site': 6144 };
const ALGORITHM = { ed25519: 'EdDSA', p256: 'ES256' } as const;

/** @param audience with a certificate for another device of the site, which knows no keys: `x5c`, RFC 7515 §4.1.6 */
export async function createConnectToken(
  device: { site: string; device: string; key: PublicKey; sign: (bytes: Uint8Array) => Promise<Uint8Array> },
  nowMs: number,
  nonce: string,
  audience: { aud: TokenAudience; x5c?: readonly string[] } = { aud: 'plumbline-mqtt' },
): Promise<string> {
  const iat = Math.floor(nowMs / 1000);
  const body: ConnectClaims = {
    iss: device.site,
    sub: device.device,
    aud: audience.aud,
    iat,
    exp: iat + LIFETIME_S,
    jti: nonce,
  };
  const { x5c } = audience;
  const header = { alg: ALGORITHM[device.key.type], typ: 'JWT', ...(x5c && { x5c }) };
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
  expected: { site: string; device: string; nowMs: number; toleranceMs: number; aud?: TokenAudience },
): ConnectClaims {
  const { aud = 'plumbline-mqtt' } = expected;
  const [header, body, signature, ...rest] = token.split('.');
  if (
    header === undefined ||
    body === undefined ||
    signature === undefined ||
    rest.length > 0 ||
    token.length > MAX_LENGTH[aud]
  ) {
    throw refuse('form');
  }
  const parsed = claims.safeParse(parsePart(body));
  if (!parsed.success) throw refuse('claims');
  if (parsed.data.aud !== aud) throw refuse('aud');
  const head = z
    .strictObject({
      alg: z.literal(ALGORITHM[key.type]),
      typ: z.literal('JWT'),
      ...(aud === 'plumbline-site' && { x5c: certificate }),
    })
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

/**
 * The certificate that a token for another device of the site brings along: of it nothing is believed yet.
 * @returns DER, as base64; undefined when there is none
 */
export function certificateShown(token: string): string | undefined {
  const parsed =
    token.length > MAX_LENGTH['plumbline-site'] ? undefined : shown.safeParse(parsePart(token.split('.', 1)[0] ?? ''));
  return parsed?.data?.x5c[0];
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
