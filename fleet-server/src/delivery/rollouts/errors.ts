import { CodedError } from '@plumbline/shared/errors';

export type RolloutErrorCode =
  | 'rollout_unknown'
  | 'rollout_plan_malformed'
  | 'rollout_not_approved'
  | 'rollout_selects_nobody'
  | 'rollout_line_busy'
  | 'rollout_move_illegal'
  | 'rollout_changed_meanwhile'
  | 'rollout_no_predecessor';

export class RolloutError extends CodedError<RolloutErrorCode> {
  override readonly name = 'RolloutError';
}
