import { createHash, createPublicKey, sign } from 'node:crypto';
import type { Crypto } from '@plumbline/shared/ports';
import { fromBase64Url, toHex } from '@plumbline/shared/trust';
import { loadDeviceKey } from './device-key.ts';

/**
 * Digests by OpenSSL, and the device key in `keyPath`, read or made when it is first asked for.
 * @throws NodeAgentError `state_unwritable`, `device_key_malformed`, from the two methods that need the key
 */
export function createNodeCrypto(keyPath: string): Crypto {
  let loaded: ReturnType<typeof loadDeviceKey> | undefined;
  const key = () => (loaded ??= loadDeviceKey(keyPath));
  return {
    sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
    async devicePublicKey() {
      const { x } = createPublicKey(key()).export({ format: 'jwk' });
      return { type: 'ed25519', public: toHex(fromBase64Url(x ?? '')) };
    },
    signAsDevice: async (bytes) => new Uint8Array(sign(null, bytes, key())),
  };
}
