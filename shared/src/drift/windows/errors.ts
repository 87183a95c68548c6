import { CodedError } from '../../errors/index.ts';

export type DriftErrorCode = 'window_bins_differ' | 'windows_none';

export class DriftError extends CodedError<DriftErrorCode> {
  override readonly name = 'DriftError';
}
