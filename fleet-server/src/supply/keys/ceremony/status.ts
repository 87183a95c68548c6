import { keyId, type PublicKey } from '@plumbline/shared/trust';
import { X509Certificate } from 'node:crypto';
import type { Authorities } from '../documents/authorities.ts';
import { caKeyId } from '../documents/ca-key-id.ts';
import { firstRootSha256, readDocuments, type Documents } from '../documents/read-documents.ts';
import type { KeyFile, KeyRole } from '../files/key-file.ts';
import { findKeyFiles, type KeyPlaces } from './keyring.ts';
import { warningsOfKey, warningsOfSet } from './warnings.ts';

export interface KeyStatus {
  role: KeyRole;
  keyId: string;
  type: PublicKey['type'];
  /** Lines this key builds or approves. */
  lines: string[];
  /** A file, the process that answers on the signer's socket, or somewhere this machine cannot see. */
  privateKey: { where: 'file'; path: string } | { where: 'signer process'; path: string } | { where: 'not here' };
  protection: 'plain' | 'passphrase' | 'unknown';
  development: boolean;
  warnings: string[];
}

export interface DocumentStatus {
  document: 'root' | 'targets' | 'fleet' | 'ca';
  /** Absent for the certificate, which has none. */
  version?: number;
  /** ISO date; absent for the fleet document, which lives as long as the targets that name it. */
  expires?: string;
  daysLeft?: number;
  warnings: string[];
}

export interface KeysStatus {
  folder: string;
  development: boolean;
  /** What enrolment codes pin. */
  rootSha256: string;
  thresholds: { root: number; targets: number };
  lines: string[];
  floors: Record<string, number>;
  keys: KeyStatus[];
  documents: DocumentStatus[];
  warnings: string[];
}

const DAY_MS = 24 * 3_600_000;
const WARN_DAYS = 30;

/**
 * Every key the documents name, and where its private half lives as far as this machine can see; and how long the
 * documents still hold.
 * @param signer key ids that a signer process answered for, and its socket
 */
export async function keysStatus(
  places: KeyPlaces,
  nowMs: number,
  signer?: { socketPath: string; keyIds: string[] },
): Promise<KeysStatus> {
  const documents = await readDocuments(places.folder);
  const { authorities } = documents;
  const files = await findKeyFiles(places);
  const named = namedKeys(authorities);
  return {
    folder: places.folder,
    development: authorities.development,
    rootSha256: await firstRootSha256(places.folder),
    thresholds: { root: authorities.root.threshold, targets: authorities.targets.threshold },
    lines: Object.keys(authorities.lines),
    floors: authorities.floors,
    keys: named.map((key) => statusOfKey(key, files, signer)),
    documents: documentsOf(documents, nowMs),
    warnings: warningsOfSet(
      authorities,
      files,
      named.map((key) => key.keyId),
      signer !== undefined,
    ),
  };
}

type Named = Pick<KeyStatus, 'role' | 'keyId' | 'type' | 'lines'> & { development: boolean };

function namedKeys(authorities: Authorities): Named[] {
  const { development, lines, newLines } = authorities;
  const named = new Map<string, Named>();
  const add = (role: KeyRole, id: string, type: PublicKey['type'], line?: string) => {
    const known = named.get(`${role} ${id}`) ?? { role, keyId: id, type, lines: [], development };
    if (line !== undefined) known.lines.push(line);
    named.set(`${role} ${id}`, known);
  };
  const addAll = (role: KeyRole, keys: PublicKey[], line?: string) => {
    for (const key of keys) add(role, keyId(key), key.type, line);
  };
  addAll('root', authorities.root.keys);
  addAll('targets', authorities.targets.keys);
  addAll('timestamp', authorities.timestamp);
  addAll('snapshot', authorities.snapshot);
  addAll('director', authorities.directors);
  addAll('builder', newLines.builders);
  addAll('approver', newLines.approvers);
  for (const [line, keys] of Object.entries(lines)) {
    addAll('builder', keys.builders, line);
    addAll('approver', keys.approvers, line);
  }
  for (const pem of authorities.enrolmentCas) add('ca', caKeyId(pem) ?? 'unknown', 'p256');
  return [...named.values()];
}

function statusOfKey(
  { development, ...named }: Named,
  files: KeyFile[],
  signer: { socketPath: string; keyIds: string[] } | undefined,
): KeyStatus {
  const file = files.find((one) => one.keyId === named.keyId);
  const answered = signer?.keyIds.includes(named.keyId) === true;
  const marked = development || file?.development === true;
  return {
    ...named,
    privateKey:
      file !== undefined
        ? { where: 'file', path: file.path }
        : answered && signer !== undefined
          ? { where: 'signer process', path: signer.socketPath }
          : { where: 'not here' },
    protection: file?.protection ?? 'unknown',
    development: marked,
    warnings: warningsOfKey(named.role, file, marked),
  };
}

function documentsOf({ root, targets, fleet, caPem }: Documents, nowMs: number): DocumentStatus[] {
  const ca = new X509Certificate(caPem);
  return [
    expiring({ document: 'root', version: root.version }, Date.parse(root.expires), nowMs, 'keys renew root'),
    expiring(
      { document: 'targets', version: targets.version },
      Date.parse(targets.expires),
      nowMs,
      'keys renew targets',
    ),
    { document: 'fleet', version: fleet.version, warnings: [] },
    expiring({ document: 'ca' }, ca.validToDate.getTime(), nowMs, 'keys rotate ca'),
  ];
}

function expiring(
  document: Pick<DocumentStatus, 'document' | 'version'>,
  expiresMs: number,
  nowMs: number,
  remedy: string,
): DocumentStatus {
  const daysLeft = Math.floor((expiresMs - nowMs) / DAY_MS);
  const warnings =
    daysLeft >= WARN_DAYS
      ? []
      : [`${daysLeft < 0 ? 'expired: installs have stopped' : `expires in ${daysLeft} days`}; \`plumbline ${remedy}\``];
  return { ...document, expires: new Date(expiresMs).toISOString(), daysLeft, warnings };
}
