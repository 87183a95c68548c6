import { readFile } from 'node:fs/promises';
import { addMetadataSignatures, lineRole, parseEnrolmentCode, toBase64 } from '@plumbline/shared/trust';
import { problem } from '@plumbline/shared/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rolloutPlan } from '../../../delivery/rollouts/index.ts';
import { grantsOf, PERMISSIONS, ROLES, type Role } from '../../../platform/access/index.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list as listAudit } from '../../../platform/audit/index.ts';
import { alerts, rollouts } from '../../../platform/db/index.ts';
import { createToken, enrolDevice } from '../../../sites/devices/index.ts';
import { requestOf, signer } from '../../../sites/devices/testing/device-world.ts';
import { findPending, submitForApproval } from '../../../supply/models/index.ts';
import { createPeople, type Browser, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { tokenDeps } from '../../token-deps.ts';
import { createHttpApp, type App } from '../index.ts';
import { refuseUnlisted } from './guard.ts';
import { ROUTE_RULES, type Reach } from './route-permissions.ts';

const lab = createModelLab();
const SITES = ['north', 'south'] as const;
let small: SmallFleet;
let app: App;
let people: People;
/** On all sites, and on the northern one alone. */
const everywhere = new Map<Role, Browser>();
const north = new Map<Role, Browser>();

const planFor = (selector?: string) => ({
  line: 'delay',
  version: '1.0.0',
  stages: [{ name: 'all', size: { percent: 100 }, ...(selector !== undefined && { selector }) }],
});

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  app = createHttpApp(small.fleet);
  people = createPeople(app, small.fleet.operatorToken);
  for (const [index, site] of SITES.entries()) {
    const order = { site, device: `gw-${site}`, tags: ['crane'], lifetimeMs: 60_000 };
    const { code } = await createToken(await tokenDeps(small.fleet), 'user:operator', order);
    await enrolDevice(small.fleet, requestOf(parseEnrolmentCode(code).token, signer(index + 1)), '192.0.2.7');
  }
  await small.fleet.database.transaction(async (tx) => {
    const about = { kind: 'device_stale', scope: 'device', sentence: 'x', raisedAt: 1, lastAt: 1, count: 1, told: 1 };
    for (const site of SITES) {
      const [id, subject] = [`a-${site}`, `device:gw-${site}`];
      await tx.insert(alerts).values({ ...about, id, subject, details: JSON.stringify({ site }) });
    }
    const draft = { line: 'delay', version: '1.0.0', author: 'user:ana', revision: 0, createdAt: 1, updatedAt: 1 };
    const state = JSON.stringify({ status: 'draft', stage: 0, inner: 'pending', reason: '' });
    for (const [id, selector] of [
      ['r-north', 'site = "north"'],
      ['r-south', 'site = "south"'],
      ['r-both', undefined],
    ] as const) {
      const plan = JSON.stringify(rolloutPlan.parse(planFor(selector)));
      await tx.insert(rollouts).values({ ...draft, id, plan, state, status: 'draft' });
    }
  });
  for (const role of ROLES) {
    everywhere.set(role, await people.person(`${role}-all`, role));
    north.set(role, await people.person(`${role}-north`, role, ['north']));
  }
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

/** Every operation of the description, with parameters that name nothing or what is said. */
async function operations(): Promise<{ name: string; method: string; path: string }[]> {
  const { paths } = (await (await app.request('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
    })),
  );
}

function filled(path: string, values: Record<string, string>): string {
  return path.slice('/api/v1'.length).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
}

/** Status and code of an operation with a body that no route wants; a stream is not waited for. */
async function ask(as: Browser | undefined, method: string, path: string, body: unknown = { colour: 'red' }) {
  const response = await people.call(method, path, { as, ...(method !== 'GET' && { body }) });
  if (response.status < 400) {
    await response.body?.cancel();
    return { status: response.status, code: '' };
  }
  const said = problem.parse(await response.json());
  expect(said.status).toBe(response.status);
  return { status: said.status, code: said.code };
}

