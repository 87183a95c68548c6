import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSigner, signDocument, type RootDocument, type Signer } from '@plumbline/shared/trust';
import { KeyError } from './errors.ts';
import { writeKeyFile } from './key-file.ts';

const ROLES = { root: 'ed25519', director: 'ed25519', builder: 'p256', approver: 'ed25519' } as const;
const LIFETIME_MS = 10 * 365 * 24 * 3_600_000;

/**
 * Makes a set of development keys in `folder`: `server/` holds what the server signs with, `approver/` and `offline/`
 * what it must not have. An existing set is left alone.
 */
export async function makeDevelopmentKeys(folder: string, nowMs: number): Promise<void> {
  if (existsSync(join(folder, 'root.json'))) return;
  const signers: Partial<Record<keyof typeof ROLES, Signer>> = {};
  for (const [role, type] of Object.entries(ROLES) as [keyof typeof ROLES, 'ed25519' | 'p256'][]) {
    const secret = validSecret(type);
    await writeKeyFile(keyPath(folder, role), { role, type, secret, development: true });
    signers[role] = createSigner({ type, secret });
  }
  const { root, director, builder, approver } = signers;
  if (!root || !director || !builder || !approver) throw new KeyError('keys_malformed', 'development keys: incomplete');
  const all = [root, director, builder, approver];
  const document: RootDocument = {
    _type: 'root',
    version: 1,
    expires: `${new Date(nowMs + LIFETIME_MS).toISOString().slice(0, 19)}Z`,
    keys: Object.fromEntries(all.map((signer) => [signer.keyId, signer.publicKey])),
    roles: {
      root: { keyids: [root.keyId], threshold: 1 },
      director: { keyids: [director.keyId], threshold: 1 },
      builder: { keyids: [builder.keyId], threshold: 1 },
      approver: { keyids: [approver.keyId], threshold: 1 },
    },
    development: true,
  };
  await writeFile(join(folder, 'root.json'), signDocument({ ...document }, [root]));
}

/** Where each role keeps its key: the server's folder holds neither root nor approver. */
export function keyPath(folder: string, role: keyof typeof ROLES): string {
  const room = role === 'root' ? 'offline' : role === 'approver' ? 'approver' : 'server';
  return join(folder, room, `${role}.json`);
}

export async function readRootBytes(folder: string): Promise<Uint8Array> {
  const path = join(folder, 'root.json');
  return readFile(path).catch((cause: unknown) => {
    throw new KeyError('keys_missing', `${path}: no root document`, {
      field: path,
      expected: 'keys made with --development-keys, or brought by `plumbline keys init`',
      kind: 'not-found',
      cause,
    });
  });
}

/** A P-256 scalar must lie below the order of the curve; drawing again costs nothing. */
function validSecret(type: 'ed25519' | 'p256'): Uint8Array {
  for (;;) {
    const secret = randomBytes(32);
    if (type === 'ed25519' || (secret[0] ?? 255) < 255) return secret;
  }
}
