import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { ChainHead } from './chain.ts';
import { AuditError } from './errors.ts';

/** The newest link as it leaves the server: kept elsewhere, it shows a tail that was cut off and a chain written anew. */
const signedHead = z.strictObject({
  id: z.number().int().nonnegative(),
  /** Of the row, hex; empty before the first one. */
  hash: z.string().regex(/^([0-9a-f]{64})?$/),
  /** When it was signed; ms. */
  at: z.number().int(),
  /** Ed25519, SPKI in base64. */
  publicKey: z.base64().max(200),
  signature: z.base64().max(200),
});
export type SignedHead = z.infer<typeof signedHead>;

const CONTEXT = 'plumbline-audit-head';

/** PKCS #8 in PEM: of the server alone, for heads alone. */
export function makeAuditKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function signHead({ id, hash }: ChainHead, at: number, keyPem: string): SignedHead {
  const key = createPrivateKey(keyPem);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
  return { id, hash, at, publicKey, signature: sign(null, bytesOf({ id, hash, at }), key).toString('base64') };
}

/**
 * Reads a head that was kept elsewhere.
 * @param publicKey the key it has to be signed by; whichever it names without
 * @throws AuditError `audit_head_malformed`, `audit_head_forged`
 */
export function readHead(given: unknown, publicKey?: string): SignedHead {
  const parsed = signedHead.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AuditError('audit_head_malformed', `the head: ${issue?.message}`, {
      field: ['head', ...(issue?.path ?? [])].join('.'),
      expected: 'what `plumbline audit export --head` wrote',
    });
  }
  const head = parsed.data;
  if ((publicKey !== undefined && publicKey !== head.publicKey) || !isSigned(head)) {
    throw new AuditError('audit_head_forged', 'the head is not signed by the key of this server', {
      kind: 'refused',
      field: 'head.signature',
      expected: 'a head as it was exported',
    });
  }
  return head;
}

function isSigned(head: SignedHead): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(head.publicKey, 'base64'), type: 'spki', format: 'der' });
    return (
      key.asymmetricKeyType === 'ed25519' && verify(null, bytesOf(head), key, Buffer.from(head.signature, 'base64'))
    );
  } catch {
    return false;
  }
}

function bytesOf({ id, hash, at }: Pick<SignedHead, 'id' | 'hash' | 'at'>): Buffer {
  return Buffer.from(JSON.stringify([CONTEXT, id, hash, at]));
}
