import { join } from 'node:path';
import type { KeyRole } from './key-file.ts';

/** Roles whose keys stay away from the server, and may be several. */
export type OfflineRole = 'root' | 'targets';
/** Roles of the signer process: one key each. */
export const SIGNER_ROLES = ['director', 'builder', 'timestamp', 'snapshot', 'ca'] as const;
export type SignerRole = (typeof SIGNER_ROLES)[number];

/** The builder seals by OpenSSF Model Signing, which knows no Ed25519; certificates are P-256 for every TLS library. */
export const KEY_TYPES = {
  root: 'ed25519',
  targets: 'ed25519',
  timestamp: 'ed25519',
  snapshot: 'ed25519',
  director: 'ed25519',
  builder: 'p256',
  approver: 'ed25519',
  ca: 'p256',
} as const satisfies Record<KeyRole, 'ed25519' | 'p256'>;

/** Folders of a set of keys: which of them may lie on the same machine is said in docs/keys.md. */
export const FOLDERS = {
  signer: 'signer',
  offline: 'offline',
  approver: 'approver',
  repository: 'repository',
} as const;

/** Where a key lies within its set, e.g. `offline/root-1.json`, `signer/director.json`. */
export function keyFileOf(role: KeyRole, number = 1): string {
  if (role === 'approver') return join(FOLDERS.approver, `approver-${number}.json`);
  if (role === 'root' || role === 'targets') return join(FOLDERS.offline, `${role}-${number}.json`);
  return join(FOLDERS.signer, `${role}.json`);
}

/** Public documents of a set, below `repository/`. */
export const repositoryFile = {
  root: (version: number) => join(FOLDERS.repository, 'metadata', `${version}.root.json`),
  targets: (version: number) => join(FOLDERS.repository, 'metadata', `${version}.targets.json`),
  fleet: (version: number) => join(FOLDERS.repository, 'targets', `fleet.${version}.json`),
  ca: join(FOLDERS.repository, 'ca.pem'),
};
