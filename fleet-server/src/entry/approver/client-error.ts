import { CodedError } from '@plumbline/shared/errors';

/** What a server answered, or that it did not: the code is its own. */
export class ClientError extends CodedError {
  override readonly name = 'ClientError';
}
