import { CodedError } from '@plumbline/shared/errors';

export type AgentErrorCode =
  | 'already_enrolled'
  | 'not_enrolled'
  | 'enrolment_refused' // the server said no; the message carries its code
  | 'enrolment_unreachable'
  | 'enrolment_pending' // a person has not approved it yet; run it again
  | 'wrong_ca' // the server is not under the authority that the code pins
  | 'renewal_refused'
  | 'renewal_unreachable'
  | 'too_many_records'
  | 'line_unknown'
  | 'slot_damaged' // the bytes on disk are not the ones that were verified
  | 'codec_unknown'
  | 'retrieval_slow' // the line is up, and what was asked for does not come
  | 'metadata_unavailable' // the server does not have what its own metadata name
  | 'deferral_invalid'
  | 'interrupted' // by a newer desired state, or by the end of the agent
  | 'body_too_large'
  | 'entry_invalid'
  | 'ref_conflict' // the reference stands for something else already
  | 'record_malformed'
  | 'line_too_long'
  | 'retiring' // it hands over its last rows; nothing new is taken
  | 'device_retired' // it has left the fleet and holds nothing
  | 'not_running';

export class AgentError extends CodedError<AgentErrorCode> {
  override readonly name = 'AgentError';
}
