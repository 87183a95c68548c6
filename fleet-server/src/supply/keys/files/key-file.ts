import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { canonicalBytes, createSigner, keyId, publicKey, toHex, type PublicKey } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { encryptedSecret, encryptSecret } from './encryption.ts';
import { writeOnce } from './write-once.ts';

export const KEY_ROLES = ['root', 'targets', 'timestamp', 'snapshot', 'director', 'builder', 'approver', 'ca'] as const;

export type KeyRole = (typeof KEY_ROLES)[number];

const head = {
  format: z.literal('plumbline-key'),
  v: z.literal(1),
  role: z.enum(KEY_ROLES),
  public: publicKey,
  /** Made by the development flag; such a key is never to sign for a real fleet. */
  development: z.boolean(),
};

const keyFile = z.union([
  z.strictObject({ ...head, secret: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ ...head, encrypted: encryptedSecret }),
]);

export type KeyFileContent = z.infer<typeof keyFile>;

/** What a key file says without being opened. */
export interface KeyFile {
  path: string;
  role: KeyRole;
  publicKey: PublicKey;
  keyId: string;
  development: boolean;
  protection: 'plain' | 'passphrase';
}

/** A private key before it is written down. */
export interface NewKey {
  role: KeyRole;
  type: PublicKey['type'];
  /** 32 bytes: Ed25519 seed or P-256 scalar. */
  secret: Uint8Array;
  development: boolean;
}

/**
 * The bytes of a key file: canonical JSON, the secret plain or under a passphrase.
 * @throws KeyError `passphrase_weak`
 */
export async function encodeKeyFile(key: NewKey, passphrase?: string): Promise<Uint8Array> {
  const clear = {
    format: 'plumbline-key',
    v: 1,
    role: key.role,
    public: createSigner(key).publicKey,
    development: key.development,
  } as const;
  return canonicalBytes(
    passphrase === undefined
      ? { ...clear, secret: toHex(key.secret) }
      : { ...clear, encrypted: await encryptSecret(key.secret, passphrase, headerOf(clear)) },
  );
}

/** Readable by its owner only; an existing file is never replaced. @throws KeyError `keys_exist`, `keys_unwritable` */
export async function writeKeyFile(path: string, key: NewKey, passphrase?: string): Promise<void> {
  await writeOnce(path, await encodeKeyFile(key, passphrase), 0o600);
}

/** @throws KeyError `keys_missing`, `keys_malformed`, naming the file and never its content. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const content = await readContent(path);
  return {
    path,
    role: content.role,
    publicKey: content.public,
    keyId: keyId(content.public),
    development: content.development,
    protection: 'encrypted' in content ? 'passphrase' : 'plain',
  };
}

export async function readContent(path: string): Promise<KeyFileContent> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KeyError('keys_missing', `${path}: no key file that can be read`, {
      field: path,
      kind: 'not-found',
      cause,
    });
  });
  const parsed = keyFile.safeParse(parseJson(text));
  if (!parsed.success) throw malformed(path);
  return parsed.data;
}

/** What the encryption vouches for beside the secret. */
export function headerOf({ role, public: key, development }: Pick<KeyFileContent, 'role' | 'public' | 'development'>) {
  return canonicalBytes({ role, public: key, development });
}

/** Without a cause: the parser's and the curve's own words may hold the secret. */
export function malformed(path: string): KeyError {
  return new KeyError('keys_malformed', `${path}: not a key file`, { field: path, expected: 'a Plumbline key file' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
