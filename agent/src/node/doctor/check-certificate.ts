import { X509Certificate } from 'node:crypto';
import { failed, ok, skipped, type Step } from './step.ts';
import type { Subject } from './subject.ts';

/** The device's own certificate: it is of the device key, by a pinned authority, and has not ended. */
export function checkCertificate({ trust, key }: Pick<Subject, 'trust' | 'key'>, now: number): Step {
  if (trust.certificate === undefined) return skipped('certificate', 'this device has no certificate');
  const [certificate, ...authorities] = [trust.certificate, ...trust.cas].map(readCertificate);
  if (certificate === undefined || authorities.includes(undefined)) {
    const which = certificate === undefined ? 'the certificate of this device' : 'a pinned authority';
    return failed('certificate', 'certificate_unusable', `${which} cannot be read: enrol this device anew`);
  }
  const ends = certificate.validToDate;
  if (key !== undefined && !certificate.checkPrivateKey(key)) {
    return failed('certificate', 'certificate_unusable', 'the certificate of this device is not of its key');
  }
  if (!authorities.some((ca) => ca !== undefined && certificate.verify(ca.publicKey))) {
    return failed('certificate', 'certificate_unusable', 'the certificate of this device is not by a pinned authority');
  }
  if (ends.getTime() <= Math.max(now, trust.timeFloor)) {
    const says = `the certificate of this device ended ${ends.toISOString()}; renewal will be tried`;
    return failed('certificate', 'certificate_expired', says, 'unavailable');
  }
  return ok('certificate', `the certificate of this device is good until ${ends.toISOString()}`);
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
