import type { PublicKey } from '../trust/signing/keys.ts';

/** The device's own key, which never leaves the device, and digests at the platform's speed. */
export interface Crypto {
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
  /** Public half of the device key; the key is made on first use and survives restarts. */
  devicePublicKey(): Promise<PublicKey>;
  /** Signature by the device key over exactly these bytes (64 bytes). */
  signAsDevice(bytes: Uint8Array): Promise<Uint8Array>;
}
