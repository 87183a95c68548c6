import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, toHex } from '../bytes.ts';
import { keyId, type PublicKey } from './keys.ts';

export interface SecretKey {
  type: PublicKey['type'];
  /** 32 bytes: Ed25519 seed or P-256 scalar. */
  secret: Uint8Array;
}

/** Whoever holds a private key: this process, another one behind a socket, a browser. */
export interface Signer {
  publicKey: PublicKey;
  keyId: string;
  /** 64 bytes; P-256 as r‖s, deterministic by RFC 6979 so that the same bundle gets the same bytes. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A signer whose key is in this process. */
export interface LocalSigner extends Signer {
  sign(bytes: Uint8Array): Uint8Array;
}

export function createSigner(key: SecretKey): LocalSigner {
  const publicKey: PublicKey =
    key.type === 'ed25519'
      ? { type: 'ed25519', public: toHex(ed25519.getPublicKey(key.secret)) }
      : { type: 'p256', public: toHex(p256.getPublicKey(key.secret, true)) };
  return {
    publicKey,
    keyId: keyId(publicKey),
    sign: (bytes) => (key.type === 'ed25519' ? ed25519.sign(bytes, key.secret) : p256.sign(bytes, key.secret)),
  };
}

/** Answers of `verifySignature` by the digest of everything they follow from. */
export type VerdictMemory = Map<string, boolean>;

const MAX_VERDICTS = 50_000;
let memory: VerdictMemory | undefined;

/**
 * Lets this process work out each verdict once, until it is called without a memory. For simulations, in which many
 * devices verify the same few documents; a process that serves one device gains nothing by it and leaves it alone.
 */
export function rememberVerdicts(into: VerdictMemory | undefined): void {
  memory = into;
}

/** False for any signature or key that is malformed; never throws. */
export function verifySignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (memory === undefined) return workOut(key, bytes, signature);
  const name = `${key.type} ${key.public} ${toHex(signature)} ${toHex(sha256(bytes))}`;
  const verdict = memory.get(name) ?? workOut(key, bytes, signature);
  if (memory.size >= MAX_VERDICTS) memory.clear();
  memory.set(name, verdict);
  return verdict;
}

function workOut(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.type === 'ed25519'
      ? ed25519.verify(signature, bytes, fromHex(key.public), { zip215: false })
      : p256.verify(signature, bytes, fromHex(key.public), { lowS: false });
  } catch {
    return false;
  }
}
