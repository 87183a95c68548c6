import { CodedError } from '@plumbline/shared/errors';

export type AuditErrorCode = 'audit_cursor_invalid';

/** What the audit room refuses. */
export class AuditError extends CodedError<AuditErrorCode> {
  override readonly name = 'AuditError';
}
