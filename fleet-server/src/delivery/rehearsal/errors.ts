import { CodedError } from '@plumbline/shared/errors';

export type RehearsalErrorCode =
  | 'scenario_malformed'
  /** There is neither a scenario nor a preset of this name. */
  | 'scenario_unknown'
  /** The plan cannot be rehearsed as it stands: what the rollout itself refused is the cause. */
  | 'rehearsal_refused';

export class RehearsalError extends CodedError<RehearsalErrorCode> {
  override readonly name = 'RehearsalError';
}
