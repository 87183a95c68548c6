import { CodedError } from '@plumbline/shared/errors';

export class KeyError extends CodedError<'keys_missing' | 'keys_malformed' | 'keys_exist' | 'keys_unwritable'> {
  override readonly name = 'KeyError';
}
