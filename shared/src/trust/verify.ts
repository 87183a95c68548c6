import {
  assignmentDocument,
  lineDocument,
  rootDocument,
  type AssignedModel,
  type AssignmentDocument,
  type LineDocument,
  type RootDocument,
} from './documents.ts';
import { sha256Hex } from './bytes.ts';
import { openEnvelope, validSigners, verifyDocument } from './envelope.ts';
import { TrustError } from './errors.ts';
import type { PublicKey } from './keys.ts';

export type Role = 'root' | 'director' | 'builder' | 'approver';

export const MAX_ASSIGNMENT_BYTES = 4096;
export const MAX_LINE_BYTES = 16_384;
/** How far a device lets signed time run ahead of the newest time it knows. */
const MAX_AHEAD_MS = 24 * 3_600_000;

/** The keys that may speak for a role, and how many of them must. */
export function authorityOf(root: RootDocument, role: Role): { keys: PublicKey[]; threshold: number } {
  const { keyids, threshold } = root.roles[role];
  const keys = [...new Set(keyids)].flatMap((id) => root.keys[id] ?? []);
  return { keys, threshold };
}

/**
 * Opens a root document by the hash pinned at enrolment; a root signs itself.
 * @throws TrustError `wrong_root` when the bytes are not the pinned ones.
 */
export function verifyPinnedRoot(bytes: Uint8Array, pinnedSha256: string): RootDocument {
  if (sha256Hex(bytes) !== pinnedSha256)
    throw new TrustError('wrong_root', 'root: not the one pinned at enrolment', 'root');
  const envelope = openEnvelope(bytes, 'root');
  const parsed = rootDocument.safeParse(envelope.signed);
  if (!parsed.success) throw new TrustError('document_malformed', `root: ${parsed.error.issues[0]?.message}`, 'root');
  verifyDocument(bytes, 'root', rootDocument, authorityOf(parsed.data, 'root'));
  return parsed.data;
}

/**
 * Verifies what counts as a release of a line: one builder *and* one approver, never two of the same kind.
 * @param knownVersion the newest version seen of this line; an older one is a rollback.
 */
export function verifyLine(
  bytes: Uint8Array,
  root: RootDocument,
  expected: { line: string; knownVersion: number; now: number },
): LineDocument {
  const role = `line ${expected.line}`;
  if (bytes.length > MAX_LINE_BYTES)
    throw new TrustError('bad_length', `${role}: ${bytes.length} bytes`, role, `≤ ${MAX_LINE_BYTES} bytes`);
  const builder = verifyDocument(bytes, `${role} (builder)`, lineDocument, authorityOf(root, 'builder'));
  verifyDocument(bytes, `${role} (approver)`, lineDocument, authorityOf(root, 'approver'));
  refuseOneKeyInBothRoles(bytes, role, root);
  if (builder.line !== expected.line)
    throw new TrustError('document_malformed', `${role}: is about line ${builder.line}`, `${role}.line`);
  if (builder.version < expected.knownVersion) {
    throw new TrustError(
      'rollback',
      `${role}: version ${builder.version} after ${expected.knownVersion}`,
      `${role}.version`,
    );
  }
  if (Date.parse(builder.expires) <= expected.now)
    throw new TrustError('expired', `${role}: expired ${builder.expires}`, `${role}.expires`);
  return builder;
}

/** What a device remembers of the assignments it has obeyed; kept per director key set. */
export interface AssignmentMemory {
  site: string;
  device: string;
  seq: number;
  timeFloor: number;
}

/**
 * Verifies that this assignment is for this device, is newer than any it has seen and is in force.
 * A repeated `seq` with the same content is the caller's to recognise by hash before it calls.
 */
export function verifyAssignment(
  bytes: Uint8Array,
  root: RootDocument,
  memory: AssignmentMemory,
  now: number,
): AssignmentDocument {
  if (bytes.length > MAX_ASSIGNMENT_BYTES) {
    throw new TrustError(
      'bad_length',
      `assignment: ${bytes.length} bytes`,
      'assignment',
      `≤ ${MAX_ASSIGNMENT_BYTES} bytes`,
    );
  }
  const assignment = verifyDocument(bytes, 'assignment', assignmentDocument, authorityOf(root, 'director'));
  if (assignment.site !== memory.site)
    throw new TrustError('wrong_site', `assignment: for site ${assignment.site}`, 'assignment.site', memory.site);
  if (assignment.device !== memory.device) {
    throw new TrustError(
      'wrong_device',
      `assignment: for device ${assignment.device}`,
      'assignment.device',
      memory.device,
    );
  }
  if (assignment.seq <= memory.seq) {
    throw new TrustError(
      'rollback',
      `assignment: seq ${assignment.seq} after ${memory.seq}`,
      'assignment.seq',
      `> ${memory.seq}`,
    );
  }
  if (
    assignment.timeFloor > assignment.issued ||
    assignment.timeFloor > Math.max(now, memory.timeFloor) + MAX_AHEAD_MS
  ) {
    throw new TrustError('document_malformed', 'assignment: timeFloor is ahead of signed time', 'assignment.timeFloor');
  }
  if (assignment.expires <= Math.max(now, memory.timeFloor)) {
    throw new TrustError('expired', `assignment: expired at ${assignment.expires}`, 'assignment.expires', `> ${now}`);
  }
  return assignment;
}

/**
 * The two questions meet: the assigned bytes must be a release of the line, and its counter must not go back.
 * @param ranCounter highest release counter this device has run of the line.
 */
export function checkInstall(
  model: AssignedModel,
  line: LineDocument,
  floor: number,
  ranCounter: number,
  profile: string,
): void {
  const field = `assignment.models.${model.model}`;
  const target = line.targets[model.path];
  if (line.line !== model.model || target === undefined) {
    throw new TrustError('not_in_release', `${field}: ${model.path} is not a release of ${line.line}`, `${field}.path`);
  }
  if (target.length !== model.length)
    throw new TrustError('bad_length', `${field}: length differs from the release`, `${field}.length`);
  if (target.hashes.sha256 !== model.sha256)
    throw new TrustError('bad_hash', `${field}: hash differs from the release`, `${field}.sha256`);
  if (target.custom.counter !== model.releaseCounter) {
    throw new TrustError('not_in_release', `${field}: counter differs from the release`, `${field}.releaseCounter`);
  }
  if (target.custom.profiles.length > 0 && !target.custom.profiles.includes(profile)) {
    throw new TrustError(
      'not_in_release',
      `${field}: not released for ${profile}`,
      `${field}.path`,
      target.custom.profiles.join(' | '),
    );
  }
  const lowest = Math.max(floor, ranCounter);
  if (model.releaseCounter < lowest) {
    throw new TrustError(
      'rollback',
      `${field}: counter ${model.releaseCounter} below ${lowest}`,
      `${field}.releaseCounter`,
      `≥ ${lowest}`,
    );
  }
}

function refuseOneKeyInBothRoles(bytes: Uint8Array, role: string, root: RootDocument): void {
  const builder = authorityOf(root, 'builder');
  const approver = authorityOf(root, 'approver');
  const wanted = builder.threshold + approver.threshold;
  if (validSigners(openEnvelope(bytes, role), [...builder.keys, ...approver.keys]).size < wanted) {
    throw new TrustError(
      'below_threshold',
      `${role}: one key stands for builder and approver`,
      role,
      `${wanted} distinct keys`,
    );
  }
}
