import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrolPending, enrolResponse, problem, renewResponse } from '@plumbline/shared/api';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import {
  certificateSha256,
  fromBase64,
  parseEnrolmentCode,
  renewalProofBytes,
  sha256Hex,
  toHex,
} from '@plumbline/shared/trust';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import type { MadeToken } from '../../../sites/devices/index.ts';
import { MINE, requestOf, THIEF, type TestSigner } from '../../../sites/devices/testing/device-world.ts';
import { makeDevelopmentKeys, openDesk, type Desk } from '../../../supply/keys/index.ts';
import { importRepository } from '../../../supply/repository/index.ts';
import type { Fleet } from '../../fleet.ts';
import { createHttpApp, type App } from '../index.ts';

const DAY_MS = 86_400_000;
const OPERATOR_TOKEN = 'operator-token-0123456789';
let home: string;
let keys: string;
let clock: VirtualClock;
let database: Database;
let desk: Desk;
let app: App;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'plumbline-enrolment-'));
  keys = join(home, 'keys');
  await makeDevelopmentKeys(join(home, 'first'), createVirtualClock().now());
});
afterAll(() => rm(home, { recursive: true }));
beforeEach(async () => {
  await cp(join(home, 'first'), keys, { recursive: true });
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  desk = await openDesk(keys);
  await importRepository({ database, desk, now: clock.now }, 'system', keys);
  // What these routes need of the assembled server; the rest of it is not asked.
  const parts: Partial<Fleet> = {
    database,
    desk,
    clock,
    now: clock.now,
    log: pino({ level: 'silent' }),
    publicUrl: 'https://fleet.example:8443',
    webSocketUrl: 'wss://fleet.example:8443/mqtt',
    mqttUrl: 'mqtts://fleet.example:8883',
    operatorToken: OPERATOR_TOKEN,
    auditKey: '',
  };
  app = createHttpApp(parts as Fleet);
});
afterEach(async () => {
  await desk.close();
  await database.close();
});

