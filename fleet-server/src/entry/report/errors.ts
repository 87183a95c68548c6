import { CodedError } from '@plumbline/shared/errors';

export type ReportErrorCode = 'nothing_counted';

export class ReportError extends CodedError<ReportErrorCode> {
  override readonly name = 'ReportError';
}
