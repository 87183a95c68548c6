import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { list } from '../../fleet-server/src/platform/audit/index.ts';
import { createFleet, type TestFleet } from '../harness/index.ts';
import { startProvider, type TestProvider, type TokenParts } from './identity-provider.ts';
import { createTraveller, type Traveller } from './traveller.ts';

const CALLBACK = '/api/v1/session/identity/callback';
const HOUR_S = 3600;

let provider: TestProvider;
let fleet: TestFleet;

beforeAll(async () => {
  provider = await startProvider();
  fleet = await createFleet({
    environment: {
      PLUMBLINE_PLAIN: '1',
      PLUMBLINE_OIDC_ISSUER: provider.issuer,
      PLUMBLINE_OIDC_CLIENT_ID: provider.clientId,
      PLUMBLINE_OIDC_CLIENT_SECRET: provider.clientSecret,
      PLUMBLINE_OIDC_ROLES: 'crew-north=operator@north; crew-south=operator@south; cn=boss,dc=example=admin',
    },
  });
  provider.serve(`${fleet.server.url}${CALLBACK}`);
  provider.people.set('4711', { preferred_username: 'bo', groups: ['crew-north', 'football'] });
});
afterEach(() => {
  provider.forge = undefined;
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});

const at = (path: string) => `${fleet.server.url}${path}`;
const isCallback = (url: string) => url.startsWith(at(CALLBACK));

/** Through the provider's own pages. @returns the address that it sends the browser back to */
async function travel(traveller: Traveller, who = '4711', from = '/api/v1/session/identity'): Promise<string> {
  const form = await traveller.follow(at(from), isCallback);
  if (isCallback(form)) return form;
  const response = await traveller.visit(form, { prompt: 'login', login: who, password: 'x' });
  return traveller.follow(new URL(response.headers.get('location') ?? '', form).href, isCallback);
}

async function signIn(who?: string, traveller = createTraveller()): Promise<{ traveller: Traveller; landed: string }> {
  const answer = await travel(traveller, who);
  const response = await traveller.visit(answer);
  return { traveller, landed: response.headers.get('location') ?? String(response.status) };
}

async function whoIs(traveller: Traveller) {
  const response = await traveller.visit(at('/api/v1/session'));
  return (await response.json()) as { actor?: string; assignments?: unknown; code?: string };
}

async function lastRows(action: string) {
  return (await list(fleet.server.fleet.database.db, { action, limit: 50 })).rows;
}

