import { CodedError } from '@plumbline/shared/errors';

export type AuditErrorCode =
  | 'audit_cursor_invalid'
  | 'audit_head_malformed'
  | 'audit_head_forged'
  | 'audit_row_malformed';

/** What the audit room refuses. */
export class AuditError extends CodedError<AuditErrorCode> {
  override readonly name = 'AuditError';
}
