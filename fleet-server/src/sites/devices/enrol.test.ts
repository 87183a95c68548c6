import { codeOf } from '@plumbline/shared/errors';
import { keyId, parseEnrolmentCode, toHex, utf8, createSigner, type Signer } from '@plumbline/shared/trust';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { enrolmentTokens, openDatabase, outboxEvents, type Database } from '../../platform/db/index.ts';
import { createToken, enrolDevice, getDevice, listDevices } from './index.ts';

const clock = createVirtualClock();
const signer = (byte: number) => createSigner({ type: 'ed25519', secret: new Uint8Array(32).fill(byte) });
const [mine, thief] = [signer(1), signer(2)];
const rootSha256 = 'ab'.repeat(32);
let database: Database;
let deps: { database: Database; now: () => number; rootSha256: string; publicUrl: string };

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  deps = { database, now: clock.now, rootSha256, publicUrl: 'https://fleet.example:8443' };
});
afterEach(() => database.close());

const codeFor = async (device = 'gw-1') => {
  const made = await createToken(deps, 'user:ana', { site: 'north', device, tags: ['crane'], lifetimeMs: 60_000 });
  return parseEnrolmentCode(made.code);
};
const tokenFor = async (device?: string) => (await codeFor(device)).token;
const request = (token: string, by: Signer = mine, proofBy: Signer = by) => ({
  token,
  publicKey: by.publicKey,
  proof: toHex(proofBy.sign(utf8(token))),
  profile: 'linux-x64-dev',
  agent: '0.1.0',
});
const enrol = (token: string, by?: Signer, proofBy?: Signer) => enrolDevice(deps, request(token, by, proofBy));

describe('an enrolment token', () => {
  it('names a device, its site and the root it may trust, and is kept as a hash only', async () => {
    const code = await codeFor();
    expect(code).toMatchObject({ url: 'https://fleet.example:8443', rootSha256 });
    const stored = JSON.stringify(await database.db.select().from(enrolmentTokens));
    expect(stored).not.toContain(code.token);
    expect(JSON.stringify((await list(database.db)).rows)).not.toContain(code.token);
  });

  it.each(['', 'North', 'a/b', '+', '#', '../x', 'a'.repeat(65)])('is not made for the name %j', async (name) => {
    const input = { site: 'north', device: 'gw-1', tags: [], lifetimeMs: 1 };
    for (const field of ['site', 'device'] as const) {
      await expect(createToken(deps, 'user:ana', { ...input, [field]: name })).rejects.toMatchObject({
        code: 'name_invalid',
        field,
      });
    }
  });

  it('is not made for a device that is enrolled', async () => {
    await enrol(await tokenFor());
    await expect(codeFor()).rejects.toMatchObject({ code: 'device_exists', kind: 'conflict' });
  });
});

describe('a device', () => {
  it('trades its token for a name, and is known by its key from then on', async () => {
    expect(await enrol(await tokenFor())).toEqual({ site: 'north', device: 'gw-1' });
    expect(await getDevice(database.db, 'gw-1')).toMatchObject({
      site: 'north',
      publicKey: mine.publicKey,
      tags: ['crane'],
      enrolledAt: clock.now(),
      lastSeenAt: null,
      online: false,
      report: undefined,
    });
    const [row] = (await list(database.db, { subject: 'device:gw-1' })).rows;
    expect(row).toMatchObject({
      actor: 'device:gw-1',
      action: 'devices.enrol',
      details: { key: keyId(mine.publicKey) },
    });
    const events = await database.db.select().from(outboxEvents);
    expect(events.map(({ body }) => JSON.parse(body))).toEqual([
      { type: 'device.enrolled', site: 'north', device: 'gw-1' },
    ]);
  });

  it('that lost the answer may ask again with the same key for a minute', async () => {
    const token = await tokenFor();
    await enrol(token);
    await clock.advance(60_000);
    expect(await enrol(token)).toEqual({ site: 'north', device: 'gw-1' });
    await clock.advance(1);
    await expect(enrol(token)).rejects.toMatchObject({ code: 'token_used' });
    expect(await listDevices(database.db)).toHaveLength(1);
  });

  it.each<[string, (token: string) => Promise<unknown>, string]>([
    ['a token that nobody made', (token) => enrol(`${token}x`), 'token_unknown'],
    ['a proof by another key', (token) => enrol(token, mine, thief), 'proof_invalid'],
    [
      'a proof of another token',
      (token) => enrolDevice(deps, { ...request(token), proof: request('other').proof }),
      'proof_invalid',
    ],
  ])('is refused with %s, and nothing is written', async (_, attempt, code) => {
    const token = await tokenFor();
    await expect(attempt(token)).rejects.toMatchObject({ name: 'DeviceError', code, kind: 'unauthenticated' });
    expect(await listDevices(database.db)).toEqual([]);
    expect(await enrol(token)).toEqual({ site: 'north', device: 'gw-1' });
  });

  it('is refused with a token that has expired, to the millisecond', async () => {
    const [late, inTime] = [await tokenFor('late'), await tokenFor('in-time')];
    await clock.advance(59_999);
    await enrol(inTime);
    await clock.advance(1);
    await expect(enrol(late)).rejects.toMatchObject({ code: 'token_expired', field: 'token' });
    expect((await listDevices(database.db)).map(({ id }) => id)).toEqual(['in-time']);
  });

  it('is refused with a token that another key used, even a moment later', async () => {
    const token = await tokenFor();
    await enrol(token);
    await expect(enrol(token, thief)).rejects.toMatchObject({ code: 'token_used' });
    expect((await getDevice(database.db, 'gw-1')).publicKey).toEqual(mine.publicKey);
  });

  it('that races with others for one token wins alone or not at all', async () => {
    const token = await tokenFor();
    const racers = Array.from({ length: 8 }, (_, i) => enrol(token, signer(10 + i)));
    const results = await Promise.allSettled(racers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : []));
    expect(lost).toEqual(Array(7).fill('token_used'));
    const winner = signer(10 + results.findIndex(({ status }) => status === 'fulfilled'));
    expect((await getDevice(database.db, 'gw-1')).publicKey).toEqual(winner.publicKey);
  });

  it('is not taken over by a second token for its name', async () => {
    const [first, second] = [await tokenFor(), await tokenFor()];
    await enrol(first);
    await expect(enrol(second, thief)).rejects.toMatchObject({ code: 'device_exists', kind: 'conflict' });
    expect((await getDevice(database.db, 'gw-1')).publicKey).toEqual(mine.publicKey);
  });

  it('that nobody enrolled is unknown', async () => {
    await expect(getDevice(database.db, 'gw-9')).rejects.toMatchObject({ code: 'device_unknown', kind: 'not-found' });
  });
});
