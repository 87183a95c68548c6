import { CodedError } from '@plumbline/shared/errors';

export type AccessErrorCode =
  | 'operator_unknown'
  | 'operator_exists'
  | 'operator_name_malformed'
  | 'operator_name_used' // of somebody who was removed: the audit means one person by a name
  | 'operator_not_owner' // only who runs the server lets people in
  | 'user_unknown'
  | 'user_exists'
  | 'user_name_malformed'
  | 'user_name_used'
  | 'assignments_malformed'
  | 'last_admin' // nobody would be left who lets people in
  | 'password_weak'
  | 'code_refused' // unknown, used, too old or somebody else's: which one is not told
  | 'setup_done'
  | 'sign_in_refused' // unknown name or wrong password: which one is not told
  | 'passwords_off' // people come by the identity provider
  | 'identity_removed'
  | 'identity_not_bound'
  | 'identity_without_role'
  | 'identity_taken'
  | 'approver_key_unproven'
  | 'approver_key_taken'
  | 'approver_key_unknown'
  | 'approver_key_without_user'
  | 'api_token_unknown'
  | 'api_token_malformed'
  | 'api_token_scope'
  | 'api_token_without_user';

export class AccessError extends CodedError<AccessErrorCode> {
  override readonly name = 'AccessError';
}
