import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list } from '../../../platform/audit/index.ts';
import { accessCodes, apiTokens, sessions, users } from '../../../platform/db/index.ts';
import { createPeople, PASSWORD, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const lab = createModelLab();
let small: SmallFleet;
let people: People;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  people = createPeople(createHttpApp(small.fleet), small.fleet.operatorToken);
  const { code } = await json<{ code: string }>('POST', '/setup/codes', { as: owner() });
  await json('POST', '/setup', { body: { code, name: 'ana', password: PASSWORD } });
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});
// Nobody waits for what another test did wrong.
beforeEach(() => small.clock.advance(3_600_000));

const owner = () => small.fleet.operatorToken;
const { call, json, refusal, signIn, person }: People = {
  call: (...asked) => people.call(...asked),
  json: (...asked) => people.json(...asked),
  refusal: (...asked) => people.refusal(...asked),
  signIn: (...asked) => people.signIn(...asked),
  person: (...asked) => people.person(...asked),
};

describe('the first user', () => {
  it('comes in by a code of whoever holds the state folder, once, and is an admin', async () => {
    const me = await signIn('ana');
    expect(await json('GET', '/session', { as: me })).toMatchObject({
      actor: 'user:ana',
      by: 'session',
      assignments: [{ role: 'admin', sites: 'all' }],
      csrf: me.csrf,
    });
    expect(await json('GET', '/setup')).toEqual({ needed: false });
    expect(await refusal('POST', '/setup/codes', { as: owner() })).toMatchObject({ code: 'setup_done' });
  });

  it.each([
    ['unknown', { code: `plc_${'A'.repeat(43)}`, name: 'eve' }],
    ['of somebody else', { name: 'eve' }],
  ])('no code that is %s lets anybody in', async (_, change) => {
    const { code } = await json<{ code: string }>('POST', '/users/ana/reset', { as: owner() });
    const body = { code, password: PASSWORD, ...change };
    expect(await refusal('POST', '/setup', { body })).toMatchObject({ status: 403, code: 'code_refused' });
    await json('POST', '/setup', { body: { code, name: 'ana', password: PASSWORD } });
    const again = refusal('POST', '/setup', { body: { code, name: 'ana', password: PASSWORD } });
    expect(await again).toMatchObject({ code: 'code_refused' });
  });

  it('a code is too old after an hour', async () => {
    const { code } = await json<{ code: string }>('POST', '/users/ana/reset', { as: owner() });
    await small.clock.advance(3_600_000);
    const body = { code, name: 'ana', password: PASSWORD };
    expect(await refusal('POST', '/setup', { body })).toMatchObject({ code: 'code_refused' });
    const { code: next } = await json<{ code: string }>('POST', '/users/ana/reset', { as: owner() });
    await json('POST', '/setup', { body: { ...body, code: next } });
  });

  it.each([
    ['short', 'eleven char'],
    ['the name and more', 'ana and her friends'],
    ['of the list', 'Password1234'],
    ['one letter', 'aaaaaaaaaaaaaaaa'],
  ])('a password that is %s is refused, and the code stays good', async (_, password) => {
    const { code } = await json<{ code: string }>('POST', '/users/ana/reset', { as: owner() });
    const weak = refusal('POST', '/setup', { body: { code, name: 'ana', password } });
    expect(await weak).toMatchObject({ status: 400, code: 'password_weak', field: 'password' });
    await json('POST', '/setup', { body: { code, name: 'ana', password: PASSWORD } });
  });
});

