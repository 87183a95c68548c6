import { assert, dictionary, integer, letrec, oneof, property, string, array, boolean, constant } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../errors/index.ts';
import { utf8 } from '../bytes.ts';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string) => parseStrictJson(utf8(text), 'snapshot');
const refused = (code: string) => expect.objectContaining({ name: 'TrustError', code, field: 'snapshot' }) as Error;

const { value: values } = letrec((tie) => ({
  value: oneof(
    { maxDepth: 4 },
    constant(null),
    boolean(),
    integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    string({ unit: 'grapheme' }),
    array(tie('value')),
    dictionary(
      string().filter((key) => key !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
}));

describe('strict JSON', () => {
  it('is read as the platform reads it, with or without white space', () => {
    assert(
      property(values, (value) => {
        for (const indent of [undefined, 2, '\t\r\n ']) {
          const parsed = parse(` ${JSON.stringify(value, null, indent)}\n`);
          expect(JSON.stringify(parsed)).toBe(JSON.stringify(value));
        }
      }),
    );
  });

  it('knows every escape', () => {
    expect(parse(String.raw`"\"\\\/\b\f\n\r\tä😀\u0000"`)).toBe('"\\/\b\f\n\r\tä\u{1F600}\u0000');
  });

  it.each([
    ['a duplicate key', '{"a":1,"a":1}'],
    ['a duplicate key spelt otherwise', String.raw`{"a":1,"\u0061":1}`],
    ['a duplicate key far inside', '[[{"b":{"a":1,"c":2,"a":3}}]]'],
    ['`__proto__`', '{"__proto__":{"admin":true}}'],
    ['`__proto__` spelt otherwise', String.raw`{"__pr\u006fto__":1}`],
    ['a fraction', '1.5'],
    ['1.0', '1.0'],
    ['an exponent', '1e2'],
    ['1e21', '1e21'],
    ['an integer beyond 2^53', '9007199254740992'],
    ['an integer beyond -2^53', '-9007199254740992'],
    ['a million digits', '9'.repeat(1_000_000)],
    ['-0', '-0'],
    ['a leading zero', '01'],
    ['a plus', '+1'],
    ['hexadecimal', '0x10'],
    ['NaN', 'NaN'],
    ['a lone surrogate', String.raw`"\ud800"`],
    ['surrogates in the wrong order', String.raw`"\udc00\ud800"`],
    ['an unknown escape', String.raw`"\x41"`],
    ['a cut escape', String.raw`"\u00`],
    ['a line break in a string', '"a\nb"'],
    ['a NUL in a string', '"a\u0000b"'],
    ['a string without end', '"abc'],
    ['a trailing comma in a list', '[1,]'],
    ['a trailing comma in an object', '{"a":1,}'],
    ['a leading comma', '[,1]'],
    ['no comma', '[1 2]'],
    ['no colon', '{"a" 1}'],
    ['a key without quotes', '{a:1}'],
    ['a comment', '/* */ 1'],
    ['single quotes', "'a'"],
    ['two values', '{}{}'],
    ['nothing', ''],
    ['white space only', ' \n'],
    ['white space of Unicode', '\u00a01'],
    ['a byte order mark', '\ufeff1'],
    ['a list without end', '[1'],
    ['an object without end', '{"a":1'],
    ['a half word', 'tru'],
    ['a word in capitals', 'TRUE'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(refused('document_malformed'));
  });

  it.each([
    ['an invalid byte', [0x22, 0xff, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a cut character', [0x22, 0xc3]],
  ])('refuses %s as no UTF-8', (_, bytes) => {
    expect(() => parseStrictJson(Uint8Array.from(bytes), 'snapshot')).toThrow(refused('document_malformed'));
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
  ])('refuses %s 10,000 deep by its own rule, not by an exhausted stack', (open, close) => {
    expect(() => parse(`${open.repeat(10_000)}1${close.repeat(10_000)}`)).toThrow(refused('too_deep'));
    expect(() => parse(`${open.repeat(32)}1${close.repeat(32)}`)).not.toThrow();
    expect(() => parse(`${open.repeat(33)}1${close.repeat(33)}`)).toThrow(refused('too_deep'));
  });

  it('gives objects that inherit nothing', () => {
    const parsed = parse('{"constructor":1}') as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['constructor']);
    expect(parsed['toString']).toBeUndefined();
  });

  it('never throws anything but its own error, wherever a document was cut or changed', () => {
    const text = '{"signatures":[{"keyid":"ab","sig":"\\u00e4"}],"signed":{"v":[1,-20,true,null]}}';
    assert(
      property(integer({ min: 0, max: text.length - 1 }), integer({ min: 0, max: 255 }), (at, byte) => {
        for (const bytes of [utf8(text).slice(0, at), utf8(text).with(at, byte)]) {
          expect([undefined, 'document_malformed']).toContain(codeOfParsing(bytes));
        }
      }),
    );
  });
});

function codeOfParsing(bytes: Uint8Array): string | undefined {
  try {
    parseStrictJson(bytes, 'snapshot');
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
