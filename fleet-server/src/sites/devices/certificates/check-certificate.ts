import { X509Certificate } from 'node:crypto';
import { publicKeyOfJwk, type PublicKey } from '@plumbline/shared/trust';
import { DeviceError } from '../errors.ts';

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * What a client certificate must be besides what TLS has checked (chain, purpose, that the client holds the key): this
 * device's, by one of our authorities, in date, for exactly the registered key.
 * @throws DeviceError `certificate_invalid`, naming the field
 */
export function checkCertificate(
  pem: string,
  device: { id: string; site: string; publicKey: PublicKey },
  against: { cas: readonly string[]; now: number },
): void {
  const certificate = parse(pem);
  const { subject } = certificate.toLegacyObject() as { subject: Names };
  // A name that stands there twice comes as a list, which equals no text.
  if (subject.CN !== device.id) throw refuse('subject.CN', device.id);
  if (subject.O !== device.site) throw refuse('subject.O', device.site);
  const key = publicKeyOfJwk(certificate.publicKey.export({ format: 'jwk' }));
  if (key?.type !== device.publicKey.type || key.public !== device.publicKey.public) {
    throw refuse('publicKey', 'the key registered at enrolment');
  }
  const isOurs = against.cas.map(parse).some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey));
  if (certificate.ca || !isOurs) {
    throw refuse('issuer', 'an enrolment authority of this fleet');
  }
  // `keyUsage` is Node's name for the extended key usage.
  if (!certificate.keyUsage?.includes(CLIENT_AUTH)) throw refuse('extendedKeyUsage', 'clientAuth');
  if (certificate.validFromDate.getTime() > against.now) throw refuse('notBefore', 'a certificate in force');
  if (certificate.validToDate.getTime() <= against.now) throw refuse('notAfter', 'a certificate in force; renew it');
}

type Names = Partial<Record<'CN' | 'O', string | string[]>>;

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw refuse('pem', 'one X.509 certificate');
  }
}

function refuse(field: string, expected: string): DeviceError {
  return new DeviceError('certificate_invalid', `client certificate: wrong ${field}`, {
    kind: 'unauthenticated',
    field: `certificate.${field}`,
    expected,
  });
}
