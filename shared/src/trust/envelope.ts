import { z } from 'zod';
import { fromHex, toHex } from './bytes.ts';
import { canonicalBytes, parseCanonical } from './canonical-json.ts';
import { TrustError } from './errors.ts';
import { keyId, type PublicKey } from './keys.ts';
import { verifySignature, type Signer } from './signer.ts';

/** TUF's envelope: signatures beside the canonical form of `signed`. The whole file is canonical JSON too. */
const envelopeSchema = z.strictObject({
  signatures: z
    .array(z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().regex(/^[0-9a-f]{128}$/) }))
    .max(32),
  // Not z.record: it passes over `__proto__`, and what is signed must be the whole of what was parsed.
  signed: z.custom<Record<string, unknown>>(isObject, 'expected an object'),
});

export type Envelope = z.infer<typeof envelopeSchema>;

/** Signs a document by all given signers. The same document and keys give the same bytes. */
export function signDocument(signed: Record<string, unknown>, signers: Signer[]): Uint8Array {
  return canonicalBytes({ signatures: signaturesOver(signed, signers), signed });
}

/** Adds signatures to a document that somebody else has signed already; a key that signed before is replaced. */
export function addSignatures(bytes: Uint8Array, signers: Signer[], role: string): Uint8Array {
  const { signed, signatures } = openEnvelope(bytes, role);
  const added = signaturesOver(signed, signers);
  const kept = signatures.filter((old) => added.every((one) => one.keyid !== old.keyid));
  return canonicalBytes({ signatures: [...kept, ...added], signed });
}

/** Parses without verifying. Only for looking at what is about to be verified or signed. */
export function openEnvelope(bytes: Uint8Array, role: string): Envelope {
  const parsed = envelopeSchema.safeParse(parseCanonical(bytes, role));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TrustError('document_malformed', `${role}: ${issue?.message}`, [role, ...(issue?.path ?? [])].join('.'));
  }
  return parsed.data;
}

/** Key ids, each counted once, of those `keys` whose signature over the document holds. */
export function validSigners(envelope: Envelope, keys: PublicKey[]): Set<string> {
  const bytes = canonicalBytes(envelope.signed);
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const valid = new Set<string>();
  for (const { keyid, sig } of envelope.signatures) {
    const key = byId.get(keyid);
    if (key !== undefined && !valid.has(keyid) && verifySignature(key, bytes, fromHex(sig))) valid.add(keyid);
  }
  return valid;
}

/**
 * Verifies one document of a role: enough distinct known keys signed exactly these bytes, and the body fits its schema.
 * @throws TrustError `key_unknown`, `signature_invalid`, `below_threshold` or `document_malformed`, naming the role.
 */
export function verifyDocument<T>(
  bytes: Uint8Array,
  role: string,
  body: z.ZodType<T>,
  authority: { keys: PublicKey[]; threshold: number },
): T {
  const envelope = openEnvelope(bytes, role);
  const valid = validSigners(envelope, authority.keys);
  if (valid.size < authority.threshold) throw tooFew(envelope, role, authority, valid.size);
  const parsed = body.safeParse(envelope.signed);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new TrustError('document_malformed', `${role}: ${issue?.message}`, [role, ...(issue?.path ?? [])].join('.'));
  }
  return parsed.data;
}

function tooFew(
  envelope: Envelope,
  role: string,
  authority: { keys: PublicKey[]; threshold: number },
  valid: number,
): TrustError {
  const known = new Set(authority.keys.map(keyId));
  const byKnown = envelope.signatures.filter(({ keyid }) => known.has(keyid));
  const expected = `${authority.threshold} valid signature(s) by known keys`;
  if (envelope.signatures.length === 0)
    return new TrustError('signature_missing', `${role}: not signed`, role, expected);
  if (byKnown.length === 0)
    return new TrustError('key_unknown', `${role}: signed by unknown keys only`, role, expected);
  if (valid === 0) return new TrustError('signature_invalid', `${role}: no signature holds`, role, expected);
  return new TrustError(
    'below_threshold',
    `${role}: ${valid} of ${authority.threshold} signatures hold`,
    role,
    expected,
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function signaturesOver(signed: Record<string, unknown>, signers: Signer[]) {
  const bytes = canonicalBytes(signed);
  return signers.map((signer) => ({ keyid: signer.keyId, sig: toHex(signer.sign(bytes)) }));
}
