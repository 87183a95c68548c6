import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { createSigner, verifySignature } from './signer.ts';

const ORDER_P256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** RFC 6979, A.2.5: P-256, SHA-256, message "sample". */
const RFC_6979 = {
  secret: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
  public: '0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
  r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
  s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
};
const hex = (value: bigint) => value.toString(16).padStart(64, '0');

describe('a P-256 signature', () => {
  const signer = createSigner({ type: 'p256', secret: fromHex(RFC_6979.secret) });

  it('is the one RFC 6979 publishes for its key and message, s taken from the lower half', () => {
    expect(signer.publicKey.public).toBe(RFC_6979.public);
    const low = hex(ORDER_P256 - BigInt(`0x${RFC_6979.s}`));
    expect(toHex(signer.sign(utf8('sample')))).toBe(RFC_6979.r + low);
  });

  it('has the same bytes every time', () => {
    expect(toHex(signer.sign(utf8('bundle')))).toBe(toHex(signer.sign(utf8('bundle'))));
  });

  it('verifies with s of either half, because platform keys do not choose', () => {
    expect(verifySignature(signer.publicKey, utf8('sample'), fromHex(RFC_6979.r + RFC_6979.s))).toBe(true);
    expect(verifySignature(signer.publicKey, utf8('sample'), signer.sign(utf8('sample')))).toBe(true);
  });
});

describe.each(['ed25519', 'p256'] as const)('a signature by %s', (type) => {
  const signer = createSigner({ type, secret: new Uint8Array(32).fill(7) });
  const message = utf8('plumb');
  const signature = signer.sign(message);

  it('holds for its bytes and for no others', () => {
    expect(verifySignature(signer.publicKey, message, signature)).toBe(true);
    expect(verifySignature(signer.publicKey, utf8('plumc'), signature)).toBe(false);
  });

  it('fails for every flipped byte', () => {
    for (let i = 0; i < signature.length; i += 1) {
      const flipped = signature.slice();
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      expect(verifySignature(signer.publicKey, message, flipped)).toBe(false);
    }
  });

  it.each([0, 1, 63, 65, 128])('is refused, not thrown at, with %i bytes', (length) => {
    expect(verifySignature(signer.publicKey, message, new Uint8Array(length))).toBe(false);
  });

  it('is refused by a key that is no point of the curve', () => {
    const key = { type, public: (type === 'p256' ? '02' : '') + 'ff'.repeat(32) };
    expect(verifySignature(key, message, signature)).toBe(false);
  });
});
