import { CodedError } from '@plumbline/shared/errors';

export type AccessErrorCode =
  | 'operator_unknown'
  | 'operator_exists'
  | 'operator_name_malformed'
  | 'operator_name_used' // of somebody who was removed: the audit means one person by a name
  | 'operator_not_owner'; // only who runs the server lets people in

export class AccessError extends CodedError<AccessErrorCode> {
  override readonly name = 'AccessError';
}