describe('a session', () => {
  it('has a cookie that no script reads, that goes to this host alone and with no request of another page', async () => {
    const response = await call('POST', '/session', { body: { name: 'ana', password: PASSWORD } });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-plumbline=[\w-]{43}; /);
    for (const flag of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(flag);
    expect(cookie).not.toContain('Domain');
    expect(JSON.stringify(await response.json())).not.toContain(cookie.slice(17, 60));
  });

  it('begins with a new id, also where the browser brought one along', async () => {
    const planted = { cookie: `__Host-plumbline=${'A'.repeat(43)}` };
    const answer = await call('POST', '/session', { body: { name: 'ana', password: PASSWORD }, headers: planted });
    expect(answer.headers.get('set-cookie')).not.toContain('A'.repeat(43));
    const { status } = await call('GET', '/session', { headers: planted });
    expect(status).toBe(401);
  });

  it('is kept as a hash, as are passwords, tokens and codes', async () => {
    const me = await signIn('ana');
    const { token } = await json<{ token: string }>('POST', '/api-tokens', {
      as: me,
      body: { name: 'ci', scopes: ['models:read'] },
    });
    const { code } = await json<{ code: string }>('POST', '/users', {
      as: me,
      body: { name: 'kept', assignments: [{ role: 'viewer', sites: 'all' }] },
    });
    const { db } = small.fleet.database;
    const kept = JSON.stringify([
      await db.select().from(users),
      await db.select().from(sessions),
      await db.select().from(apiTokens),
      await db.select().from(accessCodes),
      (await list(db, { limit: 500 })).rows,
    ]);
    for (const secret of [me.cookie.split('=')[1]!, token.slice(4), code.slice(4), PASSWORD]) {
      expect(kept).not.toContain(secret);
    }
    expect(kept).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });

  it('is over after twelve hours without a request', async () => {
    const me = await signIn('ana');
    await small.clock.advance(12 * 3_600_000 - 1);
    expect((await call('GET', '/session', { as: me })).status).toBe(200);
    await small.clock.advance(12 * 3_600_000);
    expect(await refusal('GET', '/session', { as: me })).toMatchObject({ status: 401, code: 'session_over' });
  });

  it('is over after seven days, however busy', async () => {
    const me = await signIn('ana');
    for (let hours = 8; hours < 7 * 24; hours += 8) {
      await small.clock.advance(8 * 3_600_000);
      expect({ hours, status: (await call('GET', '/session', { as: me })).status }).toEqual({ hours, status: 200 });
    }
    await small.clock.advance(8 * 3_600_000);
    expect(await refusal('GET', '/session', { as: me })).toMatchObject({ status: 401, code: 'session_over' });
  });

  it('ends when somebody signs out, and with every other one when the password changes', async () => {
    const [one, two] = [await signIn('ana'), await signIn('ana')];
    await json('DELETE', '/session', { as: one });
    expect((await call('GET', '/session', { as: one })).status).toBe(401);
    const body = { password: PASSWORD, next: 'six words by good chance' };
    const changed = await call('POST', '/session/password', { as: two, body });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('set-cookie')).not.toContain(two.cookie);
    expect((await call('GET', '/session', { as: two })).status).toBe(401);
    const three = await signIn('ana', body.next);
    await json('POST', '/session/password', { as: three, body: { password: body.next, next: PASSWORD } });
  });

  it('and every token end with their user, at once', async () => {
    const bo = await person('bo', 'operator');
    const { token } = await json<{ token: string }>('POST', '/api-tokens', {
      as: bo,
      body: { name: 'ci', scopes: ['devices:read'] },
    });
    await json('GET', '/devices', { as: token });
    await json('DELETE', '/users/bo', { as: await signIn('ana') });
    expect((await call('GET', '/devices', { as: bo })).status).toBe(401);
    expect((await call('GET', '/devices', { as: token })).status).toBe(401);
    const again = refusal('POST', '/users', {
      as: owner(),
      body: { name: 'bo', assignments: [{ role: 'admin', sites: 'all' }] },
    });
    expect(await again).toMatchObject({ code: 'user_name_used' });
  });
});

it('no secret stands in the log or in what is answered, whether it was right or wrong', async () => {
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const watched = createPeople(createHttpApp({ ...small.fleet, log }), owner());
  const me = await watched.signIn('ana');
  const body = { name: 'ci', scopes: ['models:read'] };
  const { token } = await watched.json<{ token: string }>('POST', '/api-tokens', { as: me, body });
  const [guessed, code] = ['a guess that was wrong', `plc_${'B'.repeat(43)}`];
  const refusals = [
    await watched.refusal('POST', '/session', { body: { name: 'ana', password: guessed } }),
    await watched.refusal('POST', '/session', { body: { name: 'ana', password: guessed, more: guessed } }),
    await watched.refusal('POST', '/setup', { body: { name: 'eve', password: guessed, code } }),
    await watched.refusal('POST', '/session/password', {
      as: me,
      body: { password: guessed, next: `${guessed} again` },
    }),
    await watched.refusal('GET', '/users', { as: token }),
    await watched.refusal('GET', '/users', { as: `${token}x` }),
    await watched.refusal('POST', '/users', { as: me, body: {}, headers: { 'x-plumbline-csrf': me.csrf.slice(1) } }),
  ];
  expect(logged.length).toBeGreaterThanOrEqual(refusals.length);
  const said = logged.join('') + JSON.stringify(refusals);
  const cookie = me.cookie.split('=')[1]!;
  for (const secret of [PASSWORD, guessed, code, token, cookie, me.csrf, owner() === 'operator' ? 'plo_' : owner()]) {
    expect(said).not.toContain(secret);
  }
});

