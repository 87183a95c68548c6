import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64Url, utf8 } from '../bytes.ts';
import { formatEnrolmentCode, parseEnrolmentCode } from './enrolment-code.ts';

const code = {
  v: 1 as const,
  url: 'https://fleet.example:8443',
  token: 'T'.repeat(32),
  rootSha256: 'ab'.repeat(32),
  caSha256: 'cd'.repeat(32),
  issuedAt: Date.UTC(2026, 5, 1),
};
const text = formatEnrolmentCode(code);
const refused = expect.objectContaining({ code: 'token_invalid', field: 'code' }) as Error;

describe('an enrolment code', () => {
  it('says the same after it was written down, white space around it included', () => {
    expect(parseEnrolmentCode(text)).toEqual(code);
    expect(parseEnrolmentCode(`\n  ${text} \t`)).toEqual(code);
  });

  it('needs no character that a form, a URL or a QR code would change', () => {
    expect(text).toMatch(/^plumbline1\.[A-Za-z0-9_-]+$/);
  });

  it('is refused wherever it was cut', () => {
    assert(
      property(integer({ min: 0, max: text.length - 1 }), (length) => {
        expect(() => parseEnrolmentCode(text.slice(0, length))).toThrow(refused);
      }),
    );
  });

  it.each([
    ['another prefix', text.replace('plumbline1', 'plumbline2')],
    ['no JSON', `plumbline1.${toBase64Url(utf8('hello'))}`],
    ['no base64', 'plumbline1.%%%%'],
    ['another version', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, v: 2 })))}`],
    ['a short token', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, token: 'short' })))}`],
    ['one member more', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, more: 1 })))}`],
    [
      'a token that could be another text',
      `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, token: 'a b\nc'.repeat(9) })))}`,
    ],
    ['no authority to pin', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, caSha256: undefined })))}`],
    ['a time that is none', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, issuedAt: '2026' })))}`],
    ['no root to pin', `plumbline1.${toBase64Url(utf8(JSON.stringify({ ...code, rootSha256: '' })))}`],
  ])('is refused with %s', (_, bad) => {
    expect(() => parseEnrolmentCode(bad)).toThrow(refused);
  });
});
