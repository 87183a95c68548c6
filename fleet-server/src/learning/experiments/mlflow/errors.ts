import { CodedError } from '@plumbline/shared/errors';

export type MlflowErrorCode =
  | 'mlflow_address' // no address of a tracking server
  | 'mlflow_unreachable' // no answer, or it was busy as often as it was asked
  | 'mlflow_unauthorized' // it does not know the token, or does not allow it
  | 'mlflow_refused' // it understood and declined; its own error code stands in the message
  | 'mlflow_malformed' // an answer that is not MLflow's
  | 'mlflow_experiment_deleted'; // the name belongs to an experiment that was deleted there

export class MlflowError extends CodedError<MlflowErrorCode> {
  override readonly name = 'MlflowError';
  /** What MLflow calls it, such as `RESOURCE_DOES_NOT_EXIST`. */
  readonly theirs: string | undefined;

  constructor(
    code: MlflowErrorCode,
    message: string,
    { theirs, ...options }: ConstructorParameters<typeof CodedError>[2] & { theirs?: string } = {},
  ) {
    super(code, message, options);
    this.theirs = theirs;
  }
}

export function isTheirs(error: unknown, ...codes: string[]): boolean {
  return error instanceof MlflowError && error.theirs !== undefined && codes.includes(error.theirs);
}