const roles = (role: string, sites: 'all' | string[] = 'all') => ({ assignments: [{ role, sites }] });
const admins = async () =>
  (
    await json<{ users: { name: string; removedAt: number | null; assignments: { role: string }[] }[] }>(
      'GET',
      '/users',
      { as: owner() },
    )
  ).users
    .filter(({ removedAt, assignments }) => removedAt === null && assignments.some(({ role }) => role === 'admin'))
    .map(({ name }) => name);

describe('the last admin', () => {
  it.each([
    ['removed', 'DELETE', '/users/ana', undefined, 'name'],
    ['given another role', 'PUT', '/users/ana/assignments', roles('operator'), 'assignments'],
    ['held to some sites', 'PUT', '/users/ana/assignments', roles('admin', ['north']), 'assignments'],
  ] as const)('cannot be %s, by themselves or by the owner', async (_, method, path, body, field) => {
    for (const as of [await signIn('ana'), owner()]) {
      expect(await refusal(method, path, { as, body })).toMatchObject({ status: 409, code: 'last_admin', field });
    }
    expect(await admins()).toEqual(['ana']);
  });

  it('is not replaced by somebody of some sites, or by somebody who has not come in yet', async () => {
    await person('half', 'admin', ['north']);
    const { code } = await json<{ code: string }>('POST', '/users', {
      as: owner(),
      body: { name: 'next', ...roles('admin') },
    });
    expect(await refusal('DELETE', '/users/ana', { as: owner() })).toMatchObject({ code: 'last_admin' });
    await json('POST', '/setup', { body: { code, name: 'next', password: PASSWORD } });
    await json('PUT', '/users/ana/assignments', { as: owner(), body: roles('viewer') });
    // Now it is the other one.
    expect(await refusal('DELETE', '/users/next', { as: owner() })).toMatchObject({ code: 'last_admin' });
    await json('PUT', '/users/ana/assignments', { as: owner(), body: roles('admin') });
    for (const name of ['next', 'half']) await json('DELETE', `/users/${name}`, { as: owner() });
    expect(await admins()).toEqual(['ana']);
  });
});

