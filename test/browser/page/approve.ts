import {
  fromBase64,
  lineRole,
  publicKeyOfBrowserKey,
  signedBytes,
  signWithBrowserKey,
  type PublicKey,
} from '@plumbline/shared/trust';
import { get, put } from './database.ts';

/** `CryptoKeyPair`, which not every runtime's types name alike. */
type KeyPair = Parameters<typeof signWithBrowserKey>[1];

const ALGORITHMS = { ed25519: { name: 'Ed25519' }, p256: { name: 'ECDSA', namedCurve: 'P-256' } } as const;

/** What a person sees of the key that this browser keeps. */
export interface KeptKey {
  publicKey: PublicKey;
  /** What the platform says when a script wants the private key itself. */
  refusal: string;
}

/** Makes a key that no script can read and keeps it, under the name of who approves. */
export async function makeKey(name: string, type: PublicKey['type']): Promise<KeptKey> {
  await put(name, await crypto.subtle.generateKey(ALGORITHMS[type], false, ['sign', 'verify']));
  return findKey(name);
}

/** @throws when this browser keeps no key of that name */
export async function findKey(name: string): Promise<KeptKey> {
  const { publicKey, privateKey } = await pairOf(name);
  const refusal = await crypto.subtle.exportKey('pkcs8', privateKey).then(() => 'none', String);
  return { publicKey: await publicKeyOfBrowserKey(publicKey), refusal };
}

/**
 * Signs the draft of a line that waits and hands in the signature alone.
 * @returns what the server answers
 */
export async function approve(
  name: string,
  line: string,
  operatorToken: string,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' };
  const listed = await fetch('/api/v1/approvals', { headers });
  const { approvals } = (await listed.json()) as { approvals: { line: string; document: number; bytes: string }[] };
  const draft = approvals.find((one) => one.line === line);
  if (draft === undefined) throw new Error(`no draft of line ${line} waits`);
  const bytes = signedBytes(fromBase64(draft.bytes), lineRole(line));
  const signature = await signWithBrowserKey(bytes, await pairOf(name));
  const body = JSON.stringify({ line, document: draft.document, actor: name, signature });
  const response = await fetch('/api/v1/approvals', { method: 'POST', headers, body });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

async function pairOf(name: string): Promise<KeyPair> {
  const pair = (await get(name)) as KeyPair | undefined;
  if (pair === undefined) throw new Error(`no key ${name} is kept here`);
  return pair;
}
