import { CodedError, type ErrorOptionsWithField } from '@plumbline/shared/errors';

export type GroupErrorCode =
  | 'selector_malformed' // with the position in the text
  | 'selector_matches_nobody' // where somebody has to be there
  | 'group_unknown'
  | 'group_exists'
  | 'group_invalid' // a value of it; the field says which
  | 'group_in_use'
  | 'group_limit'
  | 'group_by_selector' // its members cannot be listed by hand
  | 'group_changed_meanwhile'
  | 'group_devices_unknown'
  | 'tags_invalid'
  | 'standing_not_published'
  | 'standing_unknown';

export class GroupError extends CodedError<GroupErrorCode> {
  override readonly name = 'GroupError';
  /** Of `selector_malformed`: the character where it went wrong, from 0. */
  readonly position: number | undefined;

  constructor(code: GroupErrorCode, message: string, options: ErrorOptionsWithField & { position?: number } = {}) {
    super(code, message, options);
    this.position = options.position;
  }
}

export function unknownGroup(name: string): GroupError {
  return new GroupError('group_unknown', `no group ${JSON.stringify(name.slice(0, 64))}`, {
    kind: 'not-found',
    field: 'group',
  });
}
