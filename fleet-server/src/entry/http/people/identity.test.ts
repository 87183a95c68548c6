import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list } from '../../../platform/audit/index.ts';
import { IdentityError, type IdentityErrorCode, type IdentityProvider } from '../../../platform/ports/index.ts';
import { readIdentitySettings } from '../../identity/index.ts';
import { createPeople, PASSWORD, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const ISSUER = 'https://id.example';
const CONSOLE = 'https://plumbline.example';
const CALLBACK = '/session/identity/callback';
const TICKET = '__Host-plumbline-away';

const lab = createModelLab();
let small: SmallFleet;
let people: People;
/** Who comes back next, or what the provider does instead. */
let next: { subject: string } | IdentityErrorCode;
let asked: string[] = [];

/** A provider of somebody else; the protocol with a real one is in test/attacks. */
const provider: IdentityProvider = {
  begin: async (redirectUri) => {
    asked.push(redirectUri);
    if (next === 'identity_unavailable') throw new IdentityError(next, 'down', { kind: 'unavailable' });
    return { url: `${ISSUER}/authorize`, flight: { state: 's', nonce: 'n', verifier: 'v' } };
  },
  finish: async (answer) => {
    asked.push(answer.href);
    if (typeof next === 'string') throw new IdentityError(next, 'no', { kind: 'forbidden' });
    return { issuer: ISSUER, subject: next.subject, claims: {} };
  },
};

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  const environment = {
    PLUMBLINE_OIDC_ISSUER: ISSUER,
    PLUMBLINE_OIDC_CLIENT_ID: 'plumbline',
    PLUMBLINE_OIDC_NAME: 'Site ID',
    PLUMBLINE_CONSOLE_URL: CONSOLE,
  };
  const { settings } = readIdentitySettings(environment, { development: false });
  small.fleet.signInBy = { provider, settings: settings! };
  people = createPeople(createHttpApp(small.fleet), small.fleet.operatorToken);
  await people.person('bo', 'operator', ['north']);
  await people.person('cy', 'viewer');
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});
beforeEach(async () => {
  [next, asked] = [{ subject: '4711' }, []];
  await small.clock.advance(3_600_000);
});

const owner = () => small.fleet.operatorToken;
const bind = (name: string, subject: string | null) =>
  people.call('PUT', `/users/${name}/identity`, { as: owner(), body: { subject } });

const refusals = async () => (await list(small.fleet.database.db, { action: 'sessions.refuse', limit: 50 })).rows;