describe('signing in by an identity provider', () => {
  it('makes a user by issuer and subject, with the roles of their groups, and a session like any other', async () => {
    const { traveller, landed } = await signIn();
    expect(landed).toBe('/');
    expect(await whoIs(traveller)).toMatchObject({
      actor: 'user:bo',
      by: 'session',
      assignments: [{ role: 'operator', sites: ['north'] }],
    });
    const { users } = await fleet.client.get<{ users: object[] }>('/api/v1/users');
    const identity = { issuer: provider.issuer, subject: '4711' };
    expect(users).toMatchObject([{ name: 'bo', hasPassword: false, identity }]);
  });

  it.each([
    ['/models/delay?tab=versions', '/models/delay?tab=versions'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['https://evil.example/', '/'],
  ])('asked for %s goes back to %s', async (to, back) => {
    const traveller = createTraveller();
    const answer = await travel(traveller, '4711', `/api/v1/session/identity?${new URLSearchParams({ to })}`);
    expect((await traveller.visit(answer)).headers.get('location')).toBe(back);
  });

  it('renews the roles each time, and puts out whom no group gives any', async () => {
    provider.people.set('4712', { preferred_username: 'Cy.Doe@example.com', groups: ['crew-north', 'crew-south'] });
    const { traveller } = await signIn('4712');
    expect(await whoIs(traveller)).toMatchObject({
      actor: 'user:cy.doe',
      assignments: [{ role: 'operator', sites: ['north', 'south'] }],
    });
    provider.people.set('4712', { groups: ['cn=boss,dc=example'] });
    const again = await signIn('4712');
    expect(await whoIs(again.traveller)).toMatchObject({
      actor: 'user:cy.doe',
      assignments: [{ role: 'admin', sites: 'all' }],
    });
    const [renewed] = await lastRows('users.assign');
    expect(renewed).toMatchObject({ subject: 'user:cy.doe', details: { by: 'groups' } });
    provider.people.set('4712', { groups: ['football'] });
    expect((await signIn('4712')).landed).toBe('/#refused=identity_without_role');
    for (const one of [traveller, again.traveller]) expect(await whoIs(one)).toMatchObject({ code: 'session_over' });
  });

  it('gives nobody the account of a name, or of an address', async () => {
    provider.people.set('4713', { preferred_username: 'bo', email: 'bo@example.com', groups: ['crew-south'] });
    const { traveller } = await signIn('4713');
    const { actor } = await whoIs(traveller);
    expect(actor).toMatch(/^user:bo-[0-9a-f]{8}$/);
    provider.people.set('4714', { preferred_username: 'operator', groups: ['crew-south'] });
    expect((await whoIs((await signIn('4714')).traveller)).actor).toMatch(/^user:operator-[0-9a-f]{8}$/);
  });

  it('lets in nobody who was removed here, until an admin says so', async () => {
    provider.people.set('4715', { preferred_username: 'dee', groups: ['crew-south'] });
    const { traveller } = await signIn('4715');
    await fleet.client.delete('/api/v1/users/dee');
    expect(await whoIs(traveller)).toMatchObject({ code: 'session_over' });
    expect((await signIn('4715')).landed).toBe('/#refused=identity_removed');
    await fleet.client.put('/api/v1/users/dee/identity', { subject: null });
    expect((await whoIs((await signIn('4715')).traveller)).actor).toMatch(/^user:dee-/);
  });
});

const attacks: [what: string, reason: RegExp, forge: (issued: TokenParts) => Promise<string>][] = [
  [
    'names another issuer',
    /iss/,
    ({ claims, header }) => provider.sign({ header, claims: { ...claims, iss: 'https://evil.example' } }),
  ],
  [
    'is for another client',
    /aud/,
    ({ claims, header }) => provider.sign({ header, claims: { ...claims, aud: 'another' } }),
  ],
  [
    'answers another request',
    /nonce/,
    ({ claims, header }) => provider.sign({ header, claims: { ...claims, nonce: 'of before' } }),
  ],
  [
    'carries no nonce',
    /nonce/,
    ({ claims, header }) => provider.sign({ header, claims: { ...claims, nonce: undefined } }),
  ],
  [
    'is over',
    /exp/,
    ({ claims, header }) =>
      provider.sign({ header, claims: { ...claims, iat: claims.iat! - 2 * HOUR_S, exp: claims.exp! - 2 * HOUR_S } }),
  ],
  ['is signed by nobody (alg none)', /alg/, async ({ claims }) => `${encoded({ alg: 'none' })}.${encoded(claims)}.`],
  [
    'is signed with what the client itself knows (HS256)',
    /alg/,
    ({ claims }) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(provider.clientSecret)),
  ],
  [
    'is signed by a key of somebody else',
    /signature/,
    async ({ claims, header }) =>
      new SignJWT(claims).setProtectedHeader(header).sign((await generateKeyPair('RS256')).privateKey),
  ],
  [
    'is of another person than userinfo',
    /sub/,
    ({ claims, header }) => provider.sign({ header, claims: { ...claims, sub: 'admin' } }),
  ],
];

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function bend(answer: string, change: (query: URLSearchParams) => void): string {
  const url = new URL(answer);
  change(url.searchParams);
  return url.href;
}

