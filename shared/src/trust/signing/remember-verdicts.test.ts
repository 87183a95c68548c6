import { afterEach, describe, expect, it } from 'vitest';
import { createSigner, rememberVerdicts, verifySignature, type VerdictMemory } from './signer.ts';

const signer = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(7) });
const other = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(8) });
const bytes = Uint8Array.of(1, 2, 3);
const signature = signer.sign(bytes);

afterEach(() => rememberVerdicts(undefined));

describe('a memory of verdicts', () => {
  it('answers what was worked out, and works out whatever differs in key, bytes or signature', () => {
    const memory: VerdictMemory = new Map();
    rememberVerdicts(memory);
    const altered = signature.slice();
    altered[5] = (altered[5] ?? 0) ^ 1;
    for (let round = 0; round < 2; round += 1) {
      expect(verifySignature(signer.publicKey, bytes, signature)).toBe(true);
      expect(verifySignature(other.publicKey, bytes, signature)).toBe(false);
      expect(verifySignature(signer.publicKey, Uint8Array.of(1, 2, 4), signature)).toBe(false);
      expect(verifySignature(signer.publicKey, bytes, altered)).toBe(false);
    }
    expect(memory.size).toBe(4);
  });

  it('is asked only where one was given', () => {
    const memory: VerdictMemory = new Map();
    verifySignature(signer.publicKey, bytes, signature);
    rememberVerdicts(memory);
    rememberVerdicts(undefined);
    verifySignature(signer.publicKey, bytes, signature);
    expect(memory.size).toBe(0);
  });
});
