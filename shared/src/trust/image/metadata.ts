import { p256 } from '@noble/curves/nist.js';
import { z } from 'zod';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import { publicKeyOf, type PublicKey, type TufKey } from '../signing/keys.ts';
import { verifySignature, type Signer } from '../signing/signer.ts';
import {
  rootMetadata,
  snapshotMetadata,
  targetsMetadata,
  timestampMetadata,
  type RootMetadata,
  type SnapshotMetadata,
  type TargetsMetadata,
  type TimestampMetadata,
} from './documents.ts';
import { olpcCanonical } from './olpc-canonical.ts';
import { parseStrictJson } from './strict-json.ts';

/** `signed` as its schema reads it; `raw` is all that was parsed, which is what signatures are made over. */
export interface Metadata<T> {
  signed: T;
  raw: unknown;
  signatures: { keyid: string; sig: string }[];
}

export interface MetadataOf {
  root: RootMetadata;
  timestamp: TimestampMetadata;
  snapshot: SnapshotMetadata;
}

const SCHEMAS = { root: rootMetadata, timestamp: timestampMetadata, snapshot: snapshotMetadata } as const;
const MAX_SIGNATURES = 16_384;

const envelope = z.looseObject({
  signatures: z
    .array(z.looseObject({ keyid: z.string().max(128), sig: z.string().max(4096) }))
    .max(MAX_SIGNATURES)
    .refine((all) => new Set(all.map(({ keyid }) => keyid)).size === all.length, 'expected one signature of each key'),
  signed: z.looseObject({ _type: z.string() }),
});

/**
 * Parses and fits to the schema of its role, without looking at a signature. Any role but root, timestamp and snapshot
 * is targets.
 * @throws TrustError `document_malformed`, `too_deep`, naming role and field
 */
export function readMetadata<R extends string>(
  bytes: Uint8Array,
  role: R,
): Metadata<R extends keyof MetadataOf ? MetadataOf[R] : TargetsMetadata> {
  const whole = parseStrictJson(bytes, role);
  const { signatures, signed } = fit(envelope, whole, role);
  const schema = SCHEMAS[role as keyof typeof SCHEMAS] ?? targetsMetadata;
  const body = fit<unknown>(schema, signed, role) as R extends keyof MetadataOf ? MetadataOf[R] : TargetsMetadata;
  // zod makes new objects; what was parsed is kept for the signatures.
  const raw = (whole as { signed: unknown }).signed;
  return { signed: body, raw, signatures };
}

/** The bytes a signature of this document is made over. */
export function signedBytes(bytes: Uint8Array, role: string): Uint8Array {
  return olpcCanonical(readMetadata(bytes, role).raw);
}

/** Signs metadata by all given signers. The same document and keys give the same bytes. */
export async function signMetadata(signed: object, signers: readonly Signer[]): Promise<Uint8Array> {
  return assemble(signed, await Promise.all(signers.map((signer) => signatureBy(signer, olpcCanonical(signed)))));
}

/** Adds signatures to what somebody else has signed; a key that signed before is replaced. */
export async function addMetadataSignatures(
  bytes: Uint8Array,
  signers: readonly Signer[],
  role: string,
): Promise<Uint8Array> {
  const { raw, signatures } = readMetadata(bytes, role);
  const body = olpcCanonical(raw);
  const added = await Promise.all(signers.map((signer) => signatureBy(signer, body)));
  const kept = signatures.filter((old) => added.every((one) => one.keyid !== old.keyid));
  return assemble(raw, [...kept, ...added]);
}

/** Adds one signature that was made elsewhere, over `signedBytes`. */
export function attachSignature(
  bytes: Uint8Array,
  role: string,
  signature: { keyid: string; sig: string },
): Uint8Array {
  const { raw, signatures } = readMetadata(bytes, role);
  return assemble(raw, [...signatures.filter(({ keyid }) => keyid !== signature.keyid), signature]);
}

/** A signature as TUF metadata carry it: Ed25519 as 64 bytes, ECDSA as DER. */
export async function signatureBy(signer: Signer, body: Uint8Array): Promise<{ keyid: string; sig: string }> {
  const compact = await signer.sign(body);
  const isP256 = signer.publicKey.type === 'p256';
  const sig = isP256 ? p256.Signature.fromBytes(compact, 'compact').toBytes('der') : compact;
  return { keyid: signer.keyId, sig: toHex(sig) };
}

/**
 * Those of a role's keys whose signature holds, as values, so that one key under two ids counts once. Each key is asked
 * once however many signatures there are.
 */
export function validKeys(
  { raw, signatures }: Pick<Metadata<unknown>, 'raw' | 'signatures'>,
  keys: Record<string, TufKey>,
  keyids: readonly string[],
): Set<string> {
  const wanted = new Set(keyids);
  const byId = new Map(signatures.filter(({ keyid }) => wanted.has(keyid)).map(({ keyid, sig }) => [keyid, sig]));
  const valid = new Set<string>();
  if (byId.size === 0) return valid;
  const body = olpcCanonical(raw);
  for (const [keyid, sig] of byId) {
    const tuf = Object.hasOwn(keys, keyid) ? keys[keyid] : undefined;
    const key = tuf && publicKeyOf(tuf);
    if (key !== undefined && signatureHolds(key, body, sig)) valid.add(`${key.type}:${key.public}`);
  }
  return valid;
}

/** Of one key over these bytes, in hex as TUF metadata carry it; false for whatever is malformed. */
export function signatureHolds(key: PublicKey, body: Uint8Array, sig: string): boolean {
  try {
    const bytes = fromHex(sig);
    const compact = key.type === 'p256' ? p256.Signature.fromBytes(bytes, 'der').toBytes('compact') : bytes;
    return verifySignature(key, body, compact);
  } catch {
    return false;
  }
}

function assemble(signed: unknown, signatures: { keyid: string; sig: string }[]): Uint8Array {
  return utf8(JSON.stringify({ signatures, signed }));
}

function fit<T>(schema: z.ZodType<T>, value: unknown, role: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [role, ...(issue?.path ?? [])].join('.').slice(0, 256);
  throw new TrustError('document_malformed', `${field}: ${issue?.message}`, field, issue?.message ?? 'the schema');
}
