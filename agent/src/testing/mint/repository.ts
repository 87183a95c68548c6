import {
  canonicalBytes,
  FLEET_PATH,
  lineRole,
  sha256Hex,
  signMetadata,
  tufKeyOf,
  type FleetDocument,
  type Signer,
} from '@plumbline/shared/trust';
import type { Release } from './bundle.ts';
import { CA_PEM, FAR_TEXT, FLEET, ISSUED_TEXT, LINE } from './keys.ts';

/** The image repository as a device sees it: every document as signed bytes. */
export interface Repository {
  /** Version 1 first. */
  roots: Uint8Array[];
  timestamp: Uint8Array;
  snapshot: Uint8Array;
  targets: Uint8Array;
  /** By name of the line. */
  lines: Record<string, Uint8Array>;
  fleet: Uint8Array;
}

/** What is different about one document: members of its signed part, and who signs it. */
export interface Change {
  signed?: Record<string, unknown>;
  signers?: Signer[];
}

export interface RepositoryInput {
  releases?: readonly Release[];
  /** Of line, snapshot and timestamp; targets and fleet keep version 1 unless changed. */
  version?: number;
  roots?: Uint8Array[];
  lines?: string[];
  fleet?: Partial<FleetDocument>;
  targets?: Change;
  line?: Change;
  snapshot?: Change;
  timestamp?: Change;
}

/** A whole repository, signed from the root down; later documents name the earlier ones by hash, tampered or not. */
export async function mintRepository(input: RepositoryInput = {}): Promise<Repository> {
  const { version = 1, lines = [LINE] } = input;
  const fleet = canonicalBytes({
    type: 'fleet',
    v: 1,
    version: 1,
    directors: [FLEET.director.publicKey],
    enrolmentCas: [CA_PEM],
    floors: {},
    ...input.fleet,
  });
  const targets = await sign('targets', 1, input.targets, FLEET.targets, {
    targets: { [FLEET_PATH]: described(fleet) },
    delegations: delegationsOf(lines),
  });
  const signedLines: Record<string, Uint8Array> = {};
  for (const line of lines) signedLines[line] = await mintLine(line, input.releases ?? [], version, input.line);
  const meta = { 'targets.json': metaOf(targets) };
  for (const [line, bytes] of Object.entries(signedLines))
    Object.assign(meta, { [`${lineRole(line)}.json`]: metaOf(bytes) });
  const snapshot = await sign('snapshot', version, input.snapshot, FLEET.snapshot, { meta });
  const timestamp = await sign('timestamp', version, input.timestamp, FLEET.timestamp, {
    meta: { 'snapshot.json': metaOf(snapshot) },
    'x-plumbline-issued': ISSUED_TEXT,
  });
  return { roots: input.roots ?? [await mintRoot()], timestamp, snapshot, targets, lines: signedLines, fleet };
}

export interface RootInput extends Change {
  version?: number;
  /** Keys that speak for a role instead of the ones of its name. */
  keys?: Partial<Record<'root' | 'targets' | 'snapshot' | 'timestamp', Signer[]>>;
}

export function mintRoot({ version = 1, keys = {}, ...change }: RootInput = {}): Promise<Uint8Array> {
  const { root, targets, snapshot, timestamp } = FLEET;
  const holders = { root: [root], targets: [targets], snapshot: [snapshot], timestamp: [timestamp], ...keys };
  const all = Object.values(holders).flat();
  return sign('root', version, change, root, {
    consistent_snapshot: true,
    keys: Object.fromEntries(all.map((one) => [one.keyId, tufKeyOf(one.publicKey)])),
    roles: Object.fromEntries(
      Object.entries(holders).map(([role, signers]) => [
        role,
        { keyids: signers.map((one) => one.keyId), threshold: signers.length },
      ]),
    ),
  });
}

/** Everything a device may ask for by hash. */
export function documentsOf({ snapshot, targets, lines, fleet }: Repository): Uint8Array[] {
  return [snapshot, targets, fleet, ...Object.values(lines)];
}

function mintLine(line: string, releases: readonly Release[], version: number, change: Change = {}) {
  const ofLine = releases.filter(({ assigned }) => assigned.model === line);
  const targets = Object.fromEntries(
    ofLine.map(({ assigned, version: of, profiles, needs }) => {
      const { path, length, sha256, releaseCounter: counter } = assigned;
      return [
        path,
        {
          length,
          hashes: { sha256 },
          custom: { counter, version: of, variant: 'plain', profiles, ...(needs && { needs }) },
        },
      ];
    }),
  );
  return sign('targets', version, { signers: [FLEET.builder, FLEET.approver], ...change }, FLEET.builder, { targets });
}

function delegationsOf(lines: readonly string[]) {
  const { builder, approver } = FLEET;
  return {
    keys: Object.fromEntries([builder, approver].map((one) => [one.keyId, tufKeyOf(one.publicKey)])),
    roles: lines.map((line) => ({
      name: lineRole(line),
      keyids: [builder.keyId, approver.keyId],
      threshold: 2,
      terminating: true,
      paths: [`models/${line}/*/*`],
      'x-plumbline': { builders: [builder.keyId], approvers: [approver.keyId] },
    })),
  };
}

function sign(type: string, version: number, change: Change = {}, by: Signer, body: Record<string, unknown>) {
  const head = { _type: type, spec_version: '1.0.31', version, expires: FAR_TEXT };
  return signMetadata({ ...head, ...body, ...change.signed }, change.signers ?? [by]);
}

function described(bytes: Uint8Array) {
  return { length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
}

/** The version is the one that the bytes say, so that a changed document is still the one that is listed. */
function metaOf(bytes: Uint8Array) {
  const { signed } = JSON.parse(new TextDecoder().decode(bytes)) as { signed: { version: number } };
  return { version: signed.version, ...described(bytes) };
}
