import { CodedError } from '@plumbline/shared/errors';

export type ProfileErrorCode =
  | 'profile_unknown' // no profile of that id; `expected` lists the nearest ids
  | 'profile_unsupported' // a class that is known and cannot be supported; the message says why
  | 'profile_invalid'; // a file of this package breaks its own schema: the linter was not run

export class ProfileError extends CodedError<ProfileErrorCode> {
  override readonly name = 'ProfileError';
}
