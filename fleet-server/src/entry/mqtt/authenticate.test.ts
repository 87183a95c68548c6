import { createConnectToken, toBase64Url, utf8 } from '@plumbline/shared/trust';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quarantineDevice, releaseDevice, revokeDevice } from '../../sites/devices/index.ts';
import {
  createDeviceWorld,
  MINE,
  THIEF,
  type DeviceWorld,
  type TestSigner,
} from '../../sites/devices/testing/device-world.ts';
import { brokerPolicy } from './authenticate.ts';
import { createSeenTokens } from './seen-tokens.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
let world: DeviceWorld;
let policy: ReturnType<typeof brokerPolicy>;
let logged: { code: string; field?: string }[] = [];

beforeEach(async () => {
  world = await createDeviceWorld();
  await world.enrolled('gw-1');
  await world.enrolled('gw-2', THIEF);
  logged = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void logged.push(JSON.parse(line) as { code: string }) },
  );
  policy = brokerPolicy({ database: world.database, now: world.now, log, enrolmentCas: async () => [world.caPem] });
});
afterEach(() => world.close());

let count = 0;
const tokenOf = (device = 'gw-1', by: TestSigner = MINE, at = world.now(), jti = `nonce-of-${(count += 1)}`) =>
  createConnectToken({ site: 'north', device, key: by.publicKey, sign: async (bytes) => by.sign(bytes) }, at, jti);
interface Connect {
  clientId?: string;
  username?: string | undefined;
  token?: string | undefined;
  pem?: string;
  from?: string;
}
const connect = async ({ clientId = 'gw-1', token, pem, from = '192.0.2.7', ...rest }: Connect) => {
  const username = 'username' in rest ? rest.username : `north/${clientId}`;
  const facts = { remoteAddress: from, ...(pem !== undefined && { certificate: { pem } }) };
  return (await policy.authenticate(clientId, username, token === undefined ? undefined : utf8(token), facts)) !== null;
};
const why = () => logged.at(-1)?.code;
const certificateOf = async (device = 'gw-1', by = MINE) =>
  (await world.desk.issueDeviceCertificate({ site: 'north', device, publicKey: by.publicKey, now: world.now() })).pem;

describe('a device with a client certificate', () => {
  it('is let in as itself, with or without user name, whatever its clock says', async () => {
    const pem = await certificateOf();
    const facts = { remoteAddress: '192.0.2.7', certificate: { pem } };
    expect(await policy.authenticate('gw-1', 'north/gw-1', undefined, facts)).toEqual({
      kind: 'device',
      site: 'north',
      device: 'gw-1',
      clientId: 'gw-1',
    });
    expect(await connect({ pem, username: undefined })).toBe(true);
    expect(await connect({ pem, token: await tokenOf('gw-1', MINE, 0) })).toBe(true);
  });

  it('of another device or an expired one is not let in', async () => {
    const pem = await certificateOf();
    expect(await connect({ pem, clientId: 'gw-2' })).toBe(false);
    expect(why()).toBe('certificate_invalid');
    expect(await connect({ pem, username: 'north/gw-2' })).toBe(false);
    expect(why()).toBe('wrong_username');
    expect(await connect({ pem: await certificateOf('gw-9'), clientId: 'gw-9' })).toBe(false);
    expect(why()).toBe('device_unknown');
    await world.clock.advance(30 * DAY_MS);
    expect(await connect({ pem })).toBe(false);
    expect(logged.at(-1)).toMatchObject({ code: 'certificate_invalid', field: 'certificate.notAfter' });
  });

  it('cannot make up for a bad certificate with a good token', async () => {
    const pem = await certificateOf('gw-2', THIEF);
    expect(await connect({ pem, token: await tokenOf() })).toBe(false);
  });
});

describe('a device that was put out', () => {
  it.each(['certificate', 'token'])('is not let in by its %s, until it is released', async (means) => {
    const credential = async () => (means === 'token' ? { token: await tokenOf() } : { pem: await certificateOf() });
    await quarantineDevice(world, 'user:ana', { device: 'gw-1', reason: 'odd figures' });
    expect(await connect(await credential())).toBe(false);
    expect(why()).toBe('device_quarantined');
    await releaseDevice(world, 'user:ana', { device: 'gw-1', reason: 'looked at' });
    expect(await connect(await credential())).toBe(true);
    await revokeDevice(world, 'user:ana', { device: 'gw-1', reason: 'stolen' });
    expect(await connect(await credential())).toBe(false);
    expect(why()).toBe('device_revoked');
  });
});

