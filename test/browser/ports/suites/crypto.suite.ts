import { sha256Hex, toHex, utf8, verifySignature } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBrowserCrypto } from '../../../../agent/src/browser/platform/browser-crypto.ts';
import { eraseDeviceKey } from '../../../../agent/src/browser/platform/device-key.ts';
import { readFrom } from '../../../../agent/src/browser/storage/database.ts';
import { openTabletDatabase, type TabletDatabase } from '../../../../agent/src/browser/storage/tablet-database.ts';

const SAID = utf8('as the device says');
const make = crypto.subtle.generateKey.bind(crypto.subtle);

/** A browser before Ed25519 came to WebCrypto. */
async function makeWithoutEd25519(asked: EcKeyGenParams, ...more: [boolean, KeyUsage[]]): Promise<CryptoKeyPair> {
  if (asked.name === 'Ed25519') throw new DOMException('unknown', 'NotSupportedError');
  return make(asked, ...more);
}

function makeKeysBy(value: typeof make | typeof makeWithoutEd25519): void {
  Object.defineProperty(crypto.subtle, 'generateKey', { value, configurable: true });
}

describe('the cryptography of a tablet', () => {
  let database: TabletDatabase;
  beforeEach(async () => {
    database = await openTabletDatabase([], `keys-${crypto.randomUUID()}`);
  });
  afterEach(() => {
    makeKeysBy(make);
    database.close();
    indexedDB.deleteDatabase(database.main.name);
  });

  it('digests as ours does', async () => {
    const { sha256 } = createBrowserCrypto(database);
    for (const bytes of [new Uint8Array(), SAID, SAID.subarray(3, 9)]) {
      expect(toHex(await sha256(bytes))).toBe(sha256Hex(bytes));
    }
  });

  describe.each(['ed25519', 'p256'] as const)('signs by a key of %s', (type) => {
    beforeEach(() => makeKeysBy(type === 'p256' ? makeWithoutEd25519 : make));

    it('that the trust code takes, one for all who ask at once', async () => {
      const device = createBrowserCrypto(database);
      const [key, other] = await Promise.all([device.devicePublicKey(), device.devicePublicKey()]);
      expect(key.type).toBe(type);
      expect(other).toEqual(key);
      const signature = await device.signAsDevice(SAID);
      expect(signature).toHaveLength(64);
      expect(verifySignature(key, SAID, signature)).toBe(true);
      expect(verifySignature(key, utf8('something else'), signature)).toBe(false);
    });

    it('that no script can take out, and that is the same in the next life', async () => {
      const key = await createBrowserCrypto(database).devicePublicKey();
      const kept = (await readFrom(database.main, 'keys', 'device')) as CryptoKeyPair;
      await expect(crypto.subtle.exportKey('pkcs8', kept.privateKey)).rejects.toMatchObject({
        name: 'InvalidAccessError',
      });
      database.close();
      database = await openTabletDatabase([], database.main.name);
      expect(await createBrowserCrypto(database).devicePublicKey()).toEqual(key);
    });

    it('that is another one once it was erased, in the same life too', async () => {
      const device = createBrowserCrypto(database);
      const key = await device.devicePublicKey();
      await eraseDeviceKey(database);
      expect(await device.devicePublicKey()).not.toEqual(key);
    });
  });
});
