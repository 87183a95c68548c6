import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import { bits, flag, implicit, integer, oid, octets, sequence, set, text, time } from './der.ts';

/** A certificate authority that also issues what ours never would. Times are ms. */
export interface TestCa {
  pem: string;
  /** SHA-256 of the DER, as an enrolment code pins it. */
  sha256: string;
  issue(leaf?: TestLeaf): { certificate: string; key: string };
}

export interface TestLeaf {
  subject?: string;
  /** O of the subject, where a device names its site. */
  site?: string;
  /** DNS names and IPv4 addresses; `127.0.0.1` when left out. */
  names?: string[];
  usage?: 'serverAuth' | 'clientAuth';
  from?: number;
  to?: number;
  /** A leaf that says it is an authority. */
  ca?: boolean;
  key?: KeyObject;
}

const DAY_MS = 86_400_000;
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const USAGES = { serverAuth: oid('1.3.6.1.5.5.7.3.1'), clientAuth: oid('1.3.6.1.5.5.7.3.2') };

export function createTestCa(name = 'Test authority'): TestCa {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issue = (subject: Buffer, key: KeyObject, from: number, to: number, extensions: Buffer[]) =>
    pemOf(signed(nameOf(name), subject, key, [from, to], extensions, privateKey));
  const now = Date.now();
  const pem = issue(nameOf(name), publicKey, now - 3650 * DAY_MS, now + 3650 * DAY_MS, [basicConstraints(true)]);
  return {
    pem,
    sha256: createHash('sha256').update(new X509Certificate(pem).raw).digest('hex'),
    issue({ subject = 'leaf', site, names = ['127.0.0.1'], usage = 'serverAuth', ca = false, ...leaf } = {}) {
      const key = leaf.key ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      const { from = now - DAY_MS, to = now + 30 * DAY_MS } = leaf;
      const extensions = [basicConstraints(ca), extension('2.5.29.37', sequence(USAGES[usage])), altNames(names)];
      return {
        certificate: issue(nameOf(subject, site), createPublicKey(key), from, to, extensions),
        key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

/** A certificate by nobody but itself. */
export function selfSigned(): { certificate: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const extensions = [extension('2.5.29.37', sequence(USAGES.serverAuth)), altNames(['127.0.0.1'])];
  const [name, dates] = [nameOf('self'), [Date.now() - DAY_MS, Date.now() + DAY_MS] as const];
  const der = signed(name, name, createPublicKey(privateKey), dates, extensions, createPrivateKey(key));
  return { certificate: pemOf(der), key };
}

function signed(
  issuer: Buffer,
  subject: Buffer,
  key: KeyObject,
  [from, to]: readonly [number, number],
  extensions: Buffer[],
  by: KeyObject,
): Buffer {
  const version3 = implicit(0, integer(Buffer.from([2])));
  const serial = integer(Buffer.concat([Buffer.from([0x40]), randomBytes(8)]));
  const spki = key.export({ type: 'spki', format: 'der' });
  const validity = sequence(time(from), time(to));
  const body = sequence(
    version3,
    serial,
    ECDSA_SHA256,
    issuer,
    validity,
    subject,
    spki,
    implicit(3, sequence(...extensions)),
  );
  return sequence(body, ECDSA_SHA256, bits(sign('sha256', body, by)));
}

function nameOf(commonName: string, site?: string): Buffer {
  const organization = site === undefined ? [] : [set(sequence(oid('2.5.4.10'), text(site)))];
  return sequence(...organization, set(sequence(oid('2.5.4.3'), text(commonName))));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), octets(value));
}

function basicConstraints(ca: boolean): Buffer {
  return extension('2.5.29.19', ca ? sequence(flag(true)) : sequence());
}

function altNames(names: string[]): Buffer {
  const [dns, ip] = [0x82, 0x87];
  const entries = names.map((name) => {
    const value = isIPv4(name) ? Buffer.from(name.split('.').map(Number)) : Buffer.from(name);
    return Buffer.concat([Buffer.from([isIPv4(name) ? ip : dns, value.length]), value]);
  });
  return extension('2.5.29.17', sequence(...entries));
}

function pemOf(der: Buffer): string {
  return new X509Certificate(der).toString();
}
