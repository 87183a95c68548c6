import { codeOf } from '@plumbline/shared/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../supply/keys/ca/authority.ts';
import { createRootCertificate } from '../../../supply/keys/ca/root-certificate.ts';
import { ECDSA_SHA256, signingKeys } from '../../../supply/keys/ca/signing-keys.ts';
import { spkiOf } from '../../../supply/keys/ca/spki.ts';
import { createDeviceWorld, MINE, signer, THIEF, type DeviceWorld } from '../testing/device-world.ts';
import { checkCertificate } from './check-certificate.ts';

/** RFC 5280, 4.2.1.12. */
const [SERVER_AUTH, CLIENT_AUTH] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
const DAY_MS = 86_400_000;
const DEVICE = { id: 'gw-1', site: 'north', publicKey: MINE.publicKey };
let world: DeviceWorld;
beforeAll(async () => {
  world = await createDeviceWorld();
});
afterAll(() => world.close());

const issue = async (changed: Partial<Parameters<DeviceWorld['desk']['issueDeviceCertificate']>[0]> = {}) => {
  const input = { site: 'north', device: 'gw-1', publicKey: MINE.publicKey, now: world.now(), ...changed };
  return (await world.desk.issueDeviceCertificate(input)).pem;
};
const check = (pem: string, now = world.now(), device = DEVICE, cas = [world.caPem]) =>
  checkCertificate(pem, device, { cas, now });
const [CA_SECRET, THIEF_SECRET] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
/** What the desk would never issue: for the right name and key, signed by whoever has this secret. */
async function forge(secret: Uint8Array, issuer: string, usages: string[]): Promise<string> {
  const { ExtendedKeyUsageExtension, X509CertificateGenerator } = await import('@peculiar/x509');
  const made = await X509CertificateGenerator.create({
    subject: 'O=north, CN=gw-1',
    issuer,
    publicKey: spkiOf(MINE.publicKey),
    signingKey: (await signingKeys(secret)).privateKey,
    signingAlgorithm: ECDSA_SHA256,
    notBefore: new Date(world.now()),
    notAfter: new Date(world.now() + DAY_MS),
    extensions: usages.length === 0 ? [] : [new ExtendedKeyUsageExtension(usages, true)],
  });
  return made.toString('pem');
}
const verdict = (...of: Parameters<typeof check>): string => {
  try {
    check(...of);
    return 'taken';
  } catch (error) {
    expect(codeOf(error)).toBe('certificate_invalid');
    return (error as { field: string }).field;
  }
};

describe('a client certificate', () => {
  it('is taken for the device, the site and the key it was issued for, until its end', async () => {
    const pem = await issue();
    expect([verdict(pem), verdict(pem, world.now() + 30 * DAY_MS - 1000)]).toEqual(['taken', 'taken']);
    expect(verdict(pem, world.now() + 30 * DAY_MS)).toBe('certificate.notAfter');
    expect(verdict(pem, world.now() - DAY_MS)).toBe('certificate.notBefore');
  });

  it('is taken for a P-256 key too, whichever half of the curve it lies on', async () => {
    for (const fill of [1, 2, 3, 4, 5, 6]) {
      const { publicKey } = signer(fill, 'p256');
      expect(verdict(await issue({ publicKey }), world.now(), { ...DEVICE, publicKey })).toBe('taken');
    }
  });

  it('is taken when it is by the authority before, while that still counts', async () => {
    const next = await createRootCertificate(new Uint8Array(32).fill(9), world.now());
    expect(verdict(await issue(), world.now(), DEVICE, [next, world.caPem])).toBe('taken');
  });

  it.each<[string, () => Promise<string>, string]>([
    ['of another device', () => issue({ device: 'gw-2' }), 'subject.CN'],
    ['of another site', () => issue({ site: 'south' }), 'subject.O'],
    ['for another key', () => issue({ publicKey: THIEF.publicKey }), 'publicKey'],
    [
      'by another authority',
      async () => {
        const secret = new Uint8Array(32).fill(8);
        const other = await createAuthority(secret, await createRootCertificate(secret, world.now()));
        return (await other.device({ site: 'north', device: 'gw-1', publicKey: MINE.publicKey, now: world.now() })).pem;
      },
      'issuer',
    ],
    ['that it signed itself', () => forge(THIEF_SECRET, 'CN=gw-1, O=north', [CLIENT_AUTH]), 'issuer'],
    ['of a server', () => forge(CA_SECRET, 'CN=Plumbline enrolment CA', [SERVER_AUTH]), 'extendedKeyUsage'],
    ['for no purpose', () => forge(CA_SECRET, 'CN=Plumbline enrolment CA', []), 'extendedKeyUsage'],
    ['that is the authority itself', async () => world.caPem, 'subject.CN'],
    ['that is none', async () => 'hello', 'pem'],
    ['that is empty', async () => '', 'pem'],
  ])('%s is refused', async (_what, make, field) => {
    expect(verdict(await make())).toBe(`certificate.${field}`);
  });
});