async function comeBack() {
  const away = await people.call('GET', '/session/identity?to=/sites');
  const cookie = (away.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const back = await people.call('GET', `${CALLBACK}?code=c&state=s`, { headers: { cookie } });
  return { away, back, landed: back.headers.get('location') };
}

describe('without roles of groups', () => {
  it('nobody comes in whom no admin has bound, and a bound user has the roles they have here', async () => {
    expect((await comeBack()).landed).toBe('/#refused=identity_not_bound');
    const before = await people.signIn('bo');
    expect(await (await bind('bo', '4711')).json()).toEqual({
      name: 'bo',
      identity: { issuer: ISSUER, subject: '4711' },
    });
    // Whoever was in as bo may have been somebody else.
    expect(await people.refusal('GET', '/session', { as: before })).toMatchObject({ code: 'session_over' });
    const { back, landed } = await comeBack();
    expect(landed).toBe('/sites');
    const [, cookie = ''] = /(__Host-plumbline=[^;]+)/.exec(back.headers.getSetCookie().join('\n')) ?? [];
    expect(await people.json('GET', '/session', { as: { cookie, csrf: '' } })).toMatchObject({
      actor: 'user:bo',
      assignments: [{ role: 'operator', sites: ['north'] }],
      hasPassword: true,
    });
  });

  it('one person is one user', async () => {
    const taken = await bind('cy', '4711');
    expect(await taken.json()).toMatchObject({ status: 409, code: 'identity_taken', field: 'subject' });
  });

  it('who was removed can be told apart, and be let in again by an admin alone', async () => {
    await bind('cy', '4712');
    await people.json('DELETE', '/users/cy', { as: owner() });
    next = { subject: '4712' };
    expect((await comeBack()).landed).toBe('/#refused=identity_removed');
    expect((await bind('cy', '4713')).status).toBe(404);
    await bind('cy', null);
    expect((await comeBack()).landed).toBe('/#refused=identity_not_bound');
  });
});

it('the last admin keeps the identity that is their only way in, until somebody else may let people in', async () => {
  const body = { name: 'ida', assignments: [{ role: 'admin', sites: 'all' }] };
  await people.json('POST', '/users', { as: owner(), body });
  await bind('ida', '4720');
  const refused = await bind('ida', null);
  expect(refused.status).toBe(409);
  expect(await refused.json()).toMatchObject({ code: 'last_admin', field: 'subject' });
  expect((await bind('ida', '4721')).status).toBe(200);
  await people.person('jo', 'admin');
  expect((await bind('ida', null)).status).toBe(200);
  // With a password nobody needs the provider.
  await people.json('DELETE', '/users/ida', { as: owner() });
  await bind('jo', '4722');
  expect((await bind('jo', null)).status).toBe(200);
});

describe('the way to the provider', () => {
  it('goes by the address that people know, also behind a proxy', async () => {
    await comeBack();
    expect(asked).toEqual([`${CONSOLE}/api/v1${CALLBACK}`, `${CONSOLE}/api/v1${CALLBACK}?code=c&state=s`]);
  });

  it('is bound to the browser by a cookie that no script reads, and that ends with the answer', async () => {
    const { away, back } = await comeBack();
    const left = away.headers.get('set-cookie') ?? '';
    expect(left).toMatch(new RegExp(`^${TICKET}=[\\w-]{43}; `));
    expect(left.split('; ').slice(1).toSorted()).toEqual([
      'HttpOnly',
      'Max-Age=600',
      'Path=/',
      'SameSite=Lax',
      'Secure',
    ]);
    expect(back.headers.getSetCookie().join('\n')).toMatch(new RegExp(`^${TICKET}=; Max-Age=0`, 'm'));
  });

  it('that is down is said so, and is nobody’s fault', async () => {
    const before = (await refusals()).length;
    next = 'identity_unavailable';
    const away = await people.call('GET', '/session/identity');
    expect(away.headers.get('location')).toBe('/#refused=identity_unavailable');
    expect(away.headers.get('set-cookie')).toBeNull();
    expect(await refusals()).toHaveLength(before);
  });

  it('that says no is believed, and the audit has it', async () => {
    next = 'identity_denied';
    expect((await comeBack()).landed).toBe('/#refused=identity_denied');
    expect((await refusals())[0]).toMatchObject({ details: { code: 'identity_denied' } });
  });
});

describe('passwords', () => {
  it('stay beside it, and can be switched off', async () => {
    expect(await people.json('GET', '/ways-in')).toEqual({ password: true, identity: { name: 'Site ID' } });
    const { signInBy } = small.fleet;
    small.fleet.signInBy = { provider, settings: { ...signInBy!.settings, passwords: 'off' } };
    expect(await people.json('GET', '/ways-in')).toMatchObject({ password: false });
    const right = { name: 'bo', password: PASSWORD };
    expect(await people.refusal('POST', '/session', { body: right })).toMatchObject({
      status: 403,
      code: 'passwords_off',
    });
    const setup = await people.refusal('POST', '/setup', { body: { ...right, code: 'plc_x' } });
    expect(setup).toMatchObject({ code: 'passwords_off' });
    small.fleet.signInBy = signInBy;
  });

  it('are all there is where no provider is configured', async () => {
    const { signInBy } = small.fleet;
    small.fleet.signInBy = undefined;
    expect(await people.json('GET', '/ways-in')).toEqual({ password: true, identity: null });
    expect(await people.refusal('GET', '/session/identity')).toMatchObject({ status: 404, code: 'no_such_route' });
    expect(await (await bind('bo', '4711')).json()).toMatchObject({ code: 'no_identity_provider' });
    small.fleet.signInBy = signInBy;
  });
});
