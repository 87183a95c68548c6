import { profileIds } from '@plumbline/firmware-profiles';
import { updateState } from '@plumbline/shared/update';
import type { Operator } from './tree.ts';

/** `set`: a device has any number of them. `age`: how long ago, against a duration. */
export type FieldType = 'text' | 'set' | 'version' | 'age' | 'yes-no';

export interface Field {
  type: FieldType;
  /** What may stand there at all. */
  values?: readonly string[];
  says: string;
}

/** In the order of the documentation. */
export const FIELDS = {
  id: { type: 'text', says: 'name of the device' },
  site: { type: 'text', says: 'its site' },
  region: { type: 'text', says: 'region of its site; empty where none was written' },
  zone: { type: 'text', says: 'time zone of its site' },
  profile: { type: 'text', values: profileIds, says: 'its firmware profile' },
  kind: { type: 'text', values: ['gateway', 'tablet'], says: 'what its firmware profile is made for' },
  tag: { type: 'set', says: 'its tags' },
  group: { type: 'set', says: 'the lists it stands on' },
  agent: { type: 'version', says: 'version of its agent' },
  online: { type: 'yes-no', says: 'whether it is connected now' },
  standing: { type: 'text', values: ['active', 'quarantined', 'revoked'], says: 'whether it may speak' },
  lastSeen: { type: 'age', says: 'how long ago it was heard; never is infinitely long' },
  enrolled: { type: 'age', says: 'how long ago it was enrolled' },
  runs: { type: 'set', says: 'models it runs, as LINE@VERSION, or LINE for any version' },
  metadata: { type: 'text', values: ['fresh', 'stale'], says: 'whether it lives on old metadata' },
  state: { type: 'text', values: updateState.options, says: 'state of the update of a line' },
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as FieldName[];

export const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['=', '!=', 'in', 'not in', '~'],
  set: ['=', '!=', 'in', 'not in', '~'],
  version: ['=', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  age: ['<', '<=', '>', '>='],
  'yes-no': ['=', '!='],
};

/** Of `runs(LINE)` and `state(LINE)` the line is the argument; every other field has none. */
export function typeOf(field: FieldName, line: string | undefined): FieldType {
  return field === 'runs' && line !== undefined ? 'version' : FIELDS[field].type;
}

/** Whether the field takes a line in brackets. */
export function argumentOf(field: FieldName): 'none' | 'optional' | 'required' {
  if (field === 'state') return 'required';
  return field === 'runs' ? 'optional' : 'none';
}
