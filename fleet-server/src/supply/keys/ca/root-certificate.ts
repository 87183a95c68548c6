import { ECDSA_SHA256, HOUR_MS, randomSerial, signingKeys } from './signing-keys.ts';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.ts';

const LIFETIME_MS = 10 * 365 * 24 * HOUR_MS;

/**
 * The self-signed certificate of an enrolment CA, ten years, as PEM. It may issue leaves only.
 * @param secret P-256 scalar, 32 bytes
 * @param untilMs from when the ten years are counted, where that is not `nowMs`
 */
export async function createRootCertificate(secret: Uint8Array, nowMs: number, untilMs = nowMs): Promise<string> {
  const keys = await signingKeys(secret);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: [{ CN: ['Plumbline enrolment CA'] }],
    serialNumber: randomSerial(),
    notBefore: new Date(nowMs - HOUR_MS),
    notAfter: new Date(untilMs + LIFETIME_MS),
    signingAlgorithm: ECDSA_SHA256,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem').trim()}\n`;
}
