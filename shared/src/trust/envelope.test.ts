import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toHex, utf8 } from './bytes.ts';
import { canonicalBytes } from './canonical-json.ts';
import { addSignatures, openEnvelope, signDocument, verifyDocument } from './envelope.ts';
import { createSigner } from './signer.ts';

const signer = (byte: number, type: 'ed25519' | 'p256' = 'ed25519') =>
  createSigner({ type, secret: new Uint8Array(32).fill(byte) });
const [anna, ben, carla] = [signer(1), signer(2, 'p256'), signer(3)];
const body = z.strictObject({ answer: z.number() });
const two = { keys: [anna.publicKey, ben.publicKey], threshold: 2 };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const refused = (code: string) => expect.objectContaining({ code }) as Error;

const tooMany = Array.from({ length: 33 }, () => ({ keyid: 'a'.repeat(64), sig: 'a'.repeat(128) }));

describe('a signed document', () => {
  const bytes = signDocument({ answer: 42 }, [anna, ben]);

  it('opens for those who know its keys', () => {
    expect(verifyDocument(bytes, 'line', body, two)).toEqual({ answer: 42 });
  });

  it('has the same bytes when the same keys sign again', () => {
    expect(toHex(signDocument({ answer: 42 }, [anna, ben]))).toBe(toHex(bytes));
  });

  it('is refused whichever byte is flipped', () => {
    const small = signDocument({ answer: 42 }, [anna]);
    const one = { keys: [anna.publicKey], threshold: 1 };
    for (let i = 0; i < small.length; i += 1) {
      const flipped = small.slice();
      flipped[i] = (flipped[i] ?? 0) ^ 1;
      expect(() => verifyDocument(flipped, 'line', body, one), `byte ${i}`).toThrow(
        expect.objectContaining({ name: 'TrustError' }),
      );
    }
  });

  it.each([
    ['inside what is signed', '"signed":{', '"signed":{"__proto__":{"answer":1},'],
    ['beside what is signed', '{"signatures"', '{"__proto__":{"answer":1},"signatures"'],
  ])('is refused when `__proto__` was slipped in %s', (_, from, to) => {
    const slipped = utf8(text(bytes).replace(from, to));
    expect(() => verifyDocument(slipped, 'line', body, two)).toThrow(expect.objectContaining({ name: 'TrustError' }));
  });
});

describe('a threshold of two', () => {
  const twice = () => {
    const { signatures, signed } = openEnvelope(signDocument({ answer: 42 }, [anna]), 'line');
    return canonicalBytes({ signatures: [...signatures, ...signatures], signed });
  };
  const wrong = () => {
    const { signatures } = openEnvelope(signDocument({ answer: 41 }, [anna, ben]), 'line');
    return canonicalBytes({ signatures, signed: { answer: 42 } });
  };

  it.each([
    ['no signature', signDocument({ answer: 42 }, []), 'signature_missing'],
    ['one signature', signDocument({ answer: 42 }, [anna]), 'below_threshold'],
    ['the same key twice', twice(), 'below_threshold'],
    ['a known and an unknown key', signDocument({ answer: 42 }, [anna, carla]), 'below_threshold'],
    ['unknown keys only', signDocument({ answer: 42 }, [carla]), 'key_unknown'],
    ['signatures over something else', wrong(), 'signature_invalid'],
  ])('is not reached by %s, and the error names the role', (_, bytes, code) => {
    expect(() => verifyDocument(bytes, 'line', body, two)).toThrow(
      expect.objectContaining({ code, field: 'line', kind: 'refused' }),
    );
  });

  it('is not reached by one key listed twice', () => {
    const authority = { keys: [anna.publicKey, anna.publicKey], threshold: 2 };
    expect(() => verifyDocument(signDocument({ answer: 42 }, [anna]), 'line', body, authority)).toThrow(
      refused('below_threshold'),
    );
  });

  it('is reached by a signature added later', () => {
    const first = signDocument({ answer: 42 }, [anna]);
    const both = addSignatures(first, [ben], 'line');
    expect(verifyDocument(both, 'line', body, two)).toEqual({ answer: 42 });
    expect(toHex(addSignatures(both, [ben], 'line'))).toBe(toHex(both));
  });
});

describe('a document that is signed well and says something else', () => {
  it('is refused naming the member at fault', () => {
    const bytes = signDocument({ answer: 'many' }, [anna, ben]);
    expect(() => verifyDocument(bytes, 'line', body, two)).toThrow(
      expect.objectContaining({ code: 'document_malformed', field: 'line.answer' }),
    );
  });

  it.each([
    ['signed', { signatures: [], signed: 1 }],
    ['signed', { signatures: [], signed: [] }],
    ['signatures', { signatures: {}, signed: {} }],
    ['signatures.0.sig', { signatures: [{ keyid: 'a'.repeat(64), sig: 'A'.repeat(128) }], signed: {} }],
    ['signatures', { signatures: tooMany, signed: {} }],
  ])('is no envelope when %s is malformed', (field, value) => {
    expect(() => openEnvelope(canonicalBytes(value), 'line')).toThrow(
      expect.objectContaining({ code: 'document_malformed', field: `line.${field}` }),
    );
  });
});
