import { CodedError } from '@plumbline/shared/errors';

export type ModelErrorCode =
  | 'model_too_large'
  | 'model_mapping_malformed'
  | 'model_input_unknown'
  | 'model_input_differs'
  | 'model_output_unknown'
  | 'model_output_differs'
  | 'model_trial_failed'
  | 'model_unknown'
  | 'model_not_awaiting_approval'
  | 'model_not_published'
  | 'approval_differs'
  | 'approver_is_author' // two people make a release
  | 'approver_key_of_another' // whose key it is says who approves
  | 'line_not_delegated'
  | 'metadata_too_large'
  | 'variant_none_fits'
  | 'version_deprecated' // nothing new begins with it
  | 'deprecation_reason'
  | 'deprecation_replacement'
  | 'not_deprecated'
  | 'alias_malformed'
  | 'alias_unknown'
  | 'alias_changed_meanwhile';

export class ModelError extends CodedError<ModelErrorCode> {
  override readonly name = 'ModelError';
}
