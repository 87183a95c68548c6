import { X509Certificate } from 'node:crypto';
import { certificateShown, publicKeyOfJwk, verifyConnectToken } from '@plumbline/shared/trust';
import { NodeAgentError } from '../errors.ts';

/** What another device of the site is judged by. */
export interface SiteTrust {
  site: string;
  /** Authorities of the fleet, PEM. */
  cas: readonly string[];
  /** ms: the clock, or the newest signed time where that is later. */
  now: number;
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** As the server allows between its clock and a device's. */
const CLOCK_TOLERANCE_MS = 300_000;

type Names = Partial<Record<'CN' | 'O', string | string[]>>;

/**
 * A device of this site: it shows its certificate and signs, for these two minutes, that it holds the key. Nobody on the
 * site keeps a list: that it was revoked meanwhile shows when its certificate ends.
 * @returns its name
 * @throws NodeAgentError `token_unknown`, naming what is wrong
 */
export function siteDeviceOf(token: string, { site, cas, now }: SiteTrust): string {
  const certificate = shown(token);
  if (certificate === undefined) throw refuse('certificate');
  const isOurs = cas
    .map((pem) => new X509Certificate(pem))
    .some((ca) => ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
  if (certificate.ca || !isOurs) throw refuse('issuer');
  // `keyUsage` is Node's name for the extended key usage.
  if (!certificate.keyUsage?.includes(CLIENT_AUTH)) throw refuse('extendedKeyUsage');
  const { subject } = certificate.toLegacyObject() as { subject: Names };
  if (subject.O !== site) throw refuse('subject.O');
  if (!(certificate.validToDate.getTime() > now)) throw refuse('notAfter');
  const key = publicKeyOfJwk(certificate.publicKey.export({ format: 'jwk' }));
  if (key === undefined || typeof subject.CN !== 'string') throw refuse('publicKey');
  const expected = { site, device: subject.CN, nowMs: now, toleranceMs: CLOCK_TOLERANCE_MS };
  verifyConnectToken(token, key, { ...expected, aud: 'plumbline-site' });
  return subject.CN;
}

function shown(token: string): X509Certificate | undefined {
  const der = certificateShown(token);
  try {
    return der === undefined ? undefined : new X509Certificate(Buffer.from(der, 'base64'));
  } catch {
    return undefined;
  }
}

function refuse(field: string): NodeAgentError {
  return new NodeAgentError('token_unknown', `not a device of this site: ${field}`, {
    kind: 'unauthenticated',
    field: `Authorization.${field}`,
    expected: 'Authorization: Device TOKEN, by the key of a device of this site',
  });
}
