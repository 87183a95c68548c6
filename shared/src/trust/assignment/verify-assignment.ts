import { TrustError } from '../errors.ts';
import { canonicalBytes } from '../signing/canonical-json.ts';
import { openEnvelope, validSigners } from '../signing/envelope.ts';
import { toHex } from '../bytes.ts';
import { keyId } from '../signing/keys.ts';
import type { Signer } from '../signing/signer.ts';
import { assignmentDocument, type AssignmentDocument } from './documents.ts';
import type { FleetDocument } from './fleet-document.ts';

export const MAX_ASSIGNMENT_BYTES = 4096;
/** How far an assignment may run ahead of the newest time that somebody else has signed. */
const MAX_AHEAD_MS = 24 * 3_600_000;
/** How far a sequence number may jump: a thief of the key cannot put it out of reach in one go. */
const MAX_SEQ_STEP = 2 ** 20;

/** What a device remembers of one director key. Another key starts anew, at the floors of the fleet document. */
export interface DirectorMemory {
  seq: number;
  timeFloor: number;
  floors: Record<string, number>;
}

/** By key id of the director. */
export type DirectorMemories = Record<string, DirectorMemory>;

export interface AssignmentContext {
  site: string;
  device: string;
  /** Newest time known for sure, ms. */
  now: number;
  /** When the newest verified timestamp was signed, ms. */
  signedTime: number;
  /** The same assignment once more, to be judged again: its number need not rise. */
  repeated?: boolean;
}

export async function signAssignment(document: AssignmentDocument, signers: readonly Signer[]): Promise<Uint8Array> {
  const body = canonicalBytes(document);
  const signatures = await Promise.all(
    signers.map(async (signer) => ({ keyid: signer.keyId, sig: toHex(await signer.sign(body)) })),
  );
  return canonicalBytes({ signatures, signed: document });
}

/**
 * May this device obey? The assignment is signed by a director of the fleet, is for this device, is newer than any
 * obeyed before of that director, and is in force.
 * @returns the assignment, and what to remember once it is obeyed
 * @throws TrustError `key_unknown`, `signature_invalid`, `wrong_site`, `wrong_device`, `rollback`, `fast_forward`, `expired` …
 */
export function verifyAssignment(
  bytes: Uint8Array,
  fleet: FleetDocument,
  memories: DirectorMemories,
  context: AssignmentContext,
): { assignment: AssignmentDocument; keyid: string; memory: DirectorMemory } {
  if (bytes.length > MAX_ASSIGNMENT_BYTES) {
    throw new TrustError(
      'bad_length',
      `assignment: ${bytes.length} bytes`,
      'assignment',
      `≤ ${MAX_ASSIGNMENT_BYTES} bytes`,
    );
  }
  const { assignment, keyid } = openAssignment(bytes, fleet);
  const memory = memories[keyid] ?? { seq: 0, timeFloor: 0, floors: fleet.floors };
  checkAddress(assignment, context);
  checkNumber(assignment, memory, context.repeated === true);
  checkTime(assignment, memory, context);
  const floors = { ...memory.floors };
  for (const [line, floor] of Object.entries(fleet.floors)) {
    floors[line] = Math.max(floor, (Object.hasOwn(floors, line) && floors[line]) || 0);
  }
  return {
    assignment,
    keyid,
    memory: { seq: assignment.seq, timeFloor: Math.max(memory.timeFloor, assignment.timeFloor), floors },
  };
}

function openAssignment(bytes: Uint8Array, fleet: FleetDocument): { assignment: AssignmentDocument; keyid: string } {
  const envelope = openEnvelope(bytes, 'assignment');
  const [keyid] = validSigners(envelope, fleet.directors);
  if (keyid === undefined) {
    const known = new Set(fleet.directors.map(keyId));
    const isKnown = envelope.signatures.some((one) => known.has(one.keyid));
    throw isKnown
      ? new TrustError('signature_invalid', 'assignment: the signature does not hold', 'assignment.signatures')
      : new TrustError('key_unknown', 'assignment: not signed by a director of this fleet', 'assignment.signatures');
  }
  const parsed = assignmentDocument.safeParse(envelope.signed);
  if (parsed.success) return { assignment: parsed.data, keyid };
  const issue = parsed.error.issues[0];
  const field = ['assignment', ...(issue?.path ?? [])].join('.');
  throw new TrustError('document_malformed', `${field}: ${issue?.message}`, field);
}

function checkAddress({ site, device }: AssignmentDocument, wanted: AssignmentContext): void {
  if (site !== wanted.site)
    throw new TrustError('wrong_site', `assignment: for site ${site}`, 'assignment.site', wanted.site);
  if (device !== wanted.device)
    throw new TrustError('wrong_device', `assignment: for device ${device}`, 'assignment.device', wanted.device);
}

function checkNumber({ seq }: AssignmentDocument, memory: DirectorMemory, repeated: boolean): void {
  const lowest = repeated ? memory.seq : memory.seq + 1;
  if (seq < lowest)
    throw new TrustError('rollback', `assignment: seq ${seq} after ${memory.seq}`, 'assignment.seq', `≥ ${lowest}`);
  const highest = memory.seq + MAX_SEQ_STEP;
  if (seq > highest)
    throw new TrustError(
      'fast_forward',
      `assignment: seq ${seq} after ${memory.seq}`,
      'assignment.seq',
      `≤ ${highest}`,
    );
}

function checkTime(assignment: AssignmentDocument, memory: DirectorMemory, context: AssignmentContext): void {
  const { issued, timeFloor, expires } = assignment;
  if (timeFloor > issued)
    throw new TrustError(
      'fast_forward',
      'assignment: its time floor is after its issue',
      'assignment.timeFloor',
      `≤ ${issued}`,
    );
  const latest = context.signedTime + MAX_AHEAD_MS;
  if (issued > latest)
    throw new TrustError('fast_forward', 'assignment: issued ahead of signed time', 'assignment.issued', `≤ ${latest}`);
  const now = Math.max(context.now, memory.timeFloor);
  if (expires <= now)
    throw new TrustError('expired', `assignment: expired at ${expires}`, 'assignment.expires', `> ${now}`);
}
