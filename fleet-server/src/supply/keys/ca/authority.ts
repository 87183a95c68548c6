import { X509Certificate as NodeCertificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { PublicKey } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { spkiOf } from './spki.ts';
import { ECDSA_SHA256, HOUR_MS, randomSerial, signingKeys } from './signing-keys.ts';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  type JsonName,
} from './x509.ts';

const DAY_MS = 24 * HOUR_MS;
const DEVICE_LIFETIME_MS = 30 * DAY_MS;
const SERVER_LIFETIME_MS = 90 * DAY_MS;

export interface Issued {
  /** The certificate alone, without its CA. */
  pem: string;
  /** 32 hex digits. */
  serial: string;
  /** Milliseconds since 1970, on a whole second. */
  notAfter: number;
}

/** Issues leaf certificates of two kinds, and nothing else. */
export interface Authority {
  device(input: { site: string; device: string; publicKey: PublicKey; now: number }): Promise<Issued>;
  server(input: { names: string[]; publicKey: PublicKey; now: number }): Promise<Issued>;
}

/**
 * @param secret P-256 scalar of the CA; @param caPem its certificate
 * @throws KeyError `keys_disagree` when the certificate is of another key, `keys_malformed` when it is none.
 */
export async function createAuthority(secret: Uint8Array, caPem: string): Promise<Authority> {
  const keys = await signingKeys(secret);
  const ca = readCa(caPem);
  const ours = Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey));
  if (!ours.equals(new Uint8Array(ca.publicKey.rawData))) {
    throw new KeyError('keys_disagree', 'ca.pem is not the certificate of signer/ca.json', { field: 'ca.pem' });
  }
  const issue = async (subject: JsonName, leaf: Leaf): Promise<Issued> => {
    // A device whose clock runs behind must still find its certificate begun.
    const from = leaf.now - HOUR_MS;
    const notAfter = Math.floor((leaf.now + leaf.lifetimeMs) / 1000) * 1000;
    const made = await X509CertificateGenerator.create({
      subject,
      issuer: ca.subjectName,
      publicKey: spkiOf(leaf.publicKey),
      signingKey: keys.privateKey,
      signingAlgorithm: ECDSA_SHA256,
      serialNumber: randomSerial(),
      notBefore: new Date(from),
      notAfter: new Date(notAfter),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([leaf.usage], true),
        await AuthorityKeyIdentifierExtension.create(ca),
        ...(leaf.names === undefined ? [] : [new SubjectAlternativeNameExtension(leaf.names)]),
      ],
    });
    return { pem: `${made.toString('pem').trim()}\n`, serial: made.serialNumber, notAfter };
  };
  return {
    device: ({ site, device, ...leaf }) =>
      issue([{ O: [site] }, { CN: [device] }], {
        ...leaf,
        usage: ExtendedKeyUsage.clientAuth,
        lifetimeMs: DEVICE_LIFETIME_MS,
      }),
    server: ({ names, ...leaf }) =>
      issue([{ CN: ['Plumbline fleet server'] }], {
        ...leaf,
        usage: ExtendedKeyUsage.serverAuth,
        lifetimeMs: SERVER_LIFETIME_MS,
        names: names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      }),
  };
}

interface Leaf {
  publicKey: PublicKey;
  now: number;
  lifetimeMs: number;
  usage: ExtendedKeyUsage;
  names?: { type: 'dns' | 'ip'; value: string }[];
}

function readCa(pem: string): X509Certificate {
  try {
    // Node's own reader first: it is the one that TLS will use.
    return new X509Certificate(new NodeCertificate(pem).raw);
  } catch {
    throw new KeyError('keys_malformed', 'ca.pem: not a certificate', { field: 'ca.pem', expected: 'PEM' });
  }
}
