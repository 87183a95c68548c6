import { keyId, tufKeyOf, type PublicKey } from '../signing/keys.ts';
import { readMetadata, validKeys } from './metadata.ts';

/**
 * Ids of those keys that have signed a document of this role; asked about no threshold and no time.
 * @throws TrustError `document_malformed` when it is no such document
 */
export function signersOf(bytes: Uint8Array, role: string, keys: readonly PublicKey[]): Set<string> {
  const metadata = readMetadata(bytes, role);
  const byId = Object.fromEntries(keys.map((key) => [keyId(key), key]));
  const tufKeys = Object.fromEntries(Object.entries(byId).map(([id, key]) => [id, tufKeyOf(key)]));
  const valid = validKeys(metadata, tufKeys, Object.keys(tufKeys));
  return new Set(Object.keys(byId).filter((id) => valid.has(`${byId[id]?.type}:${byId[id]?.public}`)));
}
