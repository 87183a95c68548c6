import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { LinkError, type LinkErrorCode } from '../../ports/index.ts';

/** Whom a device believes: the authorities it holds, or, until it holds one, the hash of one (SHA-256 of the DER). */
export type Pin = { cas: readonly string[] } | { caSha256: string };

/** ms. The time that counts is the later of the two: a floor was signed, a clock may have lost its battery. */
export interface TrustedTime {
  clock: number;
  floor: number;
}

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);
const MIN_RSA_BITS = 2048;
const CLOCK_TOLERANCE_MS = 24 * 3_600_000;
const MAX_CHAIN = 8;

/**
 * The server certificate, judged by what was pinned and by signed time, never by the authorities of the system.
 * An authority itself is believed because it is pinned; its dates are not asked (RFC 5280 §6.1.1 d).
 * @param leaf as the handshake brought it, its issuers attached
 * @returns the authority that vouches, as PEM
 * @throws LinkError `tls_intercepted`, `certificate_unusable`, `certificate_wrong_name`, `clock_suspect`, `certificate_expired`
 */
export function verifyServer(leaf: X509Certificate, host: string, pin: Pin, time: TrustedTime): string {
  const authority = issuerAmong(leaf, pin);
  if (authority === undefined) {
    const seen = oneLine(leaf.issuer) || 'somebody without a name';
    throw refuse('tls_intercepted', `${host}: the certificate was issued by ${seen}, not by our authority`, {
      field: 'issuer',
      expected: 'the enrolment authority this device has pinned; a proxy on the way may be reading along',
    });
  }
  checkUse(leaf, host);
  checkName(leaf, host);
  checkDates(leaf, host, time);
  return authority.toString();
}

function issuerAmong(leaf: X509Certificate, pin: Pin): X509Certificate | undefined {
  const pinned = 'cas' in pin ? pin.cas.map((pem) => new X509Certificate(pem)) : sentWith(leaf, pin.caSha256);
  return pinned.find((ca) => ca.ca && leaf.checkIssued(ca) && leaf.verify(ca.publicKey));
}

function sentWith(leaf: X509Certificate, caSha256: string): X509Certificate[] {
  let next: X509Certificate | undefined = leaf.issuerCertificate;
  for (let depth = 0; next !== undefined && depth < MAX_CHAIN; depth += 1, next = next.issuerCertificate) {
    if (createHash('sha256').update(next.raw).digest('hex') === caSha256) return [next];
  }
  return [];
}

function checkUse(leaf: X509Certificate, host: string): void {
  if (leaf.ca) throw refuse('certificate_unusable', `${host}: shows the certificate of an authority`, { field: 'ca' });
  // `keyUsage` is Node's name for the extended key usage.
  if (!leaf.keyUsage?.includes(SERVER_AUTH)) {
    throw refuse('certificate_unusable', `${host}: the certificate is not one of a server`, {
      field: 'extendedKeyUsage',
      expected: 'serverAuth',
    });
  }
  if (!isStrong(leaf.publicKey)) {
    throw refuse('certificate_unusable', `${host}: the key of the server is too weak`, {
      field: 'publicKey',
      expected: `Ed25519, P-256 or stronger, or RSA of ${MIN_RSA_BITS} bits and more`,
    });
  }
}

function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
  if (asymmetricKeyType === 'ec') return CURVES.has(asymmetricKeyDetails?.namedCurve ?? '');
  return asymmetricKeyType === 'ed25519';
}

function checkName(leaf: X509Certificate, host: string): void {
  const match = isIP(host) === 0 ? leaf.checkHost(host, { subject: 'never' }) : leaf.checkIP(host);
  if (match !== undefined) return;
  const names = leaf.subjectAltName ?? 'no name at all';
  throw refuse('certificate_wrong_name', `${host}: the certificate is for ${names}`, {
    field: 'subjectAltName',
    expected: host,
  });
}

/** A clock behind signed time is known to be wrong, so it is not asked whether a certificate has begun. */
function checkDates(leaf: X509Certificate, host: string, { clock, floor }: TrustedTime): void {
  const now = Math.max(clock, floor);
  const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
  // A date that cannot be read is NaN, and must not pass either.
  if (!(to > now)) {
    throw refuse('certificate_expired', `${host}: the certificate ended ${iso(to)}, and it is ${iso(now)}`, {
      field: 'notAfter',
      expected: `after ${iso(now)}`,
    });
  }
  if (clock >= floor && !(from <= now + CLOCK_TOLERANCE_MS)) {
    throw refuse('clock_suspect', `${host}: the certificate begins ${iso(from)}, and the clock says ${iso(now)}`, {
      field: 'clock',
      expected: `a clock that is right; ${iso(from)} has passed`,
    });
  }
}

function refuse(code: LinkErrorCode, message: string, about: { field: string; expected?: string }): LinkError {
  return new LinkError(code, message, { kind: 'refused', ...about });
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function iso(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : 'never';
}