describe('a change that a cookie signs for', () => {
  const attacks: [what: string, headers: Record<string, string>][] = [
    ['without the header', { 'x-plumbline-csrf': '' }],
    ['with the header of another session', { 'x-plumbline-csrf': 'A'.repeat(43) }],
    ['from another page', { origin: 'https://evil.example' }],
    ['from another page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['from nowhere', { origin: 'null' }],
    ['from the same host on another port', { origin: 'https://fleet.example' }],
  ];
  it.each(attacks)('is refused %s', async (_, headers) => {
    const me = await signIn('ana');
    const body = { name: 'mallory', assignments: [{ role: 'admin', sites: 'all' }] };
    const forged = await refusal('POST', '/users', { as: me, body, headers });
    expect(forged).toMatchObject({ status: 403, code: 'csrf_refused' });
    const all = await json<{ users: { name: string }[] }>('GET', '/users', { as: me });
    expect(all.users.map(({ name }) => name)).not.toContain('mallory');
  });

  it('is refused where the browser says nothing at all', async () => {
    const { cookie, csrf } = await signIn('ana');
    const bare = refusal('POST', '/users', { headers: { cookie, 'x-plumbline-csrf': csrf }, body: {} });
    expect(await bare).toMatchObject({ code: 'csrf_refused', field: 'origin' });
  });

  it('passes from our own page', async () => {
    const me = await signIn('ana');
    const passed = await call('POST', '/users/ana/sign-out', { as: me, headers: { 'sec-fetch-site': 'same-origin' } });
    expect(passed.status).toBe(200);
  });

  it('signing in is refused from another page', async () => {
    const body = { name: 'ana', password: PASSWORD };
    const forged = refusal('POST', '/session', { body, headers: { origin: 'https://evil.example' } });
    expect(await forged).toMatchObject({ status: 403, code: 'csrf_refused' });
  });
});

const guess = (password: string) => call('POST', '/session', { body: { name: 'target', password } });

describe('guessing', () => {
  it('gets one answer for an unknown name and for a wrong password', async () => {
    const wrong = await refusal('POST', '/session', { body: { name: 'ana', password: 'not the password' } });
    const unknown = await refusal('POST', '/session', { body: { name: 'nobody', password: 'not the password' } });
    expect(unknown).toEqual(wrong);
    expect(wrong).toMatchObject({ status: 401, code: 'sign_in_refused' });
  });

  it('costs the same work for both', async () => {
    const times: Record<string, number[]> = { ana: [], nobody: [] };
    for (let turn = 0; turn < 5; turn += 1) {
      for (const name of ['ana', 'nobody']) {
        await small.clock.advance(86_400_001);
        const start = performance.now();
        await call('POST', '/session', { body: { name, password: 'not the password' } });
        times[name]!.push(performance.now() - start);
      }
    }
    // The least of each: what a busy machine adds is no work of ours.
    const [known, unknown] = [Math.min(...times['ana']!), Math.min(...times['nobody']!)];
    // Without the hash of nobody's password it would be a hundredth.
    expect(unknown / known).toBeGreaterThan(0.4);
    expect(unknown / known).toBeLessThan(2.5);
  });

  it('waits longer and longer at one name, and the right password waits with it', async () => {
    await person('target', 'viewer');
    const waits: number[] = [];
    for (let turn = 0; turn < 14; turn += 1) {
      const response = await guess('not the password');
      if (response.status !== 429) continue;
      const seconds = Number(response.headers.get('retry-after'));
      waits.push(seconds);
      expect((await guess(PASSWORD)).status).toBe(429);
      await small.clock.advance(seconds * 1000);
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.length).toBeGreaterThan(3);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(4 * waits[0]!);
    await small.clock.advance(60_000);
    expect((await guess(PASSWORD)).status).toBe(200);
  });

  it('a crowd at once is not a crowd of free tries', async () => {
    await person('crowded', 'viewer');
    const body = { name: 'crowded', password: 'not the password' };
    const all = await Promise.all(Array.from({ length: 12 }, () => call('POST', '/session', { body })));
    expect(all.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(all.filter(({ status }) => status === 429)).toHaveLength(7);
  });
});

describe('a token of a program', () => {
  it('may what it was made for and no more, and says when it was used', async () => {
    const me = await signIn('ana');
    const wanted = { name: 'ci', scopes: ['devices:read'], days: 2 };
    const { id, token } = await json<{ id: string; token: string }>('POST', '/api-tokens', { as: me, body: wanted });
    await json('GET', '/devices', { as: token });
    expect(await refusal('GET', '/models', { as: token })).toMatchObject({ status: 403, code: 'not_permitted' });
    const more = { name: 'more', scopes: ['access:admin'] };
    expect(await refusal('POST', '/api-tokens', { as: token, body: more })).toMatchObject({
      code: 'api_token_scope',
      field: 'scopes.0',
    });
    const { tokens } = await json<{ tokens: { id: string; lastUsedAt: number }[] }>('GET', '/api-tokens', { as: me });
    expect(tokens.find((one) => one.id === id)?.lastUsedAt).toBe(Math.floor(small.clock.now() / 60_000) * 60_000);
    await small.clock.advance(2 * 86_400_000);
    expect((await call('GET', '/devices', { as: token })).status).toBe(401);
  });

  it('is revoked by its user, by an admin, and by nobody else', async () => {
    const [cy, dora] = [await person('cy', 'operator'), await person('dora', 'operator')];
    const body = { name: 'ci', scopes: ['devices:read'] };
    const { id } = await json<{ id: string }>('POST', '/api-tokens', { as: cy, body });
    const { tokens } = await json<{ tokens: unknown[] }>('GET', '/api-tokens', { as: dora });
    expect(tokens).toEqual([]);
    const foreign = refusal('DELETE', `/api-tokens/${id}`, { as: dora });
    expect(await foreign).toMatchObject({ status: 404, code: 'api_token_unknown' });
    await json('DELETE', `/api-tokens/${id}`, { as: await signIn('ana') });
  });

  it.each([
    [{ days: 400 }, 'days'],
    [{ scopes: [] }, 'scopes'],
    [{ name: '' }, 'name'],
  ])('is refused with %j', async (change, field) => {
    const body = { name: 'ci', scopes: ['devices:read'], ...change };
    const answer = await refusal('POST', '/api-tokens', { as: await signIn('ana'), body });
    expect(answer).toMatchObject({ status: 400, field });
  });
});
