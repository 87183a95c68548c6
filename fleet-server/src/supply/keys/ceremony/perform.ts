import { join } from 'node:path';
import type { PublicKey } from '@plumbline/shared/trust';
import type { Authorities } from '../documents/authorities.ts';
import { issueDocuments } from '../documents/issue.ts';
import { readDocuments, type Documents } from '../documents/read-documents.ts';
import { KeyError } from '../errors.ts';
import { encodeKeyFile, type NewKey } from '../files/key-file.ts';
import type { Passphrase } from '../files/open-key.ts';
import { createNativeSigner } from '../files/native-signer.ts';
import { changeFolder, finishPending, type FolderChange } from './journal.ts';
import { openKeyring, type KeyPlaces } from './keyring.ts';

/** What every ceremony needs besides its own subject. */
export interface Ceremony extends KeyPlaces {
  nowMs: number;
  /** False leaves new offline and approver keys without a passphrase. */
  protect?: boolean;
}

/** A change of a set of keys, before anything is signed or written. */
export interface Change {
  authorities: Authorities;
  made?: { path: string; key: NewKey }[];
  retire?: FolderChange['retire'];
  /** Further public files. */
  files?: { path: string; bytes: Uint8Array }[];
  renew?: ('root' | 'targets')[];
}

const FOR_SERVER = /^(repository|signer)\//;

export interface CeremonyResult {
  /** New files below the folder of the keys that the server needs: `repository/…`, `signer/…`. */
  bring: string[];
  /** New private keys that stay away from the server. */
  keep: string[];
  /** Old private keys, moved aside; to be destroyed once the change has arrived everywhere. */
  retired: string[];
}

/**
 * Reads a set of keys, works out a change, signs the documents that follow from it, and writes them with the new keys
 * as one step. A ceremony that crashed before is finished first.
 * @throws KeyError by what was asked for; nothing is written then.
 */
export async function perform(
  ceremony: Ceremony,
  decide: (documents: Documents) => Change | Promise<Change>,
): Promise<CeremonyResult> {
  const { folder, nowMs } = ceremony;
  await finishPending(folder);
  const before = await readDocuments(folder);
  const { authorities, made = [], retire = [], files = [], renew = [] } = await decide(before);
  const keyring = await openKeyring(
    ceremony,
    made.map(({ key }) => createNativeSigner(key)),
  );
  const issued = await issueDocuments(before, authorities, keyring, nowMs, renew);
  const keys = [];
  for (const { path, key } of made) {
    const passphrase = await passphraseFor(ceremony, path, key);
    keys.push({ path, bytes: await encodeKeyFile(key, passphrase), mode: 0o600 });
  }
  const documents = [...issued, ...files].map((file) => ({ ...file, mode: 0o644 }));
  await changeFolder(folder, { retire, write: [...keys, ...documents] });
  return resultOf(
    [...keys, ...documents].map(({ path }) => path),
    retire.map(({ to }) => to),
  );
}

/** Keys that a process must open unattended are plain; development keys protect nothing. */
export async function passphraseFor(ceremony: Ceremony, path: string, key: NewKey): Promise<string | undefined> {
  if (key.development || ceremony.protect === false || path.startsWith('signer/')) return undefined;
  return requirePassphrase(ceremony.passphrase, join(ceremony.folder, path));
}

export function resultOf(written: string[], retired: string[]): CeremonyResult {
  return {
    bring: written.filter((path) => FOR_SERVER.test(path)),
    keep: written.filter((path) => !FOR_SERVER.test(path)),
    retired: retired.filter((path) => path.endsWith('.json')),
  };
}

export function publicKeyOfNew(key: NewKey): PublicKey {
  return createNativeSigner(key).publicKey;
}

/** @throws KeyError `passphrase_needed` */
export async function requirePassphrase(passphrase: Passphrase | undefined, path: string): Promise<string> {
  const given = await passphrase?.(path);
  if (given !== undefined) return given;
  throw new KeyError('passphrase_needed', `${path}: a new key needs a passphrase`, {
    kind: 'refused',
    field: 'passphrase',
    expected: '--passphrase-file, PLUMBLINE_PASSPHRASE, an answer to the prompt, or --no-passphrase',
  });
}
