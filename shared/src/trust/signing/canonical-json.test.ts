import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../bytes.ts';
import { canonicalBytes, canonicalJson, parseCanonical } from './canonical-json.ts';

const refused = (code: string) => expect.objectContaining({ name: 'TrustError', code }) as Error;
const nested = (depth: number) => utf8('['.repeat(depth) + ']'.repeat(depth));

describe('canonical bytes', () => {
  it('parse back to the value they were made from, and are stable', () => {
    assert(
      property(jsonValue({ maxDepth: 5 }), (value) => {
        const bytes = canonicalBytes(value);
        const parsed = parseCanonical(bytes, 'test');
        // -0 is written as 0, which is the one number that does not come back.
        expect(parsed).toEqual(JSON.parse(JSON.stringify(value)));
        expect(toHex(canonicalBytes(parsed))).toBe(toHex(bytes));
      }),
    );
  });

  it('do not depend on the order in which members were added', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonicalJson(backwards(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('sort keys by UTF-16 code units, not by code points', () => {
    expect(canonicalJson({ '\u{1F600}': 1, '\uFB33': 2 })).toBe('{"\u{1F600}":1,"\uFB33":2}');
  });

  it('leave out members that are undefined', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    ['NaN', { a: Number.NaN }, '$.a'],
    ['Infinity', [Infinity], '$[0]'],
    ['a lone surrogate', { a: ['\uD800'] }, '$.a[0]'],
    ['a lone surrogate in a key', { '\uDC00': 1 }, '$'],
    ['a function', { a: () => 1 }, '$.a'],
    ['a bigint', { a: 1n }, '$.a'],
    ['undefined in a list', [undefined], '$[0]'],
  ])('are refused for %s, naming its path', (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(refused('document_malformed'));
    expect(() => canonicalJson(value)).toThrow(`${path}:`);
  });

  it('are written 64 levels deep and no deeper', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(canonicalJson(deep(64))).toHaveLength(129);
    expect(() => canonicalJson(deep(65))).toThrow(refused('document_malformed'));
  });
});

describe('parsing canonical bytes', () => {
  it.each([
    ['a duplicate key', '{"a":1,"a":1}'],
    ['a duplicate key spelt otherwise', '{"a":1,"\\u0061":1}'],
    ['white space between members', '{"a":1, "b":2}'],
    ['a line end after the document', '{"a":1}\n'],
    ['keys out of order', '{"b":1,"a":2}'],
    ['1.0', '{"a":1.0}'],
    ['1e2', '[1e2]'],
    ['-0', '[-0]'],
    ['an integer beyond double precision', '[9007199254740993]'],
    ['an escape that is not needed', '"\\u0041"'],
    ['an escaped lone surrogate in upper case', '"\\uD800"'],
  ])('refuses %s', (_, text) => {
    expect(() => parseCanonical(utf8(text), 'line')).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(not_canonical|document_malformed)$/), field: 'line' }),
    );
  });

  it.each([
    ['nothing', utf8('')],
    ['a byte order mark', Uint8Array.from([0xef, 0xbb, 0xbf, 0x31])],
    ['invalid UTF-8', Uint8Array.from([0x22, 0xff, 0x22])],
    ['an encoded surrogate', Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a cut document', utf8('{"a":')],
    ['two documents', utf8('{}{}')],
  ])('refuses %s as no JSON at all', (_, bytes) => {
    expect(() => parseCanonical(bytes, 'line')).toThrow(refused('document_malformed'));
  });

  it('refuses depth 10,000 with a coded error, not with an exhausted stack', () => {
    expect(() => parseCanonical(nested(10_000), 'line')).toThrow(refused('document_malformed'));
  });

  it('keeps `__proto__` as data and gives it no power', () => {
    const parsed = parseCanonical(utf8('{"__proto__":{"admin":true},"a":1}'), 'line') as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['__proto__', 'a']);
    expect(parsed['admin']).toBeUndefined();
    expect(canonicalJson(parsed)).toBe('{"__proto__":{"admin":true},"a":1}');
  });
});

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]): [string, unknown] => [key, backwards(member)])
      .toReversed(),
  );
}
