import { X509Certificate } from 'node:crypto';
import { codeOf } from '@plumbline/shared/errors';
import { certificateSha256, fingerprintOf, keyId, parseEnrolmentCode } from '@plumbline/shared/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { enrolmentTokens, outboxEvents } from '../../../platform/db/index.ts';
import { approveEnrolment, createToken, getDevice, listDevices, listPending, revokeDevice } from '../index.ts';
import { createDeviceWorld, MINE, requestOf, signer, THIEF, type DeviceWorld } from '../testing/device-world.ts';

const HOUR_MS = 3_600_000;
let world: DeviceWorld;

beforeEach(async () => {
  world = await createDeviceWorld();
});
afterEach(() => world.close());

const devicesKnown = () => listDevices(world.database.db);
const audited = async (action: string) => (await list(world.database.db)).rows.filter((row) => row.action === action);

const approve = (fingerprint: string) => approveEnrolment(world, 'user:ana', { device: 'gw-1', fingerprint });

describe('an enrolment code', () => {
  const input = { site: 'north', device: 'gw-1', tags: [], lifetimeMs: 1 };

  it('pins root and authority and tells a first time; only its hash is kept', async () => {
    const { code: text } = await createToken(world, 'user:ana', input);
    const code = parseEnrolmentCode(text);
    expect(code).toEqual({
      v: 1,
      url: world.publicUrl,
      token: code.token,
      rootSha256: world.root.sha256,
      caSha256: certificateSha256(world.caPem),
      issuedAt: world.now(),
    });
    expect(JSON.stringify(await world.database.db.select().from(enrolmentTokens))).not.toContain(code.token);
    expect(JSON.stringify((await list(world.database.db)).rows)).not.toContain(code.token);
  });

  it.each(['', 'North', 'a/b', '+', '#', '../x', 'a'.repeat(65)])('is not made for the name %j', async (name) => {
    for (const field of ['site', 'device'] as const) {
      const made = createToken(world, 'user:ana', { ...input, [field]: name });
      await expect(made).rejects.toMatchObject({ code: 'name_invalid', field });
    }
  });

  it('is not made for a class of device that does not exist', async () => {
    const made = createToken(world, 'user:ana', { ...input, profile: 'toaster' });
    await expect(made).rejects.toMatchObject({ code: 'profile_unknown', field: 'profile' });
  });

  it('is not made for a device that is enrolled', async () => {
    await world.enrolled('gw-1');
    await expect(world.token()).rejects.toMatchObject({ code: 'device_exists', kind: 'conflict' });
  });
});

