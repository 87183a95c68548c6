import {
  delegationOf,
  lineRole,
  readLine,
  readMetadata,
  TrustError,
  validKeys,
  type LineMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';

/**
 * What a draft says, when a builder of the line has signed it.
 * @throws TrustError `line_not_delegated`, `key_unknown`, `document_malformed`, `bad_path`
 */
export function readDraft(bytes: Uint8Array, line: string, targets: TargetsMetadata): LineMetadata {
  const role = lineRole(line);
  const { builders } = delegationOf(targets, line)['x-plumbline'] ?? { builders: [] };
  const signed = validKeys(readMetadata(bytes, role), targets.delegations?.keys ?? {}, builders);
  if (signed.size > 0) return readLine(bytes, line);
  throw new TrustError('key_unknown', `${role}: no builder of this line has signed the draft`, `${role}.signatures`);
}
