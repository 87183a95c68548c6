import { TrustError } from '../errors.ts';

export type StrictJson = null | boolean | number | string | StrictJson[] | { [key: string]: StrictJson };

const MAX_DEPTH = 32;
const NUMBER = /-?(?:0|[1-9]\d*)(?![\d.eE])/y;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Parses JSON more strictly than the platform does: duplicate keys, `__proto__`, numbers that are no safe integers, lone
 * surrogates, invalid UTF-8, a byte order mark and nesting deeper than 32 are refused. One pass, linear in the length.
 * @param role of the document, for the error
 * @throws TrustError `document_malformed` or `too_deep`, naming the place
 */
export function parseStrictJson(bytes: Uint8Array, role: string): StrictJson {
  const text = decode(bytes, role);
  let at = 0;

  const fail = (why: string, code: 'document_malformed' | 'too_deep' = 'document_malformed') =>
    new TrustError(code, `${role}: ${why} at character ${at}`, role, 'strict JSON');
  const skipSpace = () => {
    while (SPACES.has(text.charCodeAt(at))) at += 1;
  };
  const expect = (character: string) => {
    if (text[at] !== character) throw fail(`expected ${character}`);
    at += 1;
  };

  const value = (depth: number): StrictJson => {
    if (depth > MAX_DEPTH) throw fail(`nested deeper than ${MAX_DEPTH}`, 'too_deep');
    switch (text[at]) {
      case '{':
        return object(depth);
      case '[':
        return list(depth);
      case '"':
        return string();
      case 't':
        return word('true', true);
      case 'f':
        return word('false', false);
      case 'n':
        return word('null', null);
      default:
        return integer();
    }
  };
  const word = <T extends StrictJson>(spelling: string, means: T): T => {
    if (!text.startsWith(spelling, at)) throw fail('no JSON value');
    at += spelling.length;
    return means;
  };
  const integer = (): number => {
    NUMBER.lastIndex = at;
    const digits = NUMBER.exec(text)?.[0] ?? '';
    const number = Number(digits);
    if (digits === '' || !Number.isSafeInteger(number) || Object.is(number, -0)) throw fail('not a safe integer');
    at += digits.length;
    return number;
  };
  const string = (): string => {
    expect('"');
    const pieces: string[] = [];
    for (;;) {
      pieces.push(plain());
      if (text[at] === '"') break;
      if (text[at] !== '\\') throw fail('unfinished string');
      pieces.push(escape());
    }
    at += 1;
    const whole = pieces.join('');
    if (!whole.isWellFormed()) throw fail('lone surrogate');
    return whole;
  };
  /** Up to a quote, an escape or a control character. */
  const plain = (): string => {
    const start = at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (!(code >= 0x20) || code === QUOTE || code === BACKSLASH) return text.slice(start, at);
      at += 1;
    }
  };
  const escape = (): string => {
    const letter = text[at + 1] ?? '';
    if (letter === 'u') {
      const hex = text.slice(at + 2, at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw fail('bad escape');
      at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const means = ESCAPES[letter];
    if (means === undefined) throw fail('bad escape');
    at += 2;
    return means;
  };
  const list = (depth: number): StrictJson[] => {
    const items: StrictJson[] = [];
    for (at += 1, skipSpace(); text[at] !== ']'; skipSpace()) {
      if (items.length > 0) {
        expect(',');
        skipSpace();
      }
      items.push(value(depth + 1));
      skipSpace();
      if (text[at] !== ',' && text[at] !== ']') throw fail('expected , or ]');
    }
    at += 1;
    return items;
  };
  const object = (depth: number): { [key: string]: StrictJson } => {
    // Without a prototype no key finds what the document did not say.
    const members = Object.create(null) as { [key: string]: StrictJson };
    let count = 0;
    for (at += 1, skipSpace(); text[at] !== '}'; skipSpace()) {
      if (count > 0) {
        expect(',');
        skipSpace();
      }
      const key = string();
      // Harmless here, but not to everything that copies members further on.
      if (key === '__proto__') throw fail('key "__proto__"');
      if (Object.hasOwn(members, key)) throw fail(`key ${JSON.stringify(key.slice(0, 64))} twice`);
      skipSpace();
      expect(':');
      skipSpace();
      members[key] = value(depth + 1);
      count += 1;
      skipSpace();
      if (text[at] !== ',' && text[at] !== '}') throw fail('expected , or }');
    }
    at += 1;
    return members;
  };

  skipSpace();
  const parsed = value(0);
  skipSpace();
  if (at !== text.length) throw fail('something after the end');
  return parsed;
}

function decode(bytes: Uint8Array, role: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new TrustError('document_malformed', `${role}: not UTF-8 (${String(cause)})`, role, 'UTF-8');
  }
}
