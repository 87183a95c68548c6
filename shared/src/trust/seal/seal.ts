import { p256 } from '@noble/curves/nist.js';
import { z } from 'zod';
import { fromBase64, sha256Hex, toBase64, toHex, utf8 } from '../bytes.ts';
import { canonicalBytes } from '../signing/canonical-json.ts';
import { TrustError } from '../errors.ts';
import { pemOf, type PublicKey } from '../signing/keys.ts';
import { verifySignature, type Signer } from '../signing/signer.ts';

/**
 * The seal inside a bundle: OpenSSF Model Signing v1.0 — a Sigstore bundle holding a DSSE envelope
 * around an in-toto statement that lists every file by SHA-256.
 */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'https://model_signing/signature/v1.0';

const sealSchema = z.object({
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.literal(PAYLOAD_TYPE),
    signatures: z.array(z.object({ sig: z.string() })).length(1),
  }),
});

const statementSchema = z.object({
  predicateType: z.literal(PREDICATE_TYPE),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })).length(1),
  predicate: z.object({
    resources: z.array(z.object({ name: z.string(), algorithm: z.literal('sha256'), digest: z.string() })).max(64),
  }),
});

/** SHA-256 per file name, of everything in the bundle but the seal itself. */
export type FileDigests = Record<string, string>;

export async function createSeal(name: string, digests: FileDigests, signer: Signer): Promise<Uint8Array> {
  if (signer.publicKey.type !== 'p256')
    throw new TrustError('seal_invalid', 'a seal needs a P-256 key', 'signer', 'p256');
  const resources = resourcesOf(digests);
  const statement = canonicalBytes({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: rootDigest(resources) } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: ['model.sig'] },
      resources,
    },
  });
  const compact = await signer.sign(preAuthEncoding(statement));
  const signature = p256.Signature.fromBytes(compact, 'compact').toBytes('der');
  return canonicalBytes({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: pemHint(signer.publicKey) }, tlogEntries: [] },
    dsseEnvelope: {
      payload: toBase64(statement),
      payloadType: PAYLOAD_TYPE,
      signatures: [{ sig: toBase64(signature), keyid: '' }],
    },
  });
}

/**
 * @throws TrustError `seal_invalid` when no given key made the seal, or when its list and the files differ, naming the file.
 */
export function verifySeal(seal: Uint8Array, digests: FileDigests, keys: PublicKey[]): void {
  const envelope = parse(seal, sealSchema, 'model.sig').dsseEnvelope;
  const statementBytes = decode(envelope.payload);
  const signature = compactSignature(decode(envelope.signatures[0]?.sig ?? ''));
  const pae = preAuthEncoding(statementBytes);
  if (!keys.some((key) => key.type === 'p256' && verifySignature(key, pae, signature))) {
    throw new TrustError('seal_invalid', 'model.sig: no known key made this seal', 'model.sig.signatures');
  }
  const statement = parse(statementBytes, statementSchema, 'model.sig.payload');
  const sealed = new Map(statement.predicate.resources.map((one) => [one.name, one.digest]));
  for (const { name, digest } of resourcesOf(digests)) {
    if (sealed.get(name) !== digest)
      throw new TrustError('seal_invalid', `${name}: not the file that was sealed`, name);
    sealed.delete(name);
  }
  const [missing] = sealed.keys();
  if (missing !== undefined) throw new TrustError('seal_invalid', `${missing}: sealed but absent`, missing);
  if (statement.subject[0]?.digest.sha256 !== rootDigest(resourcesOf(digests))) {
    throw new TrustError('seal_invalid', 'model.sig: subject digest differs from its resources', 'model.sig.subject');
  }
}

function resourcesOf(digests: FileDigests) {
  return Object.keys(digests)
    .toSorted()
    .map((name) => ({ name, algorithm: 'sha256', digest: digests[name] ?? '' }));
}

/** Model Signing v1.0: the subject is the hash over the concatenated digests, in order of name. */
function rootDigest(resources: { digest: string }[]): string {
  const joined = resources.flatMap(({ digest }) => digest.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? []);
  return sha256Hex(Uint8Array.from(joined));
}

/** DSSE v1: `"DSSEv1" SP len(type) SP type SP len(body) SP body`. */
function preAuthEncoding(body: Uint8Array): Uint8Array {
  const head = utf8(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${body.length} `);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/** Model Signing v1.0 names a key by the SHA-256 of its PEM file. */
function pemHint(key: PublicKey): string {
  return sha256Hex(utf8(pemOf(key)));
}

function compactSignature(der: Uint8Array): Uint8Array {
  try {
    return p256.Signature.fromBytes(der, 'der').toBytes('compact');
  } catch {
    throw new TrustError(
      'seal_invalid',
      `model.sig: signature is not DER (${toHex(der.subarray(0, 4))}…)`,
      'model.sig.signatures',
    );
  }
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw new TrustError('seal_invalid', 'model.sig: not base64', 'model.sig');
  }
}

function parse<T>(bytes: Uint8Array, schema: z.ZodType<T>, field: string): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new TrustError(
      'seal_invalid',
      `${field}: not a Model Signing v1.0 seal (${String(cause).slice(0, 200)})`,
      field,
    );
  }
}