describe('every operation', () => {
  it('stands in the table, and the table names nothing else', async () => {
    const described = (await operations()).map(({ name }) => name);
    // Both are served and not described: bytes, and the description itself.
    const served = [...described, 'GET /api/v1/artifacts/{sha256}', 'GET /api/v1/openapi.json'];
    expect([...ROUTE_RULES.keys()].toSorted()).toEqual(served.toSorted());
  });

  it('that nobody put there keeps the server from starting', () => {
    const forgotten = createHttpApp(small.fleet);
    forgotten.get('/api/v1/forgotten', (context) => context.text('all of it'));
    expect(() => refuseUnlisted(forgotten)).toThrow(/GET \/api\/v1\/forgotten/);
  });

  it.each(ROLES)('is granted to a %s exactly where the table says so, and wrong input breaks none', async (role) => {
    const faults: object[] = [];
    for (const { name, method, path } of await operations()) {
      const rule = ROUTE_RULES.get(name);
      if (rule === undefined || rule.reach === 'open' || rule.reach === 'self') continue;
      const { status, code } = await ask(everywhere.get(role), method, filled(path, { order: 'x' }));
      const may = rule.permission === null || grantsOf(role).has(rule.permission);
      if (may === (code === 'not_permitted') || status >= 500) faults.push({ name, may, status, code });
    }
    expect(faults).toEqual([]);
  });

  it('that changes something is no GET', () => {
    const changes = /:(write|admin|approve|enrol|brake|settings)$/;
    const reads = ['GET /api/v1/users', 'GET /api/v1/alerts/mails'];
    const gets = [...ROUTE_RULES].filter(
      ([route, { permission }]) => route.startsWith('GET ') && changes.test(permission ?? ''),
    );
    expect(gets.map(([route]) => route)).toEqual(reads);
  });
});

it('the page about access has the same roles', async () => {
  const page = await readFile(new URL('../../../../../shared/docs/access.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+:\w+)` +\|(.*)\|$/gm)].map(([, permission, cells = '']) => [
    permission,
    cells.split('|').map((cell) => cell.trim() === 'yes'),
  ]);
  expect(rows).toEqual(PERMISSIONS.map((one) => [one, ROLES.map((role) => grantsOf(role).has(one))]));
});

describe('a role on one site', () => {
  /** Parameters that name something of the other site, and how the same is refused where it does not exist. */
  const foreign: Partial<Record<Reach, { values: Record<string, string>; unknown: Record<string, string> }>> = {
    site: { values: { site: 'south' }, unknown: { site: 'nowhere' } },
    device: { values: { id: 'gw-south' }, unknown: { id: 'gw-nowhere' } },
    pending: { values: { device: 'gw-south' }, unknown: { device: 'gw-nowhere' } },
    rollout: { values: { id: 'r-south' }, unknown: { id: 'r-nowhere' } },
    alert: { values: { id: 'a-south' }, unknown: { id: 'a-nowhere' } },
  };

  it.each(ROLES)('%s: the other one does not exist, and what is of the whole fleet is refused', async (role) => {
    const faults: object[] = [];
    for (const { name, method, path } of await operations()) {
      const rule = ROUTE_RULES.get(name);
      if (rule === undefined || rule.permission === null || !grantsOf(role).has(rule.permission)) continue;
      const as = north.get(role);
      if (rule.reach === 'all') {
        const answer = await ask(as, method, filled(path, {}));
        if (answer.code !== 'all_sites_needed') faults.push({ name, ...answer });
        continue;
      }
      const other = foreign[rule.reach];
      if (other === undefined || !path.includes('{')) continue;
      const [hidden, missing] = [
        await ask(as, method, filled(path, other.values)),
        await ask(as, method, filled(path, other.unknown)),
      ];
      if (hidden.status !== 404 || hidden.code !== missing.code) faults.push({ name, hidden, missing });
    }
    expect(faults).toEqual([]);
  });

  it('finds its own', async () => {
    const as = north.get('viewer');
    for (const path of [
      '/sites/north',
      '/sites/north/log',
      '/devices/gw-north',
      '/devices/gw-north/why',
      '/alerts/a-north',
      '/rollouts/r-north',
    ]) {
      expect({ path, ...(await ask(as, 'GET', path)) }).toEqual({ path, status: 200, code: '' });
    }
  });

  it.each([
    ['/devices', 'devices', ['gw-north']],
    ['/sites', 'sites', ['north']],
    ['/alerts', 'alerts', ['a-north']],
    ['/rollouts', 'rollouts', ['r-north']],
  ])('%s lists nothing else', async (path, list, ids) => {
    const rows = async (as: Browser | undefined) =>
      (await people.json<Record<string, { id: string }[]>>('GET', path, { as }))[list]?.map(({ id }) => id);
    expect(await rows(north.get('viewer'))).toEqual(ids);
    expect((await rows(everywhere.get('viewer')))?.length).toBeGreaterThan(1);
  });

  const beyond: [what: string, method: string, path: string, body: unknown][] = [
    ['a rollout without a selector', 'POST', '/rollouts', planFor()],
    ['a rollout that could find others', 'POST', '/rollouts', planFor('site = "north" or tag = "crane"')],
    ['a rollout by exclusion', 'POST', '/rollouts', planFor('not site = "south"')],
    [
      'a rollout of a group',
      'POST',
      '/rollouts',
      { ...planFor(), stages: [{ name: 'all', size: { percent: 100 }, group: 'g', selector: 'site = "north"' }] },
    ],
    ['a forecast for others', 'POST', '/rollouts/forecast', planFor('site = "south"')],
    ['a look at whom a selector finds', 'POST', '/selectors/preview', { selector: 'tag = "crane"' }],
    ['tags by a selector', 'POST', '/devices/tags', { selector: 'site in ("north", "south")', add: ['x'] }],
  ];
  it.each(beyond)('may not: %s', async (_, method, path, body) => {
    const answer = await people.refusal(method, path, { as: north.get('operator'), body });
    expect(answer).toMatchObject({ status: 403, code: 'sites_out_of_reach' });
  });

  it('may not: a rollout whose stages come from a policy', async () => {
    const { stages } = planFor();
    await people.json('PUT', '/policies/far', { as: everywhere.get('approver'), body: { spec: { stages } } });
    const body = { line: 'delay', version: '1.0.0', policy: 'far' };
    const answer = await people.refusal('POST', '/rollouts', { as: north.get('operator'), body });
    expect(answer).toMatchObject({ status: 403, code: 'sites_out_of_reach' });
  });

  const hidden: [what: string, path: string, body: unknown][] = [
    ['tags by a list', '/devices/tags', { devices: ['gw-north', 'gw-south'], add: ['x'] }],
    ['a code for another site', '/tokens', { site: 'south', device: 'gw-2' }],
    [
      'a code for another site, with a query that names one’s own',
      '/tokens?site=north',
      { site: 'south', device: 'gw-2' },
    ],
    [
      'codes of which one is for another site',
      '/tokens/batch',
      {
        tokens: [
          { site: 'north', device: 'a' },
          { site: 'south', device: 'b' },
        ],
      },
    ],
    ['a move to another site', '/devices/gw-north/move', { site: 'south', device: 'gw-9' }],
  ];
  it.each(hidden)('finds nothing: %s', async (_, path, body) => {
    const answer = await people.refusal('POST', path, { as: north.get('operator'), body });
    expect(answer.status).toBe(404);
  });

  it('works on its own', async () => {
    const as = north.get('operator');
    expect(
      await people.json('POST', '/devices/tags', { as, body: { devices: ['gw-north'], add: ['seen'] } }),
    ).toMatchObject({ count: 1 });
    expect(
      await people.json('POST', '/selectors/preview', { as, body: { selector: 'site = "north" and tag = "seen"' } }),
    ).toMatchObject({ count: 1 });
    await people.json('POST', '/tokens', { as, body: { site: 'north', device: 'gw-2' } });
  });

  it('a rollout is approved by the role for it alone', async () => {
    const body = { reason: 'seen' };
    const path = '/rollouts/r-north/approve';
    const operator = await people.refusal('POST', path, { as: north.get('operator'), body });
    expect(operator).toMatchObject({ status: 403, code: 'not_permitted' });
    const approver = await people.refusal('POST', path, { as: north.get('approver'), body });
    expect(approver.code).not.toBe('not_permitted');
  });
});

