import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../bytes.ts';
import { keyId, publicKeyOf, tufKeyOf } from '../signing/keys.ts';
import { lineDraft, targetsDraft, timestampDraft } from '../testing/mint-documents.ts';
import { KEYS, signerOf } from '../testing/mint-signers.ts';
import {
  addMetadataSignatures,
  attachSignature,
  readMetadata,
  signatureBy,
  signedBytes,
  signMetadata,
} from './metadata.ts';
import { signersOf } from './signers.ts';

const { builder, approver, stranger } = KEYS;
const keys = [builder.publicKey, approver.publicKey];
const draft = lineDraft('delay', 3, [7]);
const role = 'line-delay';

describe('signing metadata', () => {
  it('gives the same bytes for the same document and keys', async () => {
    const [first, second] = [await signMetadata(draft, [builder]), await signMetadata(draft, [builder])];
    expect(toHex(first)).toBe(toHex(second));
  });

  it('is done by whoever holds the key, also in another process', async () => {
    const remote = { ...approver, sign: async (bytes: Uint8Array) => approver.sign(bytes) };
    const bytes = await signMetadata(draft, [builder, remote]);
    expect(signersOf(bytes, role, keys)).toEqual(new Set([builder.keyId, approver.keyId]));
  });

  it('carries ECDSA as DER and Ed25519 as 64 bytes, as stock clients want it', async () => {
    expect((await signatureBy(builder, utf8('x'))).sig).toMatch(/^30[0-9a-f]{134,144}$/);
    expect((await signatureBy(approver, utf8('x'))).sig).toMatch(/^[0-9a-f]{128}$/);
  });

  it('adds a signature to those of others, and takes the place of its own', async () => {
    const first = await signMetadata(draft, [builder]);
    const both = await addMetadataSignatures(first, [approver], role);
    expect(signersOf(both, role, keys).size).toBe(2);
    const again = await addMetadataSignatures(both, [approver], role);
    expect(readMetadata(again, role).signatures).toHaveLength(2);
    const all = await addMetadataSignatures(again, [approver, builder, stranger], role);
    expect(readMetadata(all, role).signatures.map(({ keyid }) => keyid)).toEqual([
      approver.keyId,
      builder.keyId,
      stranger.keyId,
    ]);
    expect(toHex(signedBytes(again, role))).toBe(toHex(signedBytes(first, role)));
  });

  it('attaches a signature that was made elsewhere', async () => {
    const first = await signMetadata(draft, [builder]);
    const made = await signatureBy(approver, signedBytes(first, role));
    expect(signersOf(attachSignature(first, role, made), role, keys).size).toBe(2);
  });

  it('survives members that nobody knows, in whatever order', async () => {
    const bytes = await signMetadata({ 'x-later': [{ b: 1, a: 'ä\n' }], ...draft }, [builder]);
    const both = await addMetadataSignatures(bytes, [approver], role);
    expect(signersOf(both, role, keys).size).toBe(2);
    expect(readMetadata(both, role).signed['x-later']).toEqual([{ b: 1, a: 'ä\n' }]);
  });
});

describe('the signers of a document', () => {
  it('are those of the asked keys whose signature holds', async () => {
    const bytes = await signMetadata(draft, [builder, stranger]);
    expect(signersOf(bytes, role, keys)).toEqual(new Set([builder.keyId]));
    expect(signersOf(bytes, role, [])).toEqual(new Set());
  });

  it.each([
    ['"version":3', '"version":4'],
    ['"counter":7', '"counter":8'],
    ['"length":1007', '"length":1008'],
    ['2036', '2037'],
  ])('are none after %s was changed to %s', async (from, to) => {
    const text = new TextDecoder().decode(await signMetadata(draft, [builder, approver]));
    expect(text).toContain(from);
    expect(signersOf(utf8(text.replace(from, to)), role, keys)).toEqual(new Set());
  });
});

describe('reading metadata', () => {
  it('of another role is refused, naming the field', async () => {
    const bytes = await signMetadata(timestampDraft(1, { version: 1 }), []);
    expect(() => readMetadata(bytes, 'targets')).toThrow(
      expect.objectContaining({ code: 'document_malformed', field: 'targets._type' }),
    );
  });

  it.each([
    ['no envelope', '{"signed":{"_type":"targets"}}', 'targets.signatures'],
    ['no document', '{"signatures":[]}', 'targets.signed'],
    ['a list for a document', '{"signatures":[],"signed":[]}', 'targets.signed'],
    [
      'a signature that is a number',
      '{"signatures":[{"keyid":"a","sig":1}],"signed":{"_type":"x"}}',
      'targets.signatures.0.sig',
    ],
    ['null', 'null', 'targets'],
  ])('with %s is refused', (_, text, field) => {
    expect(() => readMetadata(utf8(text), 'targets')).toThrow(
      expect.objectContaining({ code: 'document_malformed', field }),
    );
  });

  it('with a target whose hash is no hash, or whose length is none, is refused', async () => {
    for (const [target, field] of [
      [{ length: 1, hashes: { sha256: '../x' } }, 'targets.targets.a.hashes.sha256'],
      [{ length: -1, hashes: { sha256: 'ab' } }, 'targets.targets.a.length'],
    ] as const) {
      const bytes = await signMetadata(targetsDraft(1, { a: target }), []);
      expect(() => readMetadata(bytes, 'targets')).toThrow(expect.objectContaining({ field }));
    }
  });
});

describe('a key in metadata', () => {
  it.each(['ed25519', 'p256'] as const)('of %s is the same key when read back, under the same id', (type) => {
    const { publicKey, keyId: id } = signerOf(9, type);
    expect(publicKeyOf(tufKeyOf(publicKey))).toEqual(publicKey);
    expect(keyId(publicKey)).toBe(id);
  });

  it('has the id that stock tools give it', () => {
    const tuf = {
      keytype: 'ecdsa',
      scheme: 'ecdsa-sha2-nistp256',
      keyval: {
        public:
          '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0lMYhS4pvy3qcy7UX+ZpZITHCnVC\n/JPVK5vc2mxmv7o3qQqSBPsu0awhVlTrChAbaCicZXl/9zadqaWa+QBtjg==\n-----END PUBLIC KEY-----\n',
      },
    };
    const key = publicKeyOf(tuf);
    // Taken from a root that python-tuf wrote.
    expect(key && keyId(key)).toBe('09271bb34239a3265e4f739fa94330d88ca17eb20d07bd29cead52f537a0568c');
  });

  it.each([
    ['a scheme we do not verify', { keytype: 'rsa', scheme: 'rsassa-pss-sha256', keyval: { public: 'x' } }],
    [
      'a scheme of another kind',
      { keytype: 'ed25519', scheme: 'ecdsa-sha2-nistp256', keyval: { public: 'ab'.repeat(32) } },
    ],
    ['capitals', { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: 'AB'.repeat(32) } }],
    ['no PEM', { keytype: 'ecdsa', scheme: 'ecdsa-sha2-nistp256', keyval: { public: 'ab'.repeat(33) } }],
    [
      'a PEM of something else',
      {
        keytype: 'ecdsa',
        scheme: 'ecdsa-sha2-nistp256',
        keyval: { public: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n' },
      },
    ],
  ])('counts for nothing with %s', (_, tuf) => {
    expect(publicKeyOf(tuf)).toBeUndefined();
  });
});
