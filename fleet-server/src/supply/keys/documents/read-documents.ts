import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FLEET_PATH,
  keyId,
  readFleet,
  readMetadata,
  sha256Hex,
  signersOf,
  startTrust,
  updateRoot,
  type FleetDocument,
  type PublicKey,
  type RootMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { FOLDERS, repositoryFile } from '../files/layout.ts';
import { authoritiesOf, type Authorities } from './authorities.ts';

/** The newest public documents of the offline keys, verified against each other. */
export interface Documents {
  root: RootMetadata;
  rootBytes: Uint8Array;
  targets: TargetsMetadata;
  fleet: FleetDocument;
  fleetBytes: Uint8Array;
  /** Certificate of the CA that issues now. */
  caPem: string;
  authorities: Authorities;
}

/**
 * Reads `repository/` of a set of keys: the chain of roots from the oldest that is there, the newest targets, and the
 * fleet document they name.
 * @throws KeyError `keys_missing`, `keys_disagree`; TrustError for a chain that does not hold.
 */
export async function readDocuments(folder: string): Promise<Documents> {
  const roots = await versionsOf(folder, 'root');
  const targetVersions = await versionsOf(folder, 'targets');
  const [first = 0, ...later] = roots;
  let trust = startTrust(await bytesOf(folder, repositoryFile.root(first)));
  for (const version of later) trust = updateRoot(trust, await bytesOf(folder, repositoryFile.root(version)));
  const targetsBytes = await bytesOf(folder, repositoryFile.targets(targetVersions.at(-1) ?? 0));
  const targets = readMetadata(targetsBytes, 'targets').signed;
  const named = targets.targets[FLEET_PATH];
  const fleetBytes = await newestFleet(folder, named?.hashes['sha256']);
  const fleet = readFleet(fleetBytes);
  const authorities = authoritiesOf(trust.root, targets, fleet);
  requireQuorum(targetsBytes, authorities.targets);
  return {
    root: trust.root,
    rootBytes: trust.rootBytes,
    targets,
    fleet,
    fleetBytes,
    caPem: new TextDecoder().decode(await bytesOf(folder, repositoryFile.ca)),
    authorities,
  };
}

/** SHA-256 of the oldest root that is there: what enrolment codes of a new fleet pin. */
export async function firstRootSha256(folder: string): Promise<string> {
  const [first = 0] = await versionsOf(folder, 'root');
  return sha256Hex(await bytesOf(folder, repositoryFile.root(first)));
}

function requireQuorum(bytes: Uint8Array, { keys, threshold }: { keys: PublicKey[]; threshold: number }): void {
  const signed = signersOf(bytes, 'targets', keys).size;
  if (signed >= threshold) return;
  throw new KeyError('keys_disagree', `targets: ${signed} of ${threshold} keys of the root have signed`, {
    field: 'targets.signatures',
    expected: keys.map(keyId).join(', '),
  });
}

/** The fleet document whose hash the targets name: a newer file without a signature counts for nothing. */
async function newestFleet(folder: string, sha256: string | undefined): Promise<Uint8Array> {
  const names = await listing(join(folder, FOLDERS.repository, 'targets'));
  for (const name of names.filter((one) => /^fleet\.\d+\.json$/.test(one))) {
    const bytes = await bytesOf(folder, join(FOLDERS.repository, 'targets', name));
    if (sha256Hex(bytes) === sha256) return bytes;
  }
  throw new KeyError('keys_disagree', 'repository/targets: not the fleet document that the targets name', {
    field: FLEET_PATH,
    expected: sha256 ?? 'a fleet document in the targets',
  });
}

async function versionsOf(folder: string, role: 'root' | 'targets'): Promise<number[]> {
  const names = await listing(join(folder, FOLDERS.repository, 'metadata'));
  const versions = names.flatMap((name) => {
    const found = /^([1-9]\d{0,14})\.(root|targets)\.json$/.exec(name);
    return found?.[2] === role ? [Number(found[1])] : [];
  });
  if (versions.length === 0) throw missing(join(folder, FOLDERS.repository, 'metadata'), `N.${role}.json`);
  return versions.toSorted((a, b) => a - b);
}

async function listing(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => {
    throw missing(folder, 'a set of keys');
  });
}

async function bytesOf(folder: string, path: string): Promise<Uint8Array> {
  return readFile(join(folder, path)).catch(() => {
    throw missing(join(folder, path), 'a file that can be read');
  });
}

function missing(path: string, expected: string): KeyError {
  return new KeyError('keys_missing', `${path}: not there`, {
    field: path,
    kind: 'not-found',
    expected: `${expected}, made by \`plumbline keys init\``,
  });
}