const post = async (path: string, body: unknown, from = '192.0.2.7') => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${OPERATOR_TOKEN}` };
  const stranger = ['/enrol', '/certificates/challenge', '/certificates/renew'].includes(path);
  if (stranger) headers.authorization = '';
  const env = { incoming: { socket: { remoteAddress: from } } };
  const answer = await app.request(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) }, env);
  return { status: answer.status, body: (await answer.json()) as unknown };
};
const made = async (body: object = {}) =>
  (await post('/tokens', { site: 'north', device: 'gw-1', ...body })).body as MadeToken;
const enrol = async (code: string, by: TestSigner = MINE, from?: string) =>
  post('/enrol', requestOf(parseEnrolmentCode(code).token, by), from);
const codeIn = ({ body }: { body: unknown }) => problem.parse(body).code;
const renew = async (by: TestSigner = MINE, device = 'gw-1') => {
  const who = { site: 'north', device };
  const { nonce } = (await post('/certificates/challenge', who)).body as { nonce: string };
  return post('/certificates/renew', {
    ...who,
    nonce,
    signature: toHex(by.sign(renewalProofBytes({ ...who, nonce }))),
  });
};

describe('a device at the door', () => {
  it('gets its name, where it connects, its certificate, and the very root and authority that its code pins', async () => {
    const { code } = await made();
    const pinned = parseEnrolmentCode(code);
    const { status, body } = await enrol(code);
    expect(status).toBe(200);
    const answer = enrolResponse.parse(body);
    expect(answer).toMatchObject({
      site: 'north',
      device: 'gw-1',
      mqttUrl: 'mqtts://fleet.example:8883',
      webSocketUrl: 'wss://fleet.example:8443/mqtt',
      certificate: { issuedAt: clock.now(), notAfter: clock.now() + 30 * DAY_MS },
    });
    expect(sha256Hex(fromBase64(answer.root))).toBe(pinned.rootSha256);
    expect(certificateSha256(answer.ca)).toBe(pinned.caSha256);
  });

  it('that needs approval is told 202 with its fingerprint until a person has looked', async () => {
    const { code } = await made({ approval: 'required' });
    const asked = await enrol(code);
    expect(asked.status).toBe(202);
    const { fingerprint } = enrolPending.parse(asked.body);
    const wrong = await post('/enrolments/gw-1/approve', { fingerprint: '00000-00000-00000-00000' });
    expect([wrong.status, codeIn(wrong)]).toEqual([422, 'fingerprint_mismatch']);
    expect(await post('/enrolments/gw-1/approve', { fingerprint })).toMatchObject({ status: 200 });
    expect((await enrol(code)).status).toBe(200);
  });

  it('that guesses is slowed down, and the audit says so once', async () => {
    const { code } = await made();
    const codes = [];
    for (let i = 0; i < 15; i += 1) {
      codes.push(codeIn(await post('/enrol', requestOf(`guess-number-${i}-of-many`, THIEF))));
    }
    expect(codes).toEqual([...Array(10).fill('token_unknown'), ...Array(5).fill('rate_limited')]);
    expect((await enrol(code, MINE, '192.0.2.8')).status).toBe(200);
    const actions = (await list(database.db)).rows.map(({ action }) => action);
    expect(actions.filter((one) => one === 'devices.enrol-refused')).toHaveLength(10);
    expect(actions.filter((one) => one === 'devices.attempts-limited')).toHaveLength(1);
  });

  it.each([
    ['token', { token: 'a token with spaces in it' }],
    ['proof', { proof: 'ff' }],
    ['publicKey.public', { publicKey: { type: 'ed25519', public: 'ff' } }],
    ['body', { colour: 'red' }],
  ])('that sends a wrong %s is told the field', async (field, wrong) => {
    const answer = await post('/enrol', { ...requestOf('t'.repeat(32), MINE), ...wrong });
    expect(problem.parse(answer.body)).toMatchObject({ status: 400, code: 'body_malformed', field });
  });
});

describe('many codes at once', () => {
  it('are made or refused as a whole', async () => {
    const good = {
      tokens: [
        { site: 'north', device: 'gw-1' },
        { site: 'north', device: 'gw-2', tags: ['crane'] },
      ],
    };
    const { tokens } = (await post('/tokens/batch', good)).body as { tokens: MadeToken[] };
    expect(tokens.map(({ device }) => device)).toEqual(['gw-1', 'gw-2']);
    expect((await enrol(tokens[1]?.code ?? '')).status).toBe(200);
    const bad = await post('/tokens/batch', { tokens: [{ site: 'north', device: 'gw-2', line: 9 }] });
    expect(problem.parse(bad.body)).toMatchObject({
      code: 'tokens_invalid',
      detail: 'line 9: device: gw-2 is enrolled',
    });
  });
});

describe('renewal', () => {
  it('needs nothing but the key, also a year after the certificate has expired', async () => {
    await enrol((await made()).code);
    await clock.advance(400 * DAY_MS);
    const { status, body } = await renew();
    expect(status).toBe(200);
    expect(renewResponse.parse(body).certificate.notAfter).toBe(clock.now() + 30 * DAY_MS);
  });

  it('answers a stranger alike for devices that are there and that are not', async () => {
    await enrol((await made()).code);
    const [there, not] = [await renew(THIEF), await renew(THIEF, 'gw-9')];
    expect(there).toEqual(not);
    expect([there.status, codeIn(there)]).toEqual([401, 'proof_invalid']);
  });

  it('ends with the device: revoked is told to its key alone', async () => {
    await enrol((await made()).code);
    expect((await post('/devices/gw-1/revoke', { reason: 'stolen' })).status).toBe(200);
    const answers = [await renew(), await renew(THIEF)];
    expect(answers.map((one) => [one.status, codeIn(one)])).toEqual([
      [403, 'device_revoked'],
      [401, 'proof_invalid'],
    ]);
    const again = await post('/devices/gw-1/release', { reason: 'found' });
    expect([again.status, codeIn(again)]).toEqual([409, 'device_revoked']);
  });
});
