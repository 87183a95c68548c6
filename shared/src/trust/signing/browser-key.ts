import { p256 } from '@noble/curves/nist.js';
import { toHex } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import { keyId, type PublicKey } from './keys.ts';

/** `CryptoKey`, which not every runtime's types name alike. */
type PlatformKey = Parameters<typeof crypto.subtle.sign>[1];

/**
 * Signs with a key of the platform that no script can read, as a browser keeps it: what comes back is what
 * `attachSignature` takes. WebCrypto gives both kinds as 64 bytes; TUF wants ECDSA as DER.
 * @param bytes `signedBytes` of the document
 * @throws TrustError `key_unknown` when the public key does not belong to a key of its kind
 * @throws whatever the platform throws when the key may not sign
 * @example attachSignature(draft, role, await signWithBrowserKey(signedBytes(draft, role), pair))
 */
export async function signWithBrowserKey(
  bytes: Uint8Array,
  key: { privateKey: PlatformKey; publicKey: PlatformKey },
): Promise<{ keyid: string; sig: string }> {
  const publicKey = await publicKeyOfBrowserKey(key.publicKey);
  const algorithm = publicKey.type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
  const compact = new Uint8Array(await crypto.subtle.sign(algorithm, key.privateKey, Uint8Array.from(bytes)));
  const sig = publicKey.type === 'p256' ? p256.Signature.fromBytes(compact, 'compact').toBytes('der') : compact;
  return { keyid: keyId(publicKey), sig: toHex(sig) };
}

/** What is registered of such a key: an Ed25519 key, or one of P-256 where the browser has no Ed25519. */
export async function publicKeyOfBrowserKey(key: PlatformKey): Promise<PublicKey> {
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', key));
  const { name } = key.algorithm;
  if (name === 'Ed25519' && raw.length === 32) return { type: 'ed25519', public: toHex(raw) };
  if (name === 'ECDSA' && raw.length === 65) return { type: 'p256', public: p256.Point.fromBytes(raw).toHex(true) };
  throw new TrustError('key_unknown', `${name}: not a key that signs here`, 'key', 'Ed25519 or ECDSA on P-256');
}
