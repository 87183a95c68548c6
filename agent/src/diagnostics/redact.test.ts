import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTED, redact, redactText } from './redact.ts';

const HASH = 'ab12'.repeat(16);
/** What must never leave: as somebody could plant it, with the letters by which it would be found again. */
const SECRETS: readonly [string, string, string][] = [
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIPlanted\n-----END PRIVATE KEY-----', 'Planted'],
  ['a key that was cut', 'key: -----BEGIN EC PRIVATE KEY-----\nMHcPlanted', 'Planted'],
  ['a JSON web token', 'got eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJnMSJ9.UGxhbnRlZA-_x9Zb2c', 'eyJ'],
  ['a user in an address', 'via http://ana:hunter2@proxy.site:3128/ok', 'hunter2'],
  ['a query', 'GET https://fleet/x?token=abc123&site=1', 'abc123'],
  ['an e-mail address', 'mail ana.perez@builder.example now', 'perez'],
  ['an enrolment code', 'enrol plumbline1.c2VjcmV0', 'c2VjcmV0'],
  ['a bearer', 'Authorization: Bearer s3cr3t', 's3cr3t'],
  ['a password in words', 'password=hunter2 refused', 'hunter2'],
  ['hex of a key', `derived ${'9f'.repeat(16)} from it`, '9f9f'],
  ['base64 of a key', 'k = q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ', 'q83v'],
  ['a quoted value', 'expected a number, got "Juan"', 'Juan'],
  ['a value of a record', 'records[3].values.crew: 12.75 is above 10 for Juan', '12.75'],
];

const FIELDS: readonly string[] = [
  'actor',
  'pem',
  'cas',
  'token',
  'privateKey',
  'apiKey',
  'operatorToken',
  'PASSWORD',
  'values',
  'records',
  'activity',
  'score',
  'label',
];

describe('a text that leaves the site', () => {
  it.each(SECRETS)('loses %s', (_, text, planted) => {
    expect(redactText(text)).not.toContain(planted);
    expect(JSON.stringify(redact({ events: [{ details: { message: text } }] }))).not.toContain(planted);
    expect(JSON.stringify(redact({ [text]: 1 }))).not.toContain(planted);
  });

  it('loses it wherever it stands', () => {
    const around = fc.stringMatching(/^[a-z ]{0,20}$/);
    fc.assert(
      fc.property(fc.constantFrom(...SECRETS), around, around, ([, text, planted], before, after) => {
        expect(redactText(`${before} ${text} ${after}`)).not.toContain(planted);
      }),
    );
  });

  it.each([
    'link_refused',
    'the certificate of this device is not accepted',
    'certificate_expired',
    'connect ECONNREFUSED 10.0.0.7:8883',
    'model_unloadable: no such operator set',
    'installs-wait-for-a-fresh-timestamp',
  ])('keeps what helps: %s', (text) => expect(redactText(text)).toBe(text));
});

describe('a value that leaves the site', () => {
  it.each(FIELDS)('loses what stands in %s, at any depth', (name) => {
    expect(redact({ a: [{ [name]: { b: 'Planted' } }] })).toEqual({ a: [{ [name]: REDACTED }] });
  });

  it('keeps hashes by their name, numbers, flags and codes', () => {
    const value = { sha256: HASH, rootSha256: HASH, waiting: 3, connected: false, state: 'proving', reason: null };
    expect(redact(value)).toEqual(value);
    expect(redact({ detail: HASH, sha256: 'no hash: q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ' })).toEqual({
      detail: REDACTED,
      sha256: `no hash: ${REDACTED}`,
    });
  });
});
