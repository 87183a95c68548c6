import { createPublicKey, type KeyObject } from 'node:crypto';
import { fromBase64Url, pemOf, publicKey, toHex, type PublicKey } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';

/** SubjectPublicKeyInfo (DER) of a key. @throws KeyError `keys_malformed` for a point off the curve. */
export function spkiOf(key: PublicKey): Uint8Array {
  try {
    return createPublicKey(pemOf(key)).export({ format: 'der', type: 'spki' });
  } catch {
    throw new KeyError('keys_malformed', 'public key: not a point of its curve', { field: 'publicKey' });
  }
}

/** @returns undefined for anything but an Ed25519 or P-256 public key. */
export function fromSpki(der: Uint8Array): PublicKey | undefined {
  return fromKeyObject(createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' }));
}

/**
 * Reads a public key a person brings: PEM, our own JSON, or a key file, of which the secret is not looked at.
 * @throws KeyError `keys_malformed`
 */
export function parsePublicKey(text: string, field: string): PublicKey {
  const found = text.includes('-----BEGIN') ? fromPem(text) : fromJson(text);
  if (found === undefined) {
    throw new KeyError('keys_malformed', `${field}: not a public key`, {
      field,
      expected: 'Ed25519 or P-256 as PEM (SPKI), or {"type","public"} as JSON',
    });
  }
  spkiOf(found);
  return found;
}

function fromKeyObject(key: KeyObject): PublicKey | undefined {
  const { crv, x = '', y = '' } = key.export({ format: 'jwk' });
  if (crv === 'Ed25519') return { type: 'ed25519', public: toHex(fromBase64Url(x)) };
  if (crv !== 'P-256') return undefined;
  // SEC 1: which of the two points with this x, by the last bit of y.
  const isOdd = ((fromBase64Url(y).at(-1) ?? 0) & 1) === 1;
  return { type: 'p256', public: (isOdd ? '03' : '02') + toHex(fromBase64Url(x)) };
}

function fromPem(text: string): PublicKey | undefined {
  try {
    // A private key in PEM would be read too, and its public half taken: people send the wrong file.
    return text.includes('PRIVATE KEY') ? undefined : fromKeyObject(createPublicKey(text));
  } catch {
    return undefined;
  }
}

function fromJson(text: string): PublicKey | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isFile = typeof value === 'object' && value !== null && 'format' in value;
    return publicKey.safeParse(isFile ? Reflect.get(value, 'public') : value).data;
  } catch {
    return undefined;
  }
}
