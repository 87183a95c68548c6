import { p256 } from '@noble/curves/nist.js';
import { z } from 'zod';
import { fromBase64, fromHex, sha256Hex, toBase64, toHex } from '../bytes.ts';
import { olpcCanonical } from '../image/olpc-canonical.ts';

/** Ed25519: 32 bytes. P-256: 33 bytes, SEC1 compressed. Both as lower-case hex. */
export const publicKey = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ed25519'), public: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ type: z.literal('p256'), public: z.string().regex(/^0[23][0-9a-f]{64}$/) }),
]);

export type PublicKey = z.infer<typeof publicKey>;

/** A key as TUF metadata carry it; fields we do not know are kept, because they are signed. */
export const tufKey = z.looseObject({
  keytype: z.string(),
  scheme: z.string(),
  keyval: z.looseObject({ public: z.string() }),
});

export type TufKey = z.infer<typeof tufKey>;

/** Name of a key everywhere: the key id of TUF, SHA-256 over the canonical form of the key. */
export function keyId(key: PublicKey): string {
  return sha256Hex(olpcCanonical(tufKeyOf(key)));
}

export function tufKeyOf(key: PublicKey): TufKey {
  return key.type === 'ed25519'
    ? { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: key.public } }
    : { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: pemOf(key) } };
}

/** `undefined` for a kind of key that is not verified here: its signatures count for nothing. */
export function publicKeyOf({ keytype, scheme, keyval }: TufKey): PublicKey | undefined {
  if (keytype === 'ed25519' && scheme === 'ed25519') {
    const parsed = publicKey.safeParse({ type: 'ed25519', public: keyval.public });
    return parsed.success ? parsed.data : undefined;
  }
  if (scheme !== 'ecdsa-sha2-nistp256') return undefined;
  return keytype === 'ecdsa' || keytype === 'ecdsa-sha2-nistp256' ? pointOf(keyval.public) : undefined;
}

/** SubjectPublicKeyInfo of a point on P-256 (RFC 5480), up to the point itself. */
const P256_SPKI = '3059301306072a8648ce3d020106082a8648ce3d030107034200';
/** The same for Ed25519 (RFC 8410). */
const ED25519_SPKI = '302a300506032b6570032100';

/** SubjectPublicKeyInfo as PEM, with a line break at the end: what OpenSSL and Python write. */
export function pemOf(key: PublicKey): string {
  const hex =
    key.type === 'ed25519'
      ? ED25519_SPKI + key.public
      : P256_SPKI + toHex(p256.Point.fromHex(key.public).toBytes(false));
  const lines = toBase64(fromHex(hex)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}

function pointOf(pem: string): PublicKey | undefined {
  const body = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,400})-----END PUBLIC KEY-----\s*$/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  try {
    const der = toHex(fromBase64(body.replaceAll(/\s/g, '')));
    if (!der.startsWith(P256_SPKI)) return undefined;
    return { type: 'p256', public: p256.Point.fromHex(der.slice(P256_SPKI.length)).toHex(true) };
  } catch {
    return undefined;
  }
}
