import { CodedError } from '@plumbline/shared/errors';

export type DeclaredErrorCode =
  | 'declared_malformed' // a document says something its schema does not take
  | 'declared_twice' // two documents of one kind and name
  | 'declared_file_unreadable' // no YAML, or more of it than is taken
  | 'declared_refused' // something is wrong; nothing was applied
  | 'declared_partly_applied' // what came before is in force; applying again goes on
  | 'rollout_started' // a changed plan for what is under way or has been
  | 'schema_unknown';

export class DeclaredError extends CodedError<DeclaredErrorCode> {
  override readonly name = 'DeclaredError';
}
