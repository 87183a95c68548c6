import { CodedError, type ErrorOptionsWithField } from '@plumbline/shared/errors';

export type RolloutErrorCode =
  | 'rollout_unknown'
  | 'rollout_exists' // another one has this name
  | 'rollout_plan_malformed'
  | 'rollout_stages_overlap' // a stage that could never add a device, or whose name another one has
  | 'rollout_not_approved'
  | 'rollout_selects_nobody'
  | 'rollout_fits_nobody' // no device that is selected can take any variant of the release
  | 'rollout_move_illegal'
  | 'rollout_changed_meanwhile'
  | 'rollout_no_predecessor'
  | 'approval_by_author'
  | 'penalty_unknown';

export class RolloutError extends CodedError<RolloutErrorCode> {
  override readonly name = 'RolloutError';
}

/** A refusal because of where things stand. */
export function conflict(code: RolloutErrorCode, message: string, about: ErrorOptionsWithField): RolloutError {
  return new RolloutError(code, message, { kind: 'conflict', ...about });
}
