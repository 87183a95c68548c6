import { describe, expect, it } from 'vitest';
import { createConnectToken } from '../index.ts';
import { createSigner, verifySignature } from '../signing/signer.ts';
import { enrolmentProofBytes, renewalProofBytes } from './proofs.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const renewal = { site: 'north', device: 'gw-1', nonce: 'n'.repeat(54) };

describe('what a device signs', () => {
  it('says what it is for in its first line', () => {
    expect(text(enrolmentProofBytes('t'.repeat(16))).split('\n')).toEqual(['plumbline enrolment v1', 't'.repeat(16)]);
    expect(text(renewalProofBytes(renewal)).split('\n')).toEqual([
      'plumbline certificate renewal v1',
      'north',
      'gw-1',
      'n'.repeat(54),
    ]);
  });

  it('for one purpose is worth nothing for another, whatever the token of an enrolment says', async () => {
    const signer = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(1) });
    const asked: Uint8Array[] = [];
    const sign = async (bytes: Uint8Array) => {
      asked.push(bytes);
      return signer.sign(bytes);
    };
    await createConnectToken({ site: 'north', device: 'gw-1', key: signer.publicKey, sign }, 0, 'nonce-0001');
    const [token = new Uint8Array()] = asked;
    const tricked = signer.sign(enrolmentProofBytes(text(renewalProofBytes(renewal))));
    expect(verifySignature(signer.publicKey, renewalProofBytes(renewal), tricked)).toBe(false);
    expect(text(token)).toMatch(/^[\w-]+\.[\w-]+$/);
  });
});