function refused(reason: RegExp) {
  return {
    landed: '/#refused=identity_refused',
    body: '',
    cookies: '',
    written: [
      { actor: 'address:127.0.0.1', details: { code: 'identity_refused', reason: expect.stringMatching(reason) } },
    ],
    leaked: [],
    whoWasIn: 'user:bo',
    whoComesNext: '/',
  };
}

/** Row 52. One code for all of them; which part it was, only log and audit say. */
describe('an answer of the provider is refused that', () => {
  let before: Traveller;
  beforeAll(async () => {
    before = (await signIn()).traveller;
  });

  /** What the browser got, what was left behind, and how others fare. */
  const outcomeOf = async (traveller: Traveller, answer: string) => {
    const rows = (await lastRows('sessions.refuse')).length;
    const response = await traveller.visit(answer);
    const after = await lastRows('sessions.refuse');
    const kept = JSON.stringify([after, fleet.log]);
    const secrets = [new URL(answer).searchParams.get('code') ?? 'none', provider.clientSecret];
    provider.forge = undefined;
    return {
      landed: response.headers.get('location'),
      body: await response.text(),
      cookies: traveller.cookies(new URL(fleet.server.url).host),
      written: after.slice(0, after.length - rows).map(({ actor, details }) => ({ actor, details })),
      leaked: secrets.filter((secret) => kept.includes(secret)),
      whoWasIn: (await whoIs(before)).actor,
      whoComesNext: (await signIn()).landed,
    };
  };
  it.each(attacks)('has an ID token that %s', async (_, reason, forge) => {
    const traveller = createTraveller();
    provider.forge = forge;
    expect(await outcomeOf(traveller, await travel(traveller))).toEqual(refused(reason));
  });

  it.each<[what: string, reason: RegExp, change: (query: URLSearchParams) => void]>([
    ['has another state', /state/, (query) => query.set('state', 'of somebody else')],
    ['has no state', /state/, (query) => query.delete('state')],
    ['comes from another issuer (mix-up)', /iss/, (query) => query.set('iss', 'https://evil.example')],
    ['does not say from which issuer it comes', /iss/, (query) => query.delete('iss')],
    ['has another code', /invalid_grant|error|unexpected/i, (query) => query.set('code', 'a'.repeat(43))],
  ])('%s', async (_, reason, change) => {
    const traveller = createTraveller();
    expect(await outcomeOf(traveller, bend(await travel(traveller), change))).toEqual(refused(reason));
  });

  it('comes to a browser in which nothing began', async () => {
    const answer = await travel(createTraveller());
    expect(await outcomeOf(createTraveller(), answer)).toEqual(refused(/no such flight/));
  });

  it('comes a second time', async () => {
    const traveller = createTraveller();
    const answer = await travel(traveller);
    const thief = traveller.copy();
    expect((await traveller.visit(answer)).headers.get('location')).toBe('/');
    expect(await outcomeOf(thief, answer)).toEqual(refused(/no such flight/));
  });

  it('has the code of another browser’s sign-in', async () => {
    const [victim, thief] = [createTraveller(), createTraveller()];
    const code = new URL(await travel(victim)).searchParams.get('code') ?? '';
    const answer = bend(await travel(thief), (query) => query.set('code', code));
    // PKCE: the code was asked for with a verifier that this browser does not have.
    expect(await outcomeOf(thief, answer)).toEqual(refused(/error|invalid/i));
  });
});

it('whoever is refused again and again waits, and the page says so', async () => {
  // Who comes in ends the count of what was wrong before.
  await signIn();
  const traveller = createTraveller();
  const landed: (string | null)[] = [];
  for (let i = 0; i < 7; i += 1) {
    landed.push((await traveller.visit(at(`${CALLBACK}?code=x&state=y`))).headers.get('location'));
  }
  expect(landed[0]).toBe('/#refused=identity_refused');
  expect(landed.at(-1)).toBe('/#refused=rate_limited');
});
