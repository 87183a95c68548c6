import { fromBase64, fromHex, sha256Hex } from '../bytes.ts';
import { TrustError } from '../errors.ts';

/** Crockford's base 32: nothing in it is mistaken for another when read aloud. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/**
 * A key id as two people compare it: its first 100 bits as four groups of five. Nobody finds a second key for it.
 *
 * @example fingerprintOf(keyId(key)) // '4TQ8Z-9F0KM-X2A7C-VB51N'
 */
export function fingerprintOf(keyIdHex: string): string {
  const bits = [...fromHex(keyIdHex)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = Array.from(
    { length: GROUPS * GROUP_LENGTH },
    (_, i) => ALPHABET[parseInt(bits.slice(i * 5, i * 5 + 5), 2)],
  );
  return Array.from({ length: GROUPS }, (_, i) =>
    letters.slice(i * GROUP_LENGTH, (i + 1) * GROUP_LENGTH).join(''),
  ).join('-');
}

/** What a person typed, as `fingerprintOf` writes it; O, I and L are read as the digits they look like. */
export function normalizeFingerprint(text: string): string {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return letters.match(/.{1,5}/g)?.join('-') ?? '';
}

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END CERTIFICATE-----\s*$/;

/**
 * SHA-256 over the DER of one certificate, lower-case hex: what an enrolment code pins.
 * @throws TrustError `document_malformed` when the text is not one certificate
 */
export function certificateSha256(pem: string): string {
  try {
    const body = PEM.exec(pem.trim())?.[1]?.replaceAll(/\s/g, '');
    if (body !== undefined) return sha256Hex(fromBase64(body));
  } catch {
    // Falls through: base64 that is none.
  }
  throw new TrustError('document_malformed', 'not a certificate', 'certificate', 'one PEM certificate');
}
