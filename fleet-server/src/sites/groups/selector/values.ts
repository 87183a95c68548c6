import { name } from '@plumbline/shared/trust';
import { valid } from 'semver';
import { FIELDS, typeOf, type Field, type FieldName } from './fields.ts';
import { malformed, shown, suggestion } from './malformed.ts';
import type { Token } from './tokens.ts';
import type { Operator, Value } from './tree.ts';

/** From the largest, so that an age is printed in the first that divides it. */
export const UNITS = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Groups a selector may name: lists only, so that groups never lead back to themselves. */
export type KnownGroups = ReadonlyMap<string, 'list' | 'selector'>;

const MAX_TEXT = 128;

export interface Place {
  field: FieldName;
  line: string | undefined;
  operator: Operator;
  groups: KnownGroups | undefined;
}

/** One value as its field understands it. @throws GroupError `selector_malformed` */
export function readValue(place: Place, token: Token): Value {
  const { field, line } = place;
  switch (typeOf(field, line)) {
    case 'yes-no':
      if (token.text === 'true' || token.text === 'false') return token.text === 'true';
      throw malformed(token.at, `${field} is yes or no, not ${shown(token.text)}`, 'true or false');
    case 'age':
      return readAge(field, token);
    case 'version':
      return readVersion(field, token.text, token.at);
    default:
      return readText(place, token);
  }
}

function readAge(field: string, { text, at }: Token): number {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text) ?? [];
  const found = UNITS.find(([known]) => known === unit);
  if (digits !== undefined && found !== undefined) return Number.parseInt(digits, 10) * found[1];
  throw malformed(at, `${field} is an age, not ${shown(text)}`, 'a whole number and a unit, such as 15m, 24h or 2d');
}

/** `1` and `1.2` mean `1.0.0` and `1.2.0`. */
function readVersion(what: string, text: string, at: number): string {
  const short = /^\d{1,9}(\.\d{1,9})?$/.test(text);
  const whole = short ? `${text}${text.includes('.') ? '.0' : '.0.0'}` : text;
  const read = /^\d/.test(text) ? valid(whole) : null;
  if (read !== null) return read;
  throw malformed(at, `${what} is compared with a version, not ${shown(text)}`, 'a version, such as 0.3 or 1.2.0');
}

function readText({ field, operator, groups }: Place, token: Token): string {
  const { text, at } = token;
  if (text.length > MAX_TEXT) throw malformed(at, 'a text that is too long', `at most ${MAX_TEXT} characters`);
  if (operator === '~') return text;
  if (token.kind === 'word' && /[*?]/.test(text)) {
    throw malformed(at, `${shown(text)} is a pattern`, `${field} ~ for a pattern, or quotes to take it as it stands`);
  }
  if (field === 'runs') return readRuns(text, at);
  const { values }: Field = FIELDS[field];
  if (values !== undefined && !values.includes(text)) {
    throw malformed(at, `no ${field} is called ${shown(text)}${suggestion(text, values)}`, values.join(', '));
  }
  if (field === 'group' && groups !== undefined) refuseOtherGroups(groups, text, at);
  return text;
}

function readRuns(text: string, at: number): string {
  const [line = '', version, ...rest] = text.split('@');
  if (!name.safeParse(line).success || rest.length > 0) {
    throw malformed(at, `runs is compared with a model, not ${shown(text)}`, 'LINE@VERSION, or LINE for any version');
  }
  return version === undefined ? line : `${line}@${readVersion('runs', version, at)}`;
}

function refuseOtherGroups(groups: KnownGroups, text: string, at: number): void {
  const lists = [...groups].filter(([, kind]) => kind === 'list').map(([group]) => group);
  if (lists.includes(text)) return;
  const what = groups.has(text)
    ? `the group ${shown(text)} is a selector itself`
    : `no group is called ${shown(text)}${suggestion(text, lists)}`;
  throw malformed(
    at,
    what,
    lists.length === 0 ? 'a group that is a list; there is none' : lists.slice(0, 20).join(', '),
  );
}
