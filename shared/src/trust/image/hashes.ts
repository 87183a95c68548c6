import { sha512 } from '@noble/hashes/sha2.js';
import { sha256Hex, toHex } from '../bytes.ts';

const ALGORITHMS: Record<string, (bytes: Uint8Array) => string> = {
  sha256: sha256Hex,
  sha512: (bytes) => toHex(sha512(bytes)),
};

/** True when a known algorithm is named, and every known one agrees; an unknown one alone proves nothing. */
export function matchesHashes(bytes: Uint8Array, hashes: Record<string, string>): boolean {
  const known = Object.entries(hashes).filter(([name]) => Object.hasOwn(ALGORITHMS, name));
  return known.length > 0 && known.every(([name, expected]) => ALGORITHMS[name]?.(bytes) === expected);
}
