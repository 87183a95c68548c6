import {
  assignmentDocument,
  equalBytes,
  olpcCanonical,
  parseCanonical,
  readMetadata,
  utf8,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { isCodedError } from '@plumbline/shared/errors';
import { KeyError } from '../errors.ts';
import type { DeskRole } from './desk.ts';
import { isSealPayload } from './seal-payload.ts';

/**
 * What each online key may sign, judged by the bytes alone: a role that could be made to sign another role's document
 * would be that other role too.
 * @throws KeyError `document_refused`
 */
export function permit(role: DeskRole, bytes: Uint8Array): void {
  const refusal = CHECKS[role](bytes);
  if (refusal === undefined) return;
  throw new KeyError('document_refused', `${role}: ${refusal}`, {
    kind: 'refused',
    field: 'document',
    expected: EXPECTED[role],
  });
}

const EXPECTED: Record<DeskRole, string> = {
  director: 'an assignment in canonical form',
  builder: 'metadata of one line, or the seal of a bundle',
  timestamp: 'timestamp metadata in canonical form',
  snapshot: 'snapshot metadata in canonical form',
};

/** Each answers with what is wrong, or undefined. */
const CHECKS: Record<DeskRole, (bytes: Uint8Array) => string | undefined> = {
  director: (bytes) =>
    refused(() => {
      assignmentDocument.parse(parseCanonical(bytes, 'assignment'));
    }),
  timestamp: (bytes) => refused(() => readSigned(bytes, 'timestamp')),
  snapshot: (bytes) => refused(() => readSigned(bytes, 'snapshot')),
  builder: (bytes) => (isSealPayload(bytes) ? undefined : lineRefusal(bytes)),
};

/** Metadata that names targets of one line and hands nothing on: never the top-level targets, never a delegation. */
function lineRefusal(bytes: Uint8Array): string | undefined {
  let metadata: TargetsMetadata;
  try {
    metadata = readSigned(bytes, 'line metadata');
  } catch (error) {
    return wordsOf(error);
  }
  if (metadata.delegations !== undefined) return 'it delegates';
  const lines = new Set(Object.keys(metadata.targets).map((path) => /^models\/([^/]+)\/[^/]+\/[^/]+$/.exec(path)?.[1]));
  if (lines.has(undefined)) return 'it names a target that is no model';
  return lines.size > 1 ? 'it names several lines' : undefined;
}

/**
 * Reads the `signed` part alone with the parser and schemas of the verifier, and insists that these bytes are its
 * canonical form: what is signed must be the whole of what was read.
 */
function readSigned<R extends string>(bytes: Uint8Array, role: R) {
  const envelope = new Uint8Array([...utf8('{"signatures":[],"signed":'), ...bytes, ...utf8('}')]);
  const { signed, raw } = readMetadata(envelope, role);
  if (equalBytes(olpcCanonical(raw), bytes)) return signed;
  throw new KeyError('document_refused', 'it is not in canonical form');
}

function refused(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

function wordsOf(error: unknown): string {
  return isCodedError(error) ? error.message : 'it is not such a document';
}
