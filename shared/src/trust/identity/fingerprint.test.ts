import { assert, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex, toBase64, toHex, utf8 } from '../bytes.ts';
import { certificateSha256, fingerprintOf, normalizeFingerprint } from './fingerprint.ts';

const pem = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
const keyIds = uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);

describe('a fingerprint', () => {
  it('is the first hundred bits in four groups of five', () => {
    expect(fingerprintOf('00'.repeat(32))).toBe('00000-00000-00000-00000');
    expect(fingerprintOf('ff'.repeat(32))).toBe('ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ');
    // Bits 00001 00010 00011 00100 00101 …, worked out by hand.
    expect(fingerprintOf(`0886428${'0'.repeat(57)}`)).toBe('12345-00000-00000-00000');
  });

  it('survives being read aloud and typed', () => {
    assert(
      property(keyIds, (id) => {
        const shown = fingerprintOf(id);
        const typed = ` ${shown.toLowerCase().replaceAll('-', '  ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
        expect(normalizeFingerprint(typed)).toBe(shown);
      }),
    );
  });

  it('is another one when any of the hundred bits is', () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < 100; bit += 1) {
      const bytes = new Uint8Array(32);
      bytes[bit >> 3] = 0x80 >> (bit & 7);
      seen.add(fingerprintOf(toHex(bytes)));
    }
    expect(seen.size).toBe(100);
  });
});

describe('the hash of a certificate', () => {
  const der = Uint8Array.from({ length: 300 }, (_, i) => i % 251);
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];

  it('is over its DER, however the lines of the PEM are broken', () => {
    for (const body of [lines.join('\n'), lines.join('\r\n'), lines.join('')]) {
      expect(certificateSha256(pem(body))).toBe(sha256Hex(der));
    }
  });

  it.each(['', 'hello', pem(''), pem('%%%%'), pem('AAAA') + pem('BBBB'), toHex(utf8('x'))])(
    'of %j there is none',
    (text) => {
      expect(() => certificateSha256(text)).toThrow(expect.objectContaining({ code: 'document_malformed' }));
    },
  );
});