describe('a device', () => {
  it('trades its token for a name and a certificate, and is known by its key from then on', async () => {
    const enrolment = await world.enrol(await world.token());
    if (enrolment.status !== 'enrolled') throw new Error('pending');
    const { certificate, ...named } = enrolment;
    expect(named).toEqual({ status: 'enrolled', site: 'north', device: 'gw-1', rootVersion: 1 });
    expect(certificate).toMatchObject({ issuedAt: world.now(), notAfter: world.now() + 30 * 24 * HOUR_MS });
    expect(new X509Certificate(certificate.pem).subject.split('\n')).toEqual(['O=north', 'CN=gw-1']);
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({
      site: 'north',
      publicKey: MINE.publicKey,
      fingerprint: fingerprintOf(keyId(MINE.publicKey)),
      tags: ['crane'],
      enrolledAt: world.now(),
      standing: 'active',
      certificate: { notAfter: certificate.notAfter },
      lastSeenAt: null,
      online: false,
      report: undefined,
    });
    const [row] = await audited('devices.enrol');
    expect(row).toMatchObject({ actor: 'device:gw-1', details: { key: keyId(MINE.publicKey) } });
    const events = await world.database.db.select().from(outboxEvents);
    expect(events.map(({ body }: { body: string }) => JSON.parse(body) as unknown)).toEqual([
      { type: 'device.enrolled', site: 'north', device: 'gw-1' },
    ]);
  });

  it('that lost the answer may ask again with the same key for an hour, until it is revoked', async () => {
    const [token, other] = [await world.token(), await world.token({ device: 'gw-2' })];
    await world.enrol(token);
    await world.enrol(other);
    await world.clock.advance(HOUR_MS);
    expect(await world.enrol(token)).toMatchObject({ status: 'enrolled', device: 'gw-1' });
    await revokeDevice(world, 'user:ana', { device: 'gw-2', reason: 'stolen' });
    await expect(world.enrol(other)).rejects.toMatchObject({ code: 'device_revoked' });
    await world.clock.advance(1);
    await expect(world.enrol(token)).rejects.toMatchObject({ code: 'token_used' });
    expect(await devicesKnown()).toHaveLength(2);
  });

  it('finds its token good again when the signing desk was away', async () => {
    const token = await world.token();
    const issue = world.desk.issueDeviceCertificate;
    world.desk = { issueDeviceCertificate: () => Promise.reject(new Error('socket closed')) };
    await expect(world.enrol(token)).rejects.toThrow('socket closed');
    world.desk = { issueDeviceCertificate: issue };
    expect(await world.enrol(token)).toMatchObject({ status: 'enrolled' });
  });

  it.each<[string, (token: string) => Promise<unknown>, string]>([
    ['a token that nobody made', (token) => world.enrol(`${token}x`), 'token_unknown'],
    [
      'a proof by another key',
      (token) => world.enrol(token, MINE, { proof: requestOf(token, THIEF).proof }),
      'proof_invalid',
    ],
    [
      'a proof of another token',
      (token) => world.enrol(token, MINE, { proof: requestOf('o'.repeat(16), MINE).proof }),
      'proof_invalid',
    ],
  ])('is refused with %s, and the token stays good', async (_, attempt, code) => {
    const token = await world.token();
    await expect(attempt(token)).rejects.toMatchObject({ name: 'DeviceError', code, kind: 'unauthenticated' });
    expect(await devicesKnown()).toEqual([]);
    expect(await world.enrol(token)).toMatchObject({ status: 'enrolled' });
  });

  it('is refused with a token that has expired, to the millisecond', async () => {
    const [late, inTime] = [await world.token({ device: 'late' }), await world.token({ device: 'in-time' })];
    await world.clock.advance(59_999);
    await world.enrol(inTime);
    await world.clock.advance(1);
    await expect(world.enrol(late)).rejects.toMatchObject({ code: 'token_expired', field: 'token' });
    expect((await devicesKnown()).map(({ id }) => id)).toEqual(['in-time']);
  });

  it('is refused with a token for another class of device, which stays good for the right one', async () => {
    const token = await world.token({ profile: 'linux-x64-dev' });
    const wrong = world.enrol(token, MINE, { profile: 'tablet-webassembly' });
    await expect(wrong).rejects.toMatchObject({ code: 'token_wrong_class', kind: 'refused' });
    expect(await world.enrol(token)).toMatchObject({ status: 'enrolled' });
  });

  it('is refused with a token that another key used, even a moment later', async () => {
    const token = await world.token();
    await world.enrol(token);
    await expect(world.enrol(token, THIEF)).rejects.toMatchObject({ code: 'token_used' });
    expect((await getDevice(world.database.db, 'gw-1')).publicKey).toEqual(MINE.publicKey);
  });

  it('leaves a trace when it is refused: who asked, from where, for what, and never the token', async () => {
    const token = await world.token();
    await world.enrol(token);
    await expect(world.enrol(token, THIEF)).rejects.toThrow('was used');
    await expect(world.enrol('g'.repeat(32), THIEF)).rejects.toThrow('no such token');
    const rows = await audited('devices.enrol-refused');
    expect(rows.map(({ actor, subject, details }) => [actor, subject.split(':')[0], details['code']])).toEqual([
      ['address:192.0.2.7', 'token', 'token_unknown'],
      ['address:192.0.2.7', 'device', 'token_used'],
    ]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('that races with others for one token wins alone', async () => {
    const token = await world.token();
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => world.enrol(token, signer(10 + i))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : []));
    expect(lost).toEqual(Array(7).fill('token_used'));
    const winner = signer(10 + results.findIndex(({ status }) => status === 'fulfilled'));
    expect((await getDevice(world.database.db, 'gw-1')).publicKey).toEqual(winner.publicKey);
  });

  it('is not taken over by a second token for its name', async () => {
    const [first, second] = [await world.token(), await world.token()];
    await world.enrol(first);
    await expect(world.enrol(second, THIEF)).rejects.toMatchObject({ code: 'device_exists', kind: 'conflict' });
    expect((await getDevice(world.database.db, 'gw-1')).publicKey).toEqual(MINE.publicKey);
  });

  it('that lost its store comes back under a new name; the old one opens nothing more and is never given again', async () => {
    const lost = await world.token();
    await world.enrol(lost);
    const [fresh, again] = [signer(40), world.token()];
    await expect(world.enrol(lost, fresh)).rejects.toMatchObject({ code: 'token_used' });
    await expect(again).rejects.toMatchObject({ code: 'device_exists', field: 'device' });
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'its store was wiped' });
    await expect(world.token()).rejects.toMatchObject({ code: 'device_exists' });
    const enrolment = await world.enrol(await world.token({ device: 'gw-1b' }), fresh);
    expect(enrolment).toMatchObject({ status: 'enrolled', device: 'gw-1b' });
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({ standing: 'revoked' });
    expect((await getDevice(world.database.db, 'gw-1b')).publicKey).toEqual(fresh.publicKey);
  });

  it('that nobody enrolled is unknown', async () => {
    const unknown = getDevice(world.database.db, 'gw-9');
    await expect(unknown).rejects.toMatchObject({ code: 'device_unknown', kind: 'not-found' });
  });
});

