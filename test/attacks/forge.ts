import {
  readMetadata,
  sha256Hex,
  signAssignment,
  signMetadata,
  type AssignedModel,
  type AssignmentDocument,
  type Signer,
} from '@plumbline/shared/trust';
import { downTopic, encodeFrame } from '@plumbline/shared/wire';
import type { FleetServer } from '@plumbline/fleet-server';
import { and, eq, repositoryMetadata } from '../../fleet-server/src/platform/db/index.ts';
import type { VersionSummary } from '../../fleet-server/src/supply/models/index.ts';
import {
  insertMetadata,
  metadataInForce,
  newestMetadata,
  tufDate,
} from '../../fleet-server/src/supply/repository/index.ts';
import { SITE } from '../harness/index.ts';

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 24 * HOUR_MS;

export interface Document {
  role: string;
  version: number;
  bytes: Uint8Array;
}

/**
 * Puts documents into a repository as nobody verified them, and a snapshot and timestamp over them.
 * @param change of the timestamp and the snapshot, before they are signed
 * @returns the timestamp
 */
export async function publishUnread(
  { fleet: { database } }: FleetServer,
  keys: { snapshot: Signer; timestamp: Signer },
  documents: Document[],
  change: { snapshot?: { version: number }; timestamp?: object } = {},
): Promise<Uint8Array> {
  return database.transaction(async (tx) => {
    for (const document of documents) await insertMetadata(tx, document);
    const { signed: before } = await metadataInForce(tx, 'snapshot');
    const listed = documents.filter(({ role }) => role !== 'root').map((one) => [`${one.role}.json`, metaOf(one)]);
    const common = { spec_version: '1.0.31', expires: tufDate(Date.now() + LIFETIME_MS) };
    const snapshot = {
      _type: 'snapshot',
      ...common,
      version: before.version + 1,
      meta: { ...before.meta, ...Object.fromEntries(listed) },
      ...change.snapshot,
    };
    const bytes = await signMetadata(snapshot, [keys.snapshot]);
    const held = { role: 'snapshot', version: snapshot.version, bytes };
    await insertMetadata(tx, held);
    const timestamp = {
      _type: 'timestamp',
      ...common,
      version: ((await newestMetadata(tx, 'timestamp'))?.version ?? 0) + 1,
      meta: { 'snapshot.json': metaOf(held) },
      'x-plumbline-issued': tufDate(Date.now()),
      ...change.timestamp,
    };
    const last = {
      role: 'timestamp',
      version: timestamp.version,
      bytes: await signMetadata(timestamp, [keys.timestamp]),
    };
    return (await insertMetadata(tx, last)).bytes;
  });
}

/** Takes a document away again, which nobody but a thief can. */
export async function withdraw({ fleet }: FleetServer, role: string, version: number): Promise<void> {
  await fleet.database.transaction((tx) =>
    tx
      .delete(repositoryMetadata)
      .where(and(eq(repositoryMetadata.role, role), eq(repositoryMetadata.version, version))),
  );
}

/** The part of a document that is signed, with changes. */
export function bodyOf(bytes: Uint8Array, role: string, change: object = {}): object {
  return { ...(readMetadata(bytes, role).raw as object), ...change };
}

/** Tells a device what it wants: an assignment of the thief's making, under the timestamp or the one in force. */
export async function order(
  { fleet: { broker, database } }: FleetServer,
  device: string,
  { signers, timestamp, ...change }: Partial<AssignmentDocument> & { signers: Signer[]; timestamp?: Uint8Array },
): Promise<void> {
  const now = Date.now();
  const document: AssignmentDocument = {
    type: 'assignment',
    v: 1,
    site: SITE,
    device,
    seq: 2,
    issued: now,
    expires: now + HOUR_MS,
    nonce: '0123456789abcdef',
    models: [],
    settings: {},
    floors: {},
    timeFloor: now,
    ...change,
  };
  const frame = encodeFrame({
    assignment: await signAssignment(document, signers),
    timestamp: timestamp ?? (await metadataInForce(database.db, 'timestamp')).bytes,
  });
  await broker.publish(downTopic(SITE, device, 'desired'), frame, { retain: true });
}

/** A version as an assignment names it, released or not. @param counter another one under which it is listed */
export function assignedOf(of: VersionSummary, counter = of.counter): AssignedModel {
  const {
    line,
    variants: [variant],
  } = of;
  const [payload] = variant?.payloads ?? [];
  if (variant === undefined || payload === undefined) throw new Error('no variant');
  const path = `models/${line}/${counter}/${variant.variant}.plb`;
  const { archiveBytes: length, archive: sha256 } = variant;
  return { model: line, path, length, sha256, releaseCounter: counter, payload };
}

function metaOf({ version, bytes }: Document) {
  return { version, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
}
