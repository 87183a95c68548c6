import type { Crypto } from '@plumbline/shared/ports';
import type { TabletDatabase } from '../storage/tablet-database.ts';
import { loadDeviceKey, type DeviceKey } from './device-key.ts';

/** Digests by the platform, and the device key of this database, read or made when it is first asked for. @throws StoreError */
export function createBrowserCrypto(database: TabletDatabase): Crypto {
  let loading: Promise<DeviceKey> | undefined;
  // Read each time: a key that was erased must not live on in memory. Two that ask at once get one key.
  const key = () =>
    (loading ??= loadDeviceKey(database).finally(() => {
      loading = undefined;
    }));
  return {
    sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))),
    devicePublicKey: async () => (await key()).publicKey,
    signAsDevice: async (bytes) => (await key()).sign(bytes),
  };
}
