import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { PublicKey } from '@plumbline/shared/trust';
import { createRootCertificate } from '../ca/root-certificate.ts';
import type { Authorities } from '../documents/authorities.ts';
import { addLine } from '../documents/change.ts';
import { issueDocuments } from '../documents/issue.ts';
import { KeyError } from '../errors.ts';
import { writeKeyFile, type KeyRole, type NewKey } from '../files/key-file.ts';
import { FOLDERS, keyFileOf, repositoryFile } from '../files/layout.ts';
import { makeKey } from '../files/make-key.ts';
import { createNativeSigner } from '../files/native-signer.ts';
import { syncFolder, unwritable, writeOnce } from '../files/write-once.ts';
import { openKeyring } from './keyring.ts';
import { passphraseFor, resultOf, type Ceremony, type CeremonyResult } from './perform.ts';

export interface SetPlan {
  roots: number;
  rootThreshold: number;
  targets: number;
  targetsThreshold: number;
  approvers: number;
  lines: string[];
  development: boolean;
}

/**
 * Makes a whole set of keys with its first documents. It is made beside and renamed: after a crash there is all of it
 * or nothing.
 * @throws KeyError `keys_exist` when the folder holds anything, `threshold_unreachable`, `passphrase_needed`
 */
export async function createSet(ceremony: Ceremony, plan: SetPlan): Promise<CeremonyResult> {
  const folder = resolve(ceremony.folder);
  requireReachable('roots', plan.roots, plan.rootThreshold);
  requireReachable('targets', plan.targets, plan.targetsThreshold);
  requireReachable('approvers', plan.approvers, 1);
  await removeLeftovers(folder);
  if ((await readdir(folder).catch(() => [])).length > 0) throw exists(folder);
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  const beside = await mkdtemp(prefixOf(folder));
  try {
    const written = await writeSet({ ...ceremony, folder: beside }, plan, folder);
    await syncFolder(beside);
    // Over an empty folder a rename succeeds, over one that somebody filled meanwhile it does not.
    await rename(beside, folder);
    await syncFolder(dirname(folder));
    return resultOf(written, []);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (error instanceof Error && 'syscall' in error) throw unwritable(folder, error);
    throw error;
  }
}

async function writeSet(ceremony: Ceremony, plan: SetPlan, home: string): Promise<string[]> {
  const { folder, nowMs } = ceremony;
  const written: string[] = [];
  const make = async (role: KeyRole, number = 1): Promise<NewKey> => {
    const key = makeKey(role, plan.development);
    const path = keyFileOf(role, number);
    await writeKeyFile(join(folder, path), key, await passphraseFor({ ...ceremony, folder: home }, path, key));
    written.push(path);
    return key;
  };
  const signers = new Map<KeyRole, ReturnType<typeof createNativeSigner>[]>();
  const several = async (role: KeyRole, count = 1): Promise<PublicKey[]> => {
    const keys: NewKey[] = [];
    for (let number = 1; number <= count; number += 1) keys.push(await make(role, number));
    signers.set(role, keys.map(createNativeSigner));
    return (signers.get(role) ?? []).map((signer) => signer.publicKey);
  };
  const ca = await make('ca');
  // A replay lives in years gone by, while who calls the server over TLS judges its authority by today's date.
  const today = plan.development ? Date.now() : nowMs;
  const caPem = await createRootCertificate(ca.secret, Math.min(nowMs, today), Math.max(nowMs, today));
  const bare: Authorities = {
    development: plan.development,
    root: { keys: await several('root', plan.roots), threshold: plan.rootThreshold },
    targets: { keys: await several('targets', plan.targets), threshold: plan.targetsThreshold },
    timestamp: await several('timestamp'),
    snapshot: await several('snapshot'),
    newLines: { builders: await several('builder'), approvers: await several('approver', plan.approvers) },
    lines: {},
    directors: await several('director'),
    enrolmentCas: [caPem],
    floors: {},
  };
  const authorities = plan.lines.reduce(addLine, bare);
  const keyring = await openKeyring({ folder }, [...signers.values()].flat());
  const documents = await issueDocuments(undefined, authorities, keyring, nowMs);
  for (const { path, bytes } of [...documents, { path: repositoryFile.ca, bytes: new TextEncoder().encode(caPem) }]) {
    await writeOnce(join(folder, path), bytes, 0o644);
    written.push(path);
  }
  return written;
}

function requireReachable(field: string, keys: number, threshold: number): void {
  const sane = Number.isInteger(keys) && Number.isInteger(threshold) && keys <= 32;
  if (sane && threshold >= 1 && threshold <= keys) return;
  throw new KeyError('threshold_unreachable', `${field}: ${keys} keys cannot give ${threshold} signatures`, {
    field,
    expected: 'a threshold of at least 1, and as many keys; at most 32',
  });
}

function prefixOf(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}-making-`);
}

/** What a crash left half made: no document names these keys. */
async function removeLeftovers(folder: string): Promise<void> {
  const prefix = basename(prefixOf(folder));
  const names = await readdir(dirname(folder)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function exists(folder: string): KeyError {
  return new KeyError('keys_exist', `${folder}: not empty; a set of keys is never replaced`, {
    kind: 'conflict',
    field: 'out',
    expected: `a new folder; it will hold ${Object.values(FOLDERS).join(', ')}`,
  });
}
