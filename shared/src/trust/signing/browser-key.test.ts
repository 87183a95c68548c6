import { describe, expect, it } from 'vitest';
import { attachSignature, readMetadata, signedBytes, signMetadata } from '../image/metadata.ts';
import { verifyRelease } from '../image/release.ts';
import { signersOf } from '../image/signers.ts';
import { delegationsDraft, lineDelegation, lineDraft, targetsDraft } from '../testing/mint-documents.ts';
import { KEYS } from '../testing/mint-signers.ts';
import { publicKeyOfBrowserKey, signWithBrowserKey } from './browser-key.ts';
import { keyId, type PublicKey } from './keys.ts';

const ALGORITHMS = {
  ed25519: { name: 'Ed25519' },
  p256: { name: 'ECDSA', namedCurve: 'P-256' },
} as const;

async function newPair(type: keyof typeof ALGORITHMS): Promise<CryptoKeyPairOf> {
  return (await crypto.subtle.generateKey(ALGORITHMS[type], false, ['sign', 'verify'])) as CryptoKeyPairOf;
}
type CryptoKeyPairOf = Parameters<typeof signWithBrowserKey>[1];

describe.each(['ed25519', 'p256'] as const)('a %s key that no script can read', (type) => {
  it('approves what a builder has signed', async () => {
    const pair = await newPair(type);
    const publicKey = await publicKeyOfBrowserKey(pair.publicKey);
    const draft = await signMetadata(lineDraft('delay', 1, [7]), [KEYS.builder]);
    const made = await signWithBrowserKey(signedBytes(draft, 'line-delay'), pair);
    const approved = attachSignature(draft, 'line-delay', made);
    expect(signersOf(approved, 'line-delay', [publicKey])).toEqual(new Set([keyId(publicKey)]));
    const line = verifyRelease(approved, await targetsNaming(publicKey), 'delay', { knownVersion: 0, now: 0 });
    expect(Object.keys(line.targets)).toEqual(['models/delay/7/tree.plb']);
  });

  it('signs again and again, however the platform encodes that', async () => {
    const pair = await newPair(type);
    const publicKey = await publicKeyOfBrowserKey(pair.publicKey);
    for (let i = 1; i <= 20; i += 1) {
      const draft = await signMetadata(lineDraft('delay', i, [i]), []);
      const signed = attachSignature(
        draft,
        'line-delay',
        await signWithBrowserKey(signedBytes(draft, 'line-delay'), pair),
      );
      expect(signersOf(signed, 'line-delay', [publicKey]).size).toBe(1);
    }
  });

  it('cannot be taken out', async () => {
    const { privateKey } = await newPair(type);
    await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toMatchObject({ name: 'InvalidAccessError' });
  });
});

it('a key of another kind does not sign here', async () => {
  const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, false, [
    'sign',
    'verify',
  ])) as CryptoKeyPairOf;
  await expect(signWithBrowserKey(new Uint8Array(), pair)).rejects.toThrow(
    expect.objectContaining({ code: 'key_unknown', field: 'key' }),
  );
});

async function targetsNaming(approver: PublicKey) {
  const named = { publicKey: approver, keyId: keyId(approver), sign: () => new Uint8Array() };
  const delegations = delegationsDraft([lineDelegation('delay', [KEYS.builder], [named])]);
  return readMetadata(await signMetadata(targetsDraft(1, {}, { delegations }), []), 'targets').signed;
}
