import { CodedError } from '../errors/index.ts';

export type PredictErrorCode =
  | 'value_missing'
  | 'value_type'
  | 'value_shape'
  | 'derivation_unknown'
  | 'output_missing'
  | 'output_not_finite'
  | 'no_model';

export class PredictError extends CodedError<PredictErrorCode> {
  override readonly name = 'PredictError';
}
