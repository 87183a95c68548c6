import { X509Certificate } from 'node:crypto';
import { renewalProofBytes, toHex } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { getDevice, quarantineDevice, releaseDevice, revokeDevice } from '../index.ts';
import { createDeviceWorld, MINE, THIEF, type DeviceWorld, type TestSigner } from '../testing/device-world.ts';
import { createChallenges, type Challenges } from './challenges.ts';
import { renewCertificate } from './renew.ts';

const DAY_MS = 86_400_000;
let world: DeviceWorld;
let challenges: Challenges;

beforeEach(async () => {
  world = await createDeviceWorld();
  challenges = createChallenges(world.now);
  await world.enrolled('gw-1');
  await world.clock.advance(20 * DAY_MS);
});
afterEach(() => world.close());

interface Attempt {
  site?: string;
  device?: string;
  by?: TestSigner;
  nonce?: string;
  signed?: { site: string; device: string; nonce: string };
}

function renew({ site = 'north', device = 'gw-1', by = MINE, ...more }: Attempt = {}) {
  const nonce = more.nonce ?? challenges.issue({ site, device });
  const signature = toHex(by.sign(renewalProofBytes(more.signed ?? { site, device, nonce })));
  return renewCertificate({ ...world, challenges }, { site, device, nonce, signature });
}

describe('renewal by proof of the device key', () => {
  it('gives a new certificate for the same name and key, and says so in the audit', async () => {
    const certificate = await renew();
    expect(certificate).toMatchObject({ issuedAt: world.now(), notAfter: world.now() + 30 * DAY_MS });
    expect(new X509Certificate(certificate.pem).subject).toBe('O=north\nCN=gw-1');
    expect((await getDevice(world.database.db, 'gw-1')).certificate?.notAfter).toBe(certificate.notAfter);
    const [row] = (await list(world.database.db)).rows;
    expect(row).toMatchObject({ action: 'devices.issue-certificate', details: { cause: 'renewal' } });
  });

  it('works months after the certificate has expired', async () => {
    await world.clock.advance(400 * DAY_MS);
    expect(await renew()).toMatchObject({ issuedAt: world.now() });
  });

  it('takes a nonce for a minute, for the name it was made for, and from this server', async () => {
    const nonce = challenges.issue({ site: 'north', device: 'gw-1' });
    const foreign = createChallenges(world.now).issue({ site: 'north', device: 'gw-1' });
    const other = challenges.issue({ site: 'north', device: 'gw-2' });
    const cut = nonce.slice(0, -2);
    for (const bad of [foreign, other, cut, '%'.repeat(54), `${nonce}AA`]) {
      await expect(renew({ nonce: bad })).rejects.toMatchObject({ code: 'nonce_invalid', kind: 'unauthenticated' });
    }
    await world.clock.advance(60_000);
    await renew({ nonce });
    await world.clock.advance(60_001);
    await expect(renew({ nonce })).rejects.toMatchObject({ code: 'nonce_invalid' });
  });

  it('is refused in the same words for a wrong key, a wrong site and a device that does not exist', async () => {
    const site = { site: 'south', device: 'gw-1' };
    const refusals = await Promise.allSettled([
      renew({ by: THIEF }),
      renew(site),
      renew({ device: 'gw-9', by: THIEF }),
      renew({ signed: { site: 'north', device: 'gw-1', nonce: challenges.issue(site) } }),
    ]);
    const said = refusals.map((one) =>
      one.status === 'rejected' ? { ...(one.reason as object), message: String(one.reason) } : one,
    );
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(said[0]).toMatchObject({ code: 'proof_invalid', kind: 'unauthenticated' });
  });

  it('tells a device that was put out so, and nobody else', async () => {
    await quarantineDevice(world, 'user:ana', { device: 'gw-1', reason: 'odd figures' });
    await expect(renew({ by: THIEF })).rejects.toMatchObject({ code: 'proof_invalid' });
    await expect(renew()).rejects.toMatchObject({ code: 'device_quarantined', kind: 'forbidden' });
    await releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'looked at' });
    await renew();
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
    await expect(renew({ by: THIEF })).rejects.toMatchObject({ code: 'proof_invalid' });
    await expect(renew()).rejects.toMatchObject({ code: 'device_revoked', kind: 'forbidden' });
  });

  it('hands nothing out when the device is revoked while the desk signs', async () => {
    const issue = world.desk.issueDeviceCertificate;
    world.desk = {
      async issueDeviceCertificate(input) {
        await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
        return issue(input);
      },
    };
    await expect(renew()).rejects.toMatchObject({ code: 'device_revoked' });
  });

  it('happens once a minute at most: a device gone mad does not fill the audit', async () => {
    await renew();
    await world.clock.advance(59_999);
    await expect(renew()).rejects.toMatchObject({ code: 'renewed_just_now', kind: 'unavailable' });
    await world.clock.advance(1);
    await renew();
  });
});
