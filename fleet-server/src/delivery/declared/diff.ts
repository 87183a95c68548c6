import type { FieldChange, Path } from './document.ts';

/** Two spellings of one value: as a person wrote it, and what it means with every default filled in. */
export interface Spelled {
  written: unknown;
  meaning: unknown;
}

/**
 * Where two values mean something different, each place shown as it was written. Lists of words are sets: what joined
 * and what left is told, not who stands where.
 */
export function diffSpelled(before: Spelled, after: Spelled): FieldChange[] {
  return placesThatDiffer(before.meaning, after.meaning, []).flatMap(({ path, left, joined }) => {
    const field = path.join('.');
    if (left !== undefined && joined !== undefined) {
      return [...left.map((from) => ({ field, from })), ...joined.map((to) => ({ field, to }))];
    }
    return [{ field, ...valueAt('from', before, path), ...valueAt('to', after, path) }];
  });
}

interface Place {
  path: Path;
  /** Of a list of words. */
  left?: unknown[];
  joined?: unknown[];
}

function placesThatDiffer(before: unknown, after: unknown, path: Path): Place[] {
  if (isWords(before) && isWords(after)) {
    const left = before.filter((word) => !after.includes(word));
    const joined = after.filter((word) => !before.includes(word));
    return left.length + joined.length === 0 ? [] : [{ path, left, joined }];
  }
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    return Object.is(before, after) ? [] : [{ path }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => placesThatDiffer(at(before, key), at(after, key), [...path, key]));
}

function valueAt<Key extends 'from' | 'to'>(key: Key, spelled: Spelled, path: Path): Partial<Record<Key, unknown>> {
  const value = follow(spelled.written, path) ?? follow(spelled.meaning, path);
  return (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, unknown>>;
}

function follow(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (isTree(inner) ? at(inner, String(key)) : undefined), value);
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}

/** Own keys only: a document may well name one `constructor`. */
function at(tree: object, key: string): unknown {
  return Object.hasOwn(tree, key) ? (tree as Record<string, unknown>)[key] : undefined;
}
