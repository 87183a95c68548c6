import {
  approverProofBytes,
  keyId as keyIdOf,
  publicKeyOfBrowserKey,
  signWithBrowserKey,
  type PublicKey,
} from '@plumbline/shared/trust';
import { answered, api } from '../api/client.ts';
import { forget, keep, readKept } from './browser-store.ts';
import { forgetTrust } from './browser-trust.ts';

/** An approver's key of this browser. No script can read its private half, ours neither: it only signs. */
export interface BrowserKey {
  keyId: string;
  publicKey: PublicKey;
  pair: CryptoKeyPair;
}

/** The key that a user has in this browser. */
export async function findBrowserKey(user: string): Promise<BrowserKey | undefined> {
  return readKept<BrowserKey>('keys', user);
}

/**
 * Makes a key, keeps it here and puts its public half down as the user's on the server.
 * @throws ApiProblem; then no key is left here either
 */
export async function makeBrowserKey(user: string, label: string): Promise<BrowserKey> {
  const pair = await generate();
  const publicKey = await publicKeyOfBrowserKey(pair.publicKey);
  const key = { keyId: keyIdOf(publicKey), publicKey, pair };
  // Asked for, not insisted on: without it a browser that runs out of room may forget the key.
  await navigator.storage.persist?.();
  await keep('keys', user, key);
  try {
    const { sig } = await signWithBrowserKey(approverProofBytes(user, key.keyId), pair);
    await answered(api.POST('/api/v1/approver-keys', { body: { label, publicKey, proof: sig } }));
  } catch (error) {
    await forget('keys', user);
    throw error;
  }
  return key;
}

/** Gone from this browser for good with all it believed, and given up on the server. @throws ApiProblem */
export async function giveUpBrowserKey(user: string, keyId: string): Promise<void> {
  await answered(api.DELETE('/api/v1/approver-keys/{keyId}', { params: { path: { keyId } } }));
  await forget('keys', user);
  await forgetTrust();
}

/** Ed25519, or P-256 in a browser that does not have it yet. Never extractable. */
async function generate(): Promise<CryptoKeyPair> {
  const uses: KeyUsage[] = ['sign', 'verify'];
  try {
    return (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, uses)) as CryptoKeyPair;
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotSupportedError') throw error;
    return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, uses);
  }
}
