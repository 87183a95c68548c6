import { CodedError } from '@plumbline/shared/errors';

export type AgentErrorCode =
  | 'already_enrolled'
  | 'not_enrolled'
  | 'enrolment_refused' // the server said no; the message carries its code
  | 'enrolment_unreachable'
  | 'too_many_records'
  | 'line_unknown'
  | 'slot_damaged' // the bytes on disk are not the ones that were verified
  | 'codec_unknown'
  | 'body_too_large'
  | 'not_running';

export class AgentError extends CodedError<AgentErrorCode> {
  override readonly name = 'AgentError';
}
