import { z } from 'zod';
import { fromHex } from '../bytes.ts';
import { canonicalBytes, parseCanonical } from './canonical-json.ts';
import { TrustError } from '../errors.ts';
import { keyId, type PublicKey } from './keys.ts';
import { verifySignature } from './signer.ts';

/** Signatures beside the canonical form (RFC 8785) of `signed`; the whole file is canonical JSON too. Of assignments. */
const envelopeSchema = z.strictObject({
  signatures: z
    .array(z.strictObject({ keyid: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string().regex(/^[0-9a-f]{128}$/) }))
    .max(32),
  // Not z.record: it passes over `__proto__`, and what is signed must be the whole of what was parsed.
  signed: z.custom<Record<string, unknown>>(isObject, 'expected an object'),
});

export type Envelope = z.infer<typeof envelopeSchema>;

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

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