describe('a device that needs approval', () => {
  const shown = fingerprintOf(keyId(MINE.publicKey));

  it('waits until a person has compared its fingerprint, and gets its name when it asks again', async () => {
    const token = await world.token({ approval: 'required' });
    expect(await world.enrol(token)).toEqual({ status: 'pending', fingerprint: shown });
    expect(await world.enrol(token)).toEqual({ status: 'pending', fingerprint: shown });
    expect(await devicesKnown()).toEqual([]);
    expect(await listPending(world.database.db)).toEqual([
      { site: 'north', device: 'gw-1', askedAt: world.now(), fingerprint: shown },
    ]);
    await approve(shown.toLowerCase().replaceAll('-', ' '));
    expect(await listPending(world.database.db)).toEqual([]);
    expect(await world.enrol(token)).toMatchObject({ status: 'enrolled', device: 'gw-1' });
    expect(await audited('devices.ask')).toHaveLength(1);
    expect(await audited('devices.approve')).toMatchObject([{ actor: 'user:ana' }]);
  });

  it('is let in a week after it asked in time, and not later', async () => {
    const token = await world.token({ approval: 'required' });
    await world.enrol(token);
    await world.clock.advance(7 * 24 * HOUR_MS - 1);
    expect(await world.enrol(token)).toMatchObject({ status: 'pending' });
    await world.clock.advance(1);
    await expect(world.enrol(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('is not approved under the fingerprint of another', async () => {
    const token = await world.token({ approval: 'required' });
    await world.enrol(token, THIEF);
    await expect(approve(shown)).rejects.toMatchObject({ code: 'fingerprint_mismatch', kind: 'refused' });
    expect(await audited('devices.approve-refused')).toHaveLength(1);
    expect(await world.enrol(token, THIEF)).toMatchObject({ status: 'pending' });
  });

  it('learns that somebody else was faster with its token', async () => {
    const token = await world.token({ approval: 'required' });
    await world.enrol(token, THIEF);
    await expect(world.enrol(token)).rejects.toMatchObject({ code: 'token_used' });
  });

  it('cannot be approved before it asks', async () => {
    await world.token({ approval: 'required' });
    await expect(approve(shown)).rejects.toMatchObject({ code: 'approval_unknown', kind: 'not-found' });
  });
});
