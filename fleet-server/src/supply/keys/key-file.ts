import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { createSigner, fromHex, toHex, type Signer } from '@plumbline/shared/trust';
import { KeyError } from './errors.ts';

const keyFile = z.strictObject({
  role: z.string(),
  type: z.enum(['ed25519', 'p256']),
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** Set by the development flag; such a key is never to sign for a real fleet. */
  development: z.boolean(),
});

export interface KeyOnDisk {
  role: string;
  type: 'ed25519' | 'p256';
  secret: Uint8Array;
  development: boolean;
}

/** Writes a private key readable by its owner only; an existing file is never replaced. */
export async function writeKeyFile(path: string, key: KeyOnDisk): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ ...key, secret: toHex(key.secret) });
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    throw new KeyError('keys_unwritable', `${path}: ${String(cause)}`, { field: path, kind: 'unavailable', cause });
  }
}

/** @throws KeyError `keys_missing`, `keys_malformed`, naming the file and never its content. */
export async function readSigner(path: string): Promise<Signer> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new KeyError('keys_missing', `${path}: no key file`, { field: path, kind: 'not-found', cause });
  });
  const parsed = keyFile.safeParse(parseJson(text));
  if (!parsed.success) throw malformed(path);
  try {
    return createSigner({ type: parsed.data.type, secret: fromHex(parsed.data.secret) });
  } catch {
    // Without the cause: the curve's own words may hold the scalar.
    throw malformed(path);
  }
}

function malformed(path: string): KeyError {
  return new KeyError('keys_malformed', `${path}: not a key file`, { field: path });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