describe('a tablet with a token', () => {
  it('is let in once by each', async () => {
    const token = await tokenOf();
    expect(await connect({ token })).toBe(true);
    expect(await connect({ token })).toBe(false);
    expect(why()).toBe('token_replayed');
    expect(await connect({ token: await tokenOf() })).toBe(true);
  });

  it('whose clock is wrong by a few minutes is let in; a token of ten minutes ago opens nothing', async () => {
    const now = world.now();
    expect(await connect({ token: await tokenOf('gw-1', MINE, now - 6 * MINUTE_MS) })).toBe(true);
    expect(await connect({ token: await tokenOf('gw-1', MINE, now + 4 * MINUTE_MS) })).toBe(true);
    expect(await connect({ token: await tokenOf('gw-1', MINE, now - 10 * MINUTE_MS) })).toBe(false);
    expect(await connect({ token: await tokenOf('gw-1', MINE, now + 6 * MINUTE_MS) })).toBe(false);
    expect(why()).toBe('token_invalid');
  });

  it.each<[string, () => Promise<Connect>, string]>([
    ['under another client id', async () => ({ token: await tokenOf(), clientId: 'gw-2' }), 'token_invalid'],
    [
      'with the user name of another',
      async () => ({ token: await tokenOf(), username: 'north/gw-2' }),
      'wrong_username',
    ],
    ['without user name', async () => ({ token: await tokenOf(), username: undefined }), 'wrong_username'],
    ['without token', async () => ({}), 'token_missing'],
    ['signed by another device', async () => ({ token: await tokenOf('gw-1', THIEF) }), 'token_invalid'],
    ['for another audience', async () => ({ token: forged({ aud: 'plumbline-http' }) }), 'token_invalid'],
    ['with the algorithm none', async () => ({ token: forged({}, { alg: 'none', typ: 'JWT' }) }), 'token_invalid'],
    ['with HS256', async () => ({ token: forged({}, { alg: 'HS256', typ: 'JWT' }) }), 'token_invalid'],
    [
      'as a device that nobody enrolled',
      async () => ({ token: await tokenOf('gw-9'), clientId: 'gw-9' }),
      'device_unknown',
    ],
    ['as __proto__', async () => ({ token: await tokenOf(), clientId: '__proto__' }), 'device_unknown'],
  ])('is not let in %s', async (_how, attempt, code) => {
    expect(await connect(await attempt())).toBe(false);
    expect(why()).toBe(code);
  });

  it('that is refused again and again has to wait, from that address only', async () => {
    for (let i = 0; i < 10; i += 1) await connect({ token: 'guess' });
    expect(await connect({ token: await tokenOf() })).toBe(false);
    expect(why()).toBe('connect_limited');
    expect(await connect({ token: await tokenOf(), from: '192.0.2.8' })).toBe(true);
    await world.clock.advance(30_000);
    expect(await connect({ token: await tokenOf() })).toBe(true);
  });
});

describe('used tokens', () => {
  it('are remembered until they would have expired, and in a bounded number', async () => {
    const { clock } = world;
    const seen = createSeenTokens(clock.now);
    const until = clock.now() + 1000;
    for (let i = 0; i < 64; i += 1) expect(seen.take('gw-1', `jti-${i}`, until)).toBe(true);
    expect(seen.take('gw-1', 'jti-64', until)).toBe(false);
    expect(seen.take('gw-2', 'jti-64', until)).toBe(true);
    await clock.advance(61_000);
    expect(seen.take('gw-1', 'jti-0', clock.now())).toBe(true);
    expect(seen.size()).toBe(1);
  });
});

const part = (value: unknown) => toBase64Url(utf8(JSON.stringify(value)));

/** What the device itself could sign. */
function forged(changed: object, header: object = { alg: 'EdDSA', typ: 'JWT' }): string {
  const iat = Math.floor(world.now() / 1000);
  const claims = { iss: 'north', sub: 'gw-1', aud: 'plumbline-mqtt', iat, exp: iat + 120, jti: 'nonce-forged' };
  const input = `${part(header)}.${part({ ...claims, ...changed })}`;
  return `${input}.${toBase64Url(MINE.sign(utf8(input)))}`;
}
