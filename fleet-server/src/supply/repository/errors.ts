import { CodedError } from '@plumbline/shared/errors';

export type RepositoryErrorCode =
  | 'repository_empty' // no root or no targets were brought yet
  | 'repository_unreadable'
  | 'metadata_differs' // another document stands under this version already
  | 'root_gap'
  | 'fleet_missing'
  | 'desk_not_delegated'; // the offline keys name other online keys than this server signs with

export class RepositoryError extends CodedError<RepositoryErrorCode> {
  override readonly name = 'RepositoryError';
}
