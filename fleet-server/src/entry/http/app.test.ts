import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problem } from '@plumbline/shared/api';
import { CodedError, type ErrorKind } from '@plumbline/shared/errors';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import { createFleetServer, type FleetServer } from '../../server.ts';
import type { App } from './edge.ts';
import { createHttpApp } from './index.ts';
import { checkedAnswers } from '../testing/checked-answers.ts';

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  refused: 422,
  unavailable: 503,
  internal: 500,
};
const OPEN = [
  'get /api/v1/health',
  'post /api/v1/enrol',
  'post /api/v1/certificates/challenge',
  'post /api/v1/certificates/renew',
  'get /api/v1/openapi.json',
  'get /api/v1/setup',
  'post /api/v1/setup',
  'post /api/v1/session',
  'get /api/v1/ways-in',
  'get /api/v1/session/identity',
  'get /api/v1/session/identity/callback',
];
/** Signs by a secret instead of signing in; its own test says what becomes of a wrong signature. */
const SIGNED = ['post /api/v1/pipelines/{name}/trigger'];
let folder: string;
let server: FleetServer;
let app: App;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-http-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock: createVirtualClock() });
  app = checkedAnswers(createHttpApp(server.fleet));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const request = (path: string, init: RequestInit = {}, of: App = app) =>
  of.request(path, {
    ...init,
    headers: {
      authorization: `Bearer ${server.fleet.operatorToken}`,
      'content-type': 'application/json',
      ...init.headers,
    },
  });
const post = (path: string, body: unknown) => request(path, { method: 'POST', body: JSON.stringify(body) });

async function problemIn(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const said = problem.parse(await response.json());
  expect(said.status).toBe(response.status);
  return said;
}

/** The application with one more route, behind the same edge, that fails as it is told to. */
function failing(error: unknown): App {
  const probe = createHttpApp(server.fleet);
  probe.get('/api/v1/probe', () => {
    throw error;
  });
  return probe;
}

describe('a refusal', () => {
  it.each(Object.entries(STATUS))('of kind %s is a problem document with status %i', async (kind, status) => {
    const error = new CodedError('some_code', 'what went wrong', {
      kind: kind as ErrorKind,
      field: 'rows[3].seq',
      expected: '> 7',
    });
    expect(await problemIn(await request('/api/v1/probe', {}, failing(error)))).toEqual({
      type: 'urn:plumbline:problem:some_code',
      title: kind,
      status,
      detail: 'what went wrong',
      code: 'some_code',
      field: 'rows[3].seq',
      expected: '> 7',
    });
  });

  it('that nobody foresaw tells nothing of the inside', async () => {
    const response = await request('/api/v1/probe', {}, failing(new TypeError('secret at /srv/keys/builder.json')));
    expect(await problemIn(response)).toEqual({
      type: 'urn:plumbline:problem:internal_error',
      title: 'internal',
      status: 500,
      detail: 'internal error',
      code: 'internal_error',
    });
  });
});

