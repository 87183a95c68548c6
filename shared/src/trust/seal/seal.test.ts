import { createHash, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromBase64, fromHex, sha256Hex, toBase64, toHex, utf8 } from '../bytes.ts';
import { createSeal, verifySeal } from './seal.ts';
import { createSigner } from '../signing/signer.ts';

const builder = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(11) });
const other = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(12) });
const digests = {
  'model.onnx': sha256Hex(utf8('model')),
  'manifest.json': sha256Hex(utf8('manifest')),
  'card.json': sha256Hex(utf8('card')),
};
const seal = await createSeal('delay-1.2.0', digests, builder);
const opened = () => JSON.parse(new TextDecoder().decode(seal));
const statement = () => JSON.parse(new TextDecoder().decode(fromBase64(opened().dsseEnvelope.payload)));
const refused = (field?: string) => expect.objectContaining({ code: 'seal_invalid', ...(field && { field }) }) as Error;

describe('a seal', () => {
  it('holds for exactly the files it lists', () => {
    expect(() => verifySeal(seal, digests, [other.publicKey, builder.publicKey])).not.toThrow();
  });

  it('has the same bytes for the same files, in whatever order they are named', async () => {
    const backwards = Object.fromEntries(Object.entries(digests).toReversed());
    expect(toHex(await createSeal('delay-1.2.0', backwards, builder))).toBe(toHex(seal));
  });

  it.each(Object.keys(digests))('names %s when that file was changed or taken away', (name) => {
    const changed = { ...digests, [name]: sha256Hex(utf8('tampered')) };
    expect(() => verifySeal(seal, changed, [builder.publicKey])).toThrow(refused(name));
    const without = Object.fromEntries(Object.entries(digests).filter(([one]) => one !== name));
    expect(() => verifySeal(seal, without, [builder.publicKey])).toThrow(refused(name));
  });

  it('names a file that was added', () => {
    const added = { ...digests, 'golden.json': sha256Hex(utf8('golden')) };
    expect(() => verifySeal(seal, added, [builder.publicKey])).toThrow(refused('golden.json'));
  });

  it('is refused by every key but its own, and by a key of another type', async () => {
    const ed = createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(11) });
    expect(() => verifySeal(seal, digests, [other.publicKey, ed.publicKey])).toThrow(refused('model.sig.signatures'));
    expect(() => verifySeal(seal, digests, [])).toThrow(refused('model.sig.signatures'));
    await expect(createSeal('x', digests, ed)).rejects.toThrow(refused('signer'));
  });

  it.each([
    ['another statement', () => ({ payload: toBase64(utf8(JSON.stringify({ ...statement(), subject: [] }))) })],
    ['another payload type', () => ({ payloadType: 'text/plain' })],
    ['no signature', () => ({ signatures: [] })],
    ['two signatures', () => ({ signatures: [...opened().dsseEnvelope.signatures, { sig: '' }] })],
    ['a signature that is not DER', () => ({ signatures: [{ sig: toBase64(new Uint8Array(64)) }] })],
    ['a payload that is not base64', () => ({ payload: '%' })],
  ])('is refused with %s', (_, change) => {
    const changed = { ...opened(), dsseEnvelope: { ...opened().dsseEnvelope, ...change() } };
    expect(() => verifySeal(utf8(JSON.stringify(changed)), digests, [builder.publicKey])).toThrow(refused());
  });

  it.each(['', '{}', 'null', '[]', 'seal'])('is refused when its file holds %j', (text) => {
    expect(() => verifySeal(utf8(text), digests, [builder.publicKey])).toThrow(refused('model.sig'));
  });

  it('names its key by the hash of the PEM file that Node writes of it', () => {
    const prefix = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');
    const der = Buffer.concat([prefix, fromHex(builder.publicKey.public)]);
    // Node reads the compressed point and writes the uncompressed one, as a stock tool would.
    const point = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' });
    const pem = createPublicKey({ key: point, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const hint = createHash('sha256').update(pem).digest('hex');
    expect(opened().verificationMaterial.publicKey.hint).toBe(hint);
  });

  it('holds for Node too, which knows nothing of our code', async () => {
    const { createVerify } = await import('node:crypto');
    const prefix = fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200');
    const der = Buffer.concat([prefix, fromHex(builder.publicKey.public)]);
    const { payload, payloadType, signatures } = opened().dsseEnvelope;
    const body = Buffer.from(payload, 'base64');
    const verify = createVerify('sha256');
    verify.update(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `);
    verify.update(body);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(verify.verify(key, signatures[0].sig, 'base64')).toBe(true);
  });
});
