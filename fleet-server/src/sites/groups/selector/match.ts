import { parse, type SemVer } from 'semver';
import { FIELDS, typeOf } from './fields.ts';
import { createGlob } from './glob.ts';
import type { InventoryRow } from './row.ts';
import type { Comparison, Operator, Selector } from './tree.ts';

type Matches = (row: InventoryRow) => boolean;

/**
 * The selector as a question to one device. Where a device has nothing to compare, a comparison is false; `!=` and
 * `not in` always mean the opposite of `=` and `in`.
 * @param now ms, what ages are counted to
 */
export function createMatcher(selector: Selector, now: number): Matches {
  if (selector.type === 'is') return compare(selector, now);
  if (selector.type === 'not') return negate(createMatcher(selector.of, now));
  const parts = selector.of.map((one) => createMatcher(one, now));
  return selector.type === 'all'
    ? (row) => parts.every((matches) => matches(row))
    : (row) => parts.some((matches) => matches(row));
}

function negate(matches: Matches): Matches {
  return (row) => !matches(row);
}

function compare(comparison: Comparison, now: number): Matches {
  const { operator } = comparison;
  if (operator === '!=') return negate(compare({ ...comparison, operator: '=' }, now));
  if (operator === 'not in') return negate(compare({ ...comparison, operator: 'in' }, now));
  switch (typeOf(comparison.field, comparison.line)) {
    case 'yes-no':
      return (row) => row.online === comparison.values[0];
    case 'age':
      return compareAge(comparison, now);
    case 'version':
      return compareVersion(comparison);
    default:
      return compareTexts(comparison);
  }
}

function compareAge({ field, operator, values }: Comparison, now: number): Matches {
  const limitMs = Number(values[0]);
  return (row) => {
    const at = field === 'enrolled' ? row.enrolledAt : row.lastSeenAt;
    // A clock that was set back does not make anybody heard in the future.
    const ageMs = at === null ? Infinity : Math.max(0, now - at);
    return holds(operator, ageMs - limitMs);
  };
}

function compareVersion({ line, operator, values }: Comparison): Matches {
  const wanted = values.flatMap((value) => parse(String(value)) ?? []);
  const versionOf = (row: InventoryRow) => (line === undefined ? row.agent : row.lines.get(line)?.version);
  const known = new Map<string, SemVer | null>();
  return (row) => {
    const text = versionOf(row);
    if (text === undefined) return false;
    let version = known.get(text);
    if (version === undefined) known.set(text, (version = parse(text)));
    return version !== null && wanted.some((one) => holds(operator, version.compare(one)));
  };
}

/** @param difference left side less right side */
function holds(operator: Operator, difference: number): boolean {
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return difference === 0;
  }
}

function compareTexts({ field, line, operator, values }: Comparison): Matches {
  const wanted = new Set(values.map(String));
  const glob = operator === '~' ? createGlob([...wanted].join('')) : undefined;
  const isWanted = glob ?? ((text: string) => wanted.has(text));
  if (field === 'runs') return (row) => runs(row, isWanted, glob === undefined);
  if (FIELDS[field].type === 'set') return (row) => (field === 'tag' ? row.tags : row.groups).some(isWanted);
  return (row) => {
    const text = textOf(row, field, line);
    return text !== undefined && isWanted(text);
  };
}

function runs({ lines }: InventoryRow, isWanted: (text: string) => boolean, anyVersion: boolean): boolean {
  for (const [line, { version }] of lines) {
    if (version === undefined) continue;
    if (isWanted(`${line}@${version}`) || (anyVersion && isWanted(line))) return true;
  }
  return false;
}

function textOf(row: InventoryRow, field: Comparison['field'], line: string | undefined): string | undefined {
  switch (field) {
    case 'id':
    case 'site':
    case 'region':
    case 'zone':
    case 'profile':
    case 'kind':
    case 'standing':
    case 'metadata':
      return row[field];
    case 'state':
      return row.lines.get(line ?? '')?.state;
    default:
      return undefined;
  }
}
