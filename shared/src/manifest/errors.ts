import { CodedError } from '../errors/index.ts';

export type ManifestErrorCode =
  | 'manifest_malformed'
  | 'bundle_malformed'
  | 'bundle_too_large'
  | 'bundle_file_missing'
  | 'version_wrong_bump'
  | 'version_malformed';

export class ManifestError extends CodedError<ManifestErrorCode> {
  override readonly name = 'ManifestError';
}