describe('a request', () => {
  it.each([
    ['without a token', {}],
    ['with another token', { authorization: `Bearer ${'x'.repeat(32)}` }],
    ['with the token of another scheme', { authorization: 'Basic YW5hOmFuYQ==' }],
  ])('%s is asked who it is, on every route but the open ones', async (_what, headers: Record<string, string>) => {
    for (const [method, path] of routes().filter(([verb, at]) => ![...OPEN, ...SIGNED].includes(`${verb} ${at}`))) {
      const given = await app.request(path.replaceAll(/\{\w+\}/g, 'x'), { method, headers });
      expect({ path, ...(await problemIn(given)) }).toMatchObject({
        status: 401,
        code: 'not_signed_in',
        field: 'authorization',
      });
    }
  });

  it('without a token may ask for health, a name and the description of the API', async () => {
    for (const route of OPEN) {
      const [method = '', path = ''] = route.split(' ');
      const { status } = await app.request(path, { method });
      expect({ route, status }).not.toEqual({ route, status: 401 });
    }
  });

  it.each(['/', '/api/v1/nowhere', '/api/v2/models'])('to %s finds nothing', async (path) => {
    expect(await problemIn(await request(path))).toMatchObject({ status: 404, code: 'no_such_route', field: 'path' });
  });

  it('with a body that is no JSON is told so', async () => {
    const response = await request('/api/v1/tokens', { method: 'POST', body: '{"site":' });
    expect(await problemIn(response)).toMatchObject({
      status: 400,
      code: 'body_malformed',
      field: 'body',
      expected: 'JSON',
    });
  });

  it.each([
    ['site', { device: 'gw-1' }],
    ['hours', { site: 'north', device: 'gw-1', hours: -1 }],
    ['tags.0', { site: 'north', device: 'gw-1', tags: [1] }],
    ['body', { site: 'north', device: 'gw-1', colour: 'red' }],
  ])('with a wrong %s is told the field', async (field, body) => {
    const response = await post('/api/v1/tokens', body);
    expect(await problemIn(response)).toMatchObject({ status: 400, code: 'body_malformed', field });
  });

  it('with a query or path that makes no sense is told the field', async () => {
    expect(await problemIn(await request('/api/v1/sites/north/log?cursor=-1'))).toMatchObject({ field: 'cursor' });
    expect(await problemIn(await post('/api/v1/rollouts/r-1/explode', {}))).toMatchObject({ field: 'order' });
  });

  it('that announces more than the server reads is stopped before it is read', async () => {
    const headers = { 'content-length': String(97 * 1024 * 1024) };
    const response = await request('/api/v1/tokens', { method: 'POST', body: '{}', headers });
    expect(await problemIn(response)).toMatchObject({ status: 413, code: 'body_too_large', field: 'body' });
  });

  it('with a model that is not base64 is told so', async () => {
    const features = [{ name: 'a', type: 'number', missing: 'accept', from: { column: 'a' } }];
    const inputs = [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }];
    const mapping = { line: 'delay', target: 't', algorithm: 'a', inputs, output: { kind: 'value', value: 'y' } };
    expect(await problemIn(await post('/api/v1/models', { mapping, model: '%%' }))).toMatchObject({ field: 'model' });
  });
});

describe('what was found in the rooms behind', () => {
  it('comes through with its own code', async () => {
    const missing = await problemIn(await request('/api/v1/models/delay/1.0.0'));
    expect(missing).toMatchObject({ status: 404, code: 'model_unknown', field: 'model' });
    const unknown = await problemIn(await request('/api/v1/devices/nobody'));
    expect(unknown).toMatchObject({ status: 404, code: 'device_unknown', field: 'device' });
    const address = await problemIn(await request('/api/v1/artifacts/..%2Fkeys'));
    expect(address).toMatchObject({ status: 400, code: 'artifact_address_invalid', field: 'sha256' });
  });

  it('answers with an artifact byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
    const sha256 = await server.fleet.artifacts.put(bytes);
    const response = await request(`/api/v1/artifacts/${sha256}`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });
});

