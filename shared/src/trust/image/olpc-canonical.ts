import { utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';

const SURROGATE = /[\ud800-\udfff]/;

/**
 * The canonical form that TUF signatures are made over (OLPC Canonical JSON): keys sorted, no white space, integers
 * only, and in strings nothing escaped but `"` and `\`. It is not RFC 8785: a line break stands as itself.
 * @throws TrustError `document_malformed` for what it cannot say
 */
export function olpcCanonical(value: unknown): Uint8Array {
  const pieces: string[] = [];
  write(value, pieces);
  return utf8(pieces.join(''));
}

function write(value: unknown, pieces: string[]): void {
  if (value === null || typeof value === 'boolean') pieces.push(String(value));
  else if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TrustError('document_malformed', `${value}: not a safe integer`);
    pieces.push(String(value));
  } else if (typeof value === 'string') pieces.push(quoted(value));
  else if (Array.isArray(value)) writeList(value, pieces);
  else if (typeof value === 'object') writeObject(value as Record<string, unknown>, pieces);
  else throw new TrustError('document_malformed', `${typeof value} has no JSON form`);
}

function writeList(items: unknown[], pieces: string[]): void {
  pieces.push('[');
  items.forEach((item, i) => {
    if (i > 0) pieces.push(',');
    write(item, pieces);
  });
  pieces.push(']');
}

function writeObject(members: Record<string, unknown>, pieces: string[]): void {
  pieces.push('{');
  let first = true;
  for (const key of sorted(Object.keys(members))) {
    if (members[key] === undefined) continue;
    if (!first) pieces.push(',');
    first = false;
    pieces.push(quoted(key), ':');
    write(members[key], pieces);
  }
  pieces.push('}');
}

function quoted(text: string): string {
  // Encoding would silently put another character in its place.
  if (!text.isWellFormed()) throw new TrustError('document_malformed', 'lone surrogate');
  return `"${/[\\"]/.test(text) ? text.replaceAll(/[\\"]/g, String.raw`\$&`) : text}"`;
}

/** Python sorts by code point, JavaScript by UTF-16 unit; they differ only where surrogates meet U+E000 and above. */
function sorted(keys: string[]): string[] {
  return keys.some((key) => SURROGATE.test(key)) ? keys.toSorted(byCodePoint) : keys.toSorted();
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
