import { describe, expect, it } from 'vitest';
import { olpcCanonical } from './olpc-canonical.ts';
import { parseStrictJson } from './strict-json.ts';
import { utf8 } from '../bytes.ts';

const text = (value: unknown) => new TextDecoder().decode(olpcCanonical(value));

const parse = (json: string) => text(parseStrictJson(utf8(json), 'root'));

describe("the form that TUF's signatures are made over", () => {
  it.each([
    ['keys in order, without space', { b: [1, -2, true, null], a: {} }, '{"a":{},"b":[1,-2,true,null]}'],
    ['a line break as itself', { pem: 'a\nb\t' }, '{"pem":"a\nb\t"}'],
    ['nothing escaped but quotes and backslashes', 'ä"\\/\u0001😀', '"ä\\"\\\\/\u0001😀"'],
    ['keys by code point, unlike RFC 8785', { '😀': 1, '\ufb33': 2 }, '{"\ufb33":2,"😀":1}'],
    ['keys by code point, one being the beginning of another', { '😀b': 1, '😀': 2, a: 3 }, '{"a":3,"😀":2,"😀b":1}'],
    ['no member that is undefined', { a: undefined, b: 1 }, '{"b":1}'],
  ])('has %s', (_, value, expected) => {
    expect(text(value)).toBe(expected);
  });

  it('is the same for whatever order and white space a document had', () => {
    expect(parse('{ "b" : 1,\n"a":[ 2 ] }')).toBe(parse('{"a":[2],"b":1}'));
  });

  it.each([[1.5], [Number.NaN], [2 ** 53], [1n], [() => 1], [undefined], ['\ud800'], [{ '\udc00': 1 }]])(
    'does not exist for %s',
    (value) => {
      expect(() => olpcCanonical([value])).toThrow(expect.objectContaining({ code: 'document_malformed' }));
    },
  );
});
