import { publicKeyOfBrowserKey, type PublicKey } from '@plumbline/shared/trust';
import { readFrom } from '../storage/database.ts';
import type { TabletDatabase } from '../storage/tablet-database.ts';

const NAME = 'device';
const USAGES: KeyUsage[] = ['sign', 'verify'];

export interface DeviceKey {
  publicKey: PublicKey;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * The key of this device, which no script can take out of the browser; made on first use and kept beside the rows, so
 * that both go or stay together. Ed25519, and P-256 where the browser has none: the fleet takes both.
 * @throws StoreError
 */
export async function loadDeviceKey(database: TabletDatabase): Promise<DeviceKey> {
  const kept = await readFrom(database.main, 'keys', NAME);
  const pair = isPair(kept) ? kept : await make(database);
  const publicKey = await publicKeyOfBrowserKey(pair.publicKey);
  const algorithm = publicKey.type === 'ed25519' ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
  return {
    publicKey,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, Uint8Array.from(bytes))),
  };
}

/** The private key is gone for good. @throws StoreError */
export function eraseDeviceKey(database: TabletDatabase): Promise<void> {
  return database.write('keys', (keys) => keys.delete(NAME));
}

async function make(database: TabletDatabase): Promise<CryptoKeyPair> {
  const pair = await generate();
  await database.write('keys', (keys) => keys.put(pair, NAME));
  return pair;
}

async function generate(): Promise<CryptoKeyPair> {
  try {
    return (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, USAGES)) as CryptoKeyPair;
  } catch {
    return crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, USAGES);
  }
}

function isPair(kept: unknown): kept is CryptoKeyPair {
  return typeof kept === 'object' && kept !== null && 'privateKey' in kept && 'publicKey' in kept;
}