it('every route is described, but the bytes of artifacts', async () => {
  const { paths } = (await (await app.request('/api/v1/openapi.json')).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const served = routes()
    .filter(([, path]) => path !== '/api/v1/artifacts/{sha256}' && path !== '/api/v1/openapi.json')
    .map(([method, path]) => `${method} ${path}`);
  expect(served.length).toBeGreaterThan(15);
  expect(described.toSorted()).toEqual(served.toSorted());
});

const keyed = (key: string, path: string, body: unknown) =>
  request(path, { method: 'POST', body: JSON.stringify(body), headers: { 'idempotency-key': key } });
const groupNames = async () => {
  const { groups: all } = (await (await request('/api/v1/groups')).json()) as { groups: { name: string }[] };
  return all.map(({ name }) => name);
};

describe('a request with an idempotency key', () => {
  it('is done once, and answered again as it was', async () => {
    const order = { name: 'cranes', selector: 'tag = crane' };
    const first = await keyed('k-1', '/api/v1/groups', order);
    const said = await first.json();
    expect({ status: first.status, said }).toMatchObject({ status: 200, said: { name: 'cranes' } });
    const again = await keyed('k-1', '/api/v1/groups', order);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect({ status: again.status, said: await again.json() }).toEqual({ status: 200, said });
    // Without the key the verb itself says what is wrong.
    expect((await post('/api/v1/groups', order)).status).toBe(409);
    expect(await groupNames()).toEqual(['cranes']);
  });

  it('for something else than before is refused, and does nothing', async () => {
    const other = await problemIn(await keyed('k-1', '/api/v1/groups', { name: 'masts', selector: 'tag = mast' }));
    expect(other).toMatchObject({ status: 409, code: 'idempotency_key_reused', field: 'idempotency-key' });
    expect(await groupNames()).toEqual(['cranes']);
  });

  it('that was refused is refused again in the same words, and with a new key is not', async () => {
    const wrong = { name: 'no such name', selector: 'tag = mast' };
    const said = await problemIn(await keyed('k-2', '/api/v1/groups', wrong));
    expect(await problemIn(await keyed('k-2', '/api/v1/groups', wrong))).toEqual(said);
    expect((await keyed('k-3', '/api/v1/groups', { name: 'masts', selector: 'tag = mast' })).status).toBe(200);
  });

  it('never gives a secret out twice', async () => {
    expect((await keyed('k-4', '/api/v1/operators', { name: 'mia' })).status).toBe(200);
    const again = await problemIn(await keyed('k-4', '/api/v1/operators', { name: 'mia' }));
    expect(again).toMatchObject({ status: 409, code: 'idempotency_answer_secret' });
  });

  it.each(['', ' ', 'ä', 'x'.repeat(256)])('of %j is told what a key is', async (key) => {
    const response = await app.request('/api/v1/groups', {
      method: 'POST',
      body: '{}',
      headers: [
        ['authorization', `Bearer ${server.fleet.operatorToken}`],
        ['content-type', 'application/json'],
        ['idempotency-key', encodeURI(key) === key ? key : '\u00e4'],
      ],
    });
    expect((await problemIn(response)).code).toBe('idempotency_key_malformed');
  });
});

describe('the description', () => {
  interface Operation {
    operationId?: string;
    summary?: string;
    tags?: string[];
    parameters?: { name: string; in: string; required?: boolean }[];
    responses: Record<string, { content?: Record<string, { schema?: unknown }> }>;
  }
  let document: { openapi: string; paths: Record<string, Record<string, Operation>> };
  let operations: { path: string; method: string; operation: Operation }[];
  beforeAll(async () => {
    document = (await (await app.request('/api/v1/openapi.json')).json()) as typeof document;
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
  });

  it('is of OpenAPI 3.1, and every reference in it leads somewhere', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
    expect(references.length).toBeGreaterThan(100);
    const lost = references.filter((to) => {
      const parts = to.slice(2).split('/');
      return (
        parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document) === undefined
      );
    });
    expect(lost).toEqual([]);
  });

  it('names every operation once, with a sentence, a tag, its answer and its refusal', () => {
    const ids = operations.map(({ operation }) => operation.operationId ?? '');
    expect(new Set(ids).size).toBe(operations.length);
    for (const { path, method, operation } of operations) {
      const { operationId = '', summary = '', tags = [], responses } = operation;
      expect({ path, method, operationId, summary, tags: tags.length, answers: Object.keys(responses) }).toMatchObject({
        operationId: expect.stringMatching(/^[a-z][A-Za-z0-9]+$/),
        summary: expect.stringMatching(/^[A-Z].+\.$/),
        tags: 1,
        answers: expect.arrayContaining([expect.stringMatching(/^(200|302)$/), 'default']),
      });
    }
  });

  it('declares every parameter of a path, and no other', () => {
    for (const { path, operation } of operations) {
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect({ path, names: declared.map(({ name }) => name).toSorted() }).toEqual({
        path,
        names: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(),
      });
      expect(declared.every(({ required }) => required)).toBe(true);
    }
  });

  it('says of every JSON answer what is in it', () => {
    const silent = operations.filter(({ operation }) => {
      const schema = operation.responses['200']?.content?.['application/json']?.schema;
      return (
        schema !== undefined && ['{}', '{"type":"object","additionalProperties":{}}'].includes(JSON.stringify(schema))
      );
    });
    // A schema of JSON Schema is whatever it is.
    expect(silent.map(({ path }) => path)).toEqual(['/api/v1/schemas/{file}']);
  });
});

/** Method and path, in the notation of OpenAPI, of everything that is served below /api/v1. */
function routes(): [string, string][] {
  const served = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  return [...new Set(served)].map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return [method, path];
  });
}
