import { CodedError } from '@plumbline/shared/errors';

export type PolicyErrorCode =
  | 'policy_unknown'
  | 'policy_malformed' // the field says where
  | 'policy_built_in' // it came with the program: read it, copy it, do not change it
  | 'policy_changed_meanwhile'; // somebody else wrote it first

export class PolicyError extends CodedError<PolicyErrorCode> {
  override readonly name = 'PolicyError';
}

export function unknownPolicy(name: string, known: readonly string[]): PolicyError {
  return new PolicyError('policy_unknown', `no policy ${name}`, {
    kind: 'not-found',
    field: 'policy',
    expected: `one of ${known.join(', ')}`,
  });
}
