import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import { canonicalBytes } from './canonical-json.ts';
import { openEnvelope, validSigners } from './envelope.ts';
import { createSigner, type LocalSigner } from './signer.ts';

const signer = (byte: number, type: 'ed25519' | 'p256' = 'ed25519') =>
  createSigner({ type, secret: new Uint8Array(32).fill(byte) });
const [anna, ben, carla] = [signer(1), signer(2, 'p256'), signer(3)];
const known = [anna.publicKey, ben.publicKey];
const sign = (signed: object, signers: LocalSigner[], over: object = signed) => ({
  signatures: signers.map((one) => ({ keyid: one.keyId, sig: toHex(one.sign(canonicalBytes(over))) })),
  signed,
});
const signersOf = (value: object) => [...validSigners(openEnvelope(canonicalBytes(value), 'paper'), known)];

/** Signers of these bytes; nobody when they are refused as no envelope. */
function outcomeOf(bytes: Uint8Array): Set<string> {
  try {
    return validSigners(openEnvelope(bytes, 'paper'), known);
  } catch (error) {
    if (error instanceof TrustError) return new Set();
    throw error;
  }
}

describe('the signers of an envelope', () => {
  it.each<[string, object, LocalSigner[]]>([
    ['those whose signatures hold', sign({ a: 1 }, [anna, ben]), [anna, ben]],
    ['nobody where nobody signed', sign({ a: 1 }, []), []],
    ['nobody for a signature over something else', sign({ a: 1 }, [anna, ben], { a: 2 }), []],
    ['no key that is not known', sign({ a: 1 }, [anna, carla]), [anna]],
  ])('are %s', (_what, value, expected) => {
    expect(signersOf(value)).toEqual(expected.map((one) => one.keyId));
  });

  it('are counted once, however often one has signed', () => {
    const { signatures, signed } = sign({ a: 1 }, [anna]);
    expect(signersOf({ signatures: [...signatures, ...signatures], signed })).toEqual([anna.keyId]);
  });

  it('are fewer whichever byte is flipped', () => {
    const bytes = canonicalBytes(sign({ a: 1 }, [anna]));
    for (let i = 0; i < bytes.length; i += 1) {
      const flipped = bytes.slice();
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      expect([...outcomeOf(flipped)], `byte ${i}`).toEqual([]);
    }
  });
});

describe('an envelope', () => {
  it.each([
    ['inside what is signed', '"signed":{', '"signed":{"__proto__":{"a":1},'],
    ['beside what is signed', '{"signatures"', '{"__proto__":{"a":1},"signatures"'],
  ])("is nobody's any more when `__proto__` was slipped in %s", (_where, from, to) => {
    const text = new TextDecoder().decode(canonicalBytes(sign({ a: 1 }, [anna])));
    const slipped = utf8(text.replace(from, to));
    expect([...outcomeOf(slipped)]).toEqual([]);
  });

  it.each([
    ['signed', { signatures: [], signed: 1 }],
    ['signed', { signatures: [], signed: [] }],
    ['signatures', { signatures: {}, signed: {} }],
    ['signatures.0.sig', { signatures: [{ keyid: 'a'.repeat(64), sig: 'A'.repeat(128) }], signed: {} }],
    [
      'signatures',
      { signatures: Array.from({ length: 33 }, () => ({ keyid: 'a'.repeat(64), sig: 'a'.repeat(128) })), signed: {} },
    ],
  ])('is none when %s is malformed', (field, value) => {
    expect(() => openEnvelope(canonicalBytes(value), 'paper')).toThrow(
      expect.objectContaining({ code: 'document_malformed', field: `paper.${field}` }),
    );
  });
});