describe('a release', () => {
  it('is approved by another person than submitted it, whatever key signs', async () => {
    const { fleet, approver } = small;
    const author = 'user:approver-all';
    const { document } = await submitForApproval(fleet, author, await small.model('delay'));
    const { bytes } = (await findPending(fleet.database.db, 'delay', document))!;
    const signed = await addMetadataSignatures(bytes, [approver], lineRole('delay'));
    const body = { line: 'delay', document, actor: 'ben', bytes: toBase64(signed) };
    const own = await people.refusal('POST', '/approvals', { as: everywhere.get('approver'), body });
    expect(own).toMatchObject({ status: 403, code: 'approver_is_author', field: 'actor' });
    const operator = await people.refusal('POST', '/approvals', { as: everywhere.get('operator'), body });
    expect(operator.code).toBe('not_permitted');
    await people.json('POST', '/approvals', { as: everywhere.get('admin'), body });
    const { rows } = await listAudit(fleet.database.db, { subject: 'model:delay@1.0.0' });
    // Under the name of who was signed in, not under the one that the body says.
    expect(rows.find(({ action }) => action === 'models.approve')?.actor).toBe('user:admin-all');
  });
});

it('every answer, refusals too, forbids frames, foreign scripts and guessing of types, and opens to no other origin', async () => {
  for (const path of ['/health', '/devices', '/nowhere']) {
    const { headers } = await people.call('GET', path, { headers: { origin: 'https://evil.example' } });
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["script-src 'self';", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(part);
    expect(/script-src[^;]*unsafe/.test(policy)).toBe(false);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=/);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});
