import * as fc from 'fast-check';
import {
  FIELD_NAMES,
  FIELDS,
  OPERATORS_OF,
  type FieldName,
  type InventoryRow,
  type Selector,
} from '../selector/index.ts';
import { typeOf } from '../selector/fields.ts';
import type { Comparison, Operator, Value } from '../selector/tree.ts';

/** Few of each, so that random rows and random selectors meet. */
const LINES = ['delay', 'iris'];
const WORDS = ['north', 'north-1', 'south', 'a b', 'say "and"', 'back\\slash', 'Zürich', 'in', ''];
const VERSIONS = ['0.1.0', '0.3.0', '0.3.1', '1.0.0', '1.0.0-beta.1', '1.2.0'];
const PATTERNS = ['*', 'north*', '*1', 'no?th', 'delay@1.*', '', '?*'];
const AGES_MS = [0, 1, 59_000, 3_600_000, 86_400_000, 7 * 86_400_000];
const NOW = 30 * 86_400_000;

export const now = NOW;

const word = fc.constantFrom(...WORDS);
const version = fc.constantFrom(...VERSIONS);
const at = fc.constantFrom(...AGES_MS).map((ageMs) => NOW - ageMs);

/** A device with a little of everything. */
export const randomRow: fc.Arbitrary<InventoryRow> = fc.record({
  id: word,
  site: word,
  region: word,
  zone: word,
  profile: fc.constantFrom(...FIELDS.profile.values),
  kind: fc.constantFrom('gateway' as const, 'tablet' as const, undefined),
  tags: fc.uniqueArray(word),
  groups: fc.uniqueArray(word),
  agent: fc.oneof(version, fc.constant('not a version')),
  online: fc.boolean(),
  standing: fc.constantFrom(...FIELDS.standing.values),
  lastSeenAt: fc.option(at),
  enrolledAt: at,
  lines: fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom(...LINES),
        fc.record({ version: fc.option(version, { nil: undefined }), state: fc.constantFrom(...FIELDS.state.values) }),
      ),
      { selector: ([line]) => line },
    )
    .map((lines) => new Map(lines)),
  metadata: fc.constantFrom('fresh' as const, 'stale' as const, undefined),
});

const comparison: fc.Arbitrary<Selector> = fc
  .constantFrom(...FIELD_NAMES)
  .chain((field) =>
    lineOf(field).chain((line) =>
      fc
        .constantFrom(...OPERATORS_OF[typeOf(field, line)])
        .chain((operator) =>
          valuesOf(field, line, operator).map((values): Comparison => ({ type: 'is', field, line, operator, values })),
        ),
    ),
  );

function lineOf(field: FieldName): fc.Arbitrary<string | undefined> {
  if (field === 'state') return fc.constantFrom(...LINES);
  return field === 'runs' ? fc.constantFrom(undefined, ...LINES) : fc.constant(undefined);
}

function valuesOf(field: FieldName, line: string | undefined, operator: Operator): fc.Arbitrary<Value[]> {
  const one = valueOf(field, line, operator);
  return operator === 'in' || operator === 'not in'
    ? fc.array(one, { minLength: 1, maxLength: 3 })
    : one.map((value) => [value]);
}

function valueOf(field: FieldName, line: string | undefined, operator: Operator): fc.Arbitrary<Value> {
  const type = typeOf(field, line);
  if (type === 'version') return version;
  if (type === 'age') return fc.oneof(fc.constantFrom(...AGES_MS), fc.nat({ max: 1e9 }));
  if (type === 'yes-no') return fc.boolean();
  if (operator === '~') return fc.constantFrom(...PATTERNS);
  if (field === 'runs')
    return fc.oneof(
      fc.constantFrom(...LINES),
      version.map((one) => `delay@${one}`),
    );
  const { values } = FIELDS[field] as { values?: readonly string[] };
  return values === undefined ? word : fc.constantFrom(...values);
}

/** A selector of any shape that could have been read, a few levels deep. */
export const randomSelector: fc.Arbitrary<Selector> = fc.letrec<{ selector: Selector }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    comparison,
    fc.record({ type: fc.constant('not' as const), of: tie('selector') }),
    fc.record({
      type: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('selector'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).selector;
