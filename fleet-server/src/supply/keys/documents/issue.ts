import { isDeepStrictEqual } from 'node:util';
import {
  keyId,
  sha256Hex,
  signMetadata,
  startTrust,
  updateRoot,
  type PublicKey,
  type Signer,
} from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { repositoryFile } from '../files/layout.ts';
import type { Authorities, Quorum } from './authorities.ts';
import { composeFleet, composeRoot, composeTargets } from './compose.ts';
import type { Documents } from './read-documents.ts';

/** Private keys at hand, opened one by one when they are needed. */
export interface Keyring {
  has(id: string): boolean;
  signer(id: string): Promise<Signer>;
}

/** A public document that a ceremony made. */
export interface IssuedDocument {
  /** Below the folder of the keys. */
  path: string;
  bytes: Uint8Array;
}

/**
 * The documents that follow from a change: the fleet document when directors, CAs or floors differ, targets when that
 * or a delegation differs, root when its keys differ; each under the next version, signed by as few keys as suffice.
 * @param before undefined for a new set
 * @param renew roles to sign again though nothing changed
 * @throws KeyError `threshold_not_met` naming the keys of which too few are at hand.
 */
export async function issueDocuments(
  before: Documents | undefined,
  after: Authorities,
  keyring: Keyring,
  nowMs: number,
  renew: ('root' | 'targets')[] = [],
): Promise<IssuedDocument[]> {
  const was = before?.authorities;
  const differs = (...fields: (keyof Authorities)[]) =>
    was === undefined || fields.some((field) => !isDeepStrictEqual(was[field], after[field]));
  const issued: IssuedDocument[] = [];

  const newFleet = differs('directors', 'enrolmentCas', 'floors');
  const fleetVersion = (before?.fleet.version ?? 0) + 1;
  const fleet = before === undefined || newFleet ? composeFleet(after, fleetVersion) : before.fleetBytes;
  if (newFleet) issued.push({ path: repositoryFile.fleet(fleetVersion), bytes: fleet });

  if (newFleet || differs('targets', 'newLines', 'lines') || renew.includes('targets')) {
    const version = (before?.targets.version ?? 0) + 1;
    const signed = composeTargets(after, fleet, { version, nowMs });
    const bytes = await signMetadata(signed, await quorum(keyring, 'targets', [after.targets]));
    issued.push({ path: repositoryFile.targets(version), bytes });
  }
  if (differs('root', 'targets', 'timestamp', 'snapshot') || renew.includes('root')) {
    const version = (before?.root.version ?? 0) + 1;
    const signed = composeRoot(after, { version, nowMs });
    // TUF 6.1: by enough keys of the root before, and by enough of its own.
    const quorums = was === undefined ? [after.root] : [was.root, after.root];
    const bytes = await signMetadata(signed, await quorum(keyring, 'root', quorums));
    // A root that no device would follow must not leave this function.
    if (before === undefined) startTrust(bytes, sha256Hex(bytes));
    else updateRoot(startTrust(before.rootBytes), bytes);
    issued.push({ path: repositoryFile.root(version), bytes });
  }
  return issued;
}

/** As few keys as satisfy every quorum; those that count for several come first. */
async function quorum(keyring: Keyring, role: string, quorums: Quorum[]): Promise<Signer[]> {
  const chosen = new Set<string>();
  const countsFor = (key: PublicKey) =>
    quorums.filter(({ keys }) => keys.some((one) => keyId(one) === keyId(key))).length;
  for (const { keys, threshold } of quorums) {
    const held = keys.filter((key) => keyring.has(keyId(key))).toSorted((a, b) => countsFor(b) - countsFor(a));
    const have = keys.filter((key) => chosen.has(keyId(key))).length;
    const more = held.filter((key) => !chosen.has(keyId(key))).slice(0, Math.max(0, threshold - have));
    if (have + more.length < threshold) throw tooFew(role, keys, threshold, held.length);
    for (const key of more) chosen.add(keyId(key));
  }
  const signers: Signer[] = [];
  for (const id of chosen) signers.push(await keyring.signer(id));
  return signers;
}

function tooFew(role: string, keys: PublicKey[], threshold: number, held: number): KeyError {
  return new KeyError('threshold_not_met', `${role}: ${held} of the ${threshold} private keys needed are here`, {
    kind: 'refused',
    field: role,
    expected: `${threshold} of ${keys.map((key) => keyId(key).slice(0, 12)).join(', ')}; see --offline`,
  });
}
