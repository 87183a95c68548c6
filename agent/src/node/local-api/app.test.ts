import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../ports/index.ts';
import { LINE, mintAssignment, mintRelease, mintRepository } from '../../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../testing/test-device.ts';
import { createDrivenClock } from '../platform/driven-clock.ts';
import { createLocalApi } from './app.ts';

const NOW = Date.UTC(2026, 2, 1);
const MAX_BODY_BYTES = 8 * 2 ** 20;

/** Every member some route answers with. */
interface Answer {
  predictions: { asOf: number; reasons?: unknown[] }[];
  entry: { id: string };
  activities: unknown[];
  field?: string;
}

describe('the local API', () => {
  let device: TestDevice;
  let app: ReturnType<typeof createLocalApi>;
  beforeEach(async () => {
    device = await createTestDevice();
    await device.start();
    app = createLocalApi({
      agent: device.agent(),
      clock: device.clock,
      driven: createDrivenClock(NOW),
      log: pino({ level: 'silent' }),
      runtime: 'linear 1.0.0',
      problems: () => [],
    });
  });
  afterEach(() => device.agent().stop());

  const install = async () => {
    const release = await mintRelease();
    device.server.offer(release);
    device.server.assign(await mintAssignment(1, [release]), await mintRepository({ releases: [release] }));
    await device.pass(5000);
  };
  const request = async (path: string, init: RequestInit = {}) => {
    const response = await app.request(`http://127.0.0.1:7420${path}`, {
      ...init,
      headers: { host: '127.0.0.1:7420', ...init.headers },
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: (await response.json()) as Answer,
    };
  };
  const post = (path: string, body: unknown) =>
    request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

  describe('asked for a prediction', () => {
    it('says that there is no model before there is one', async () => {
      expect(await post('/v1/predict', { values: { a: 1, b: 1 } })).toMatchObject({
        status: 503,
        type: 'application/problem+json',
        body: { code: 'no_model', status: 503, title: 'unavailable' },
      });
    });

    it('answers one record, as of now, without reasons', async () => {
      await install();
      const { status, body } = await post('/v1/predict', { activity: 'x', values: { a: 1, b: 1 } });
      expect(status).toBe(200);
      expect(body.predictions).toEqual([
        expect.objectContaining({ activity: 'x', line: LINE, score: expect.any(Number), asOf: device.clock.now() }),
      ]);
      expect(body.predictions[0]).not.toHaveProperty('reasons');
    });

    it('answers many in their order, with as many reasons as asked for', async () => {
      await install();
      const records = [1, 2].map((a) => ({ values: { a, b: 3 }, asOf: a }));
      const { body } = await post('/v1/predict?reasons=1', { records });
      expect(body.predictions.map(({ asOf }) => asOf)).toEqual([1, 2]);
      expect(body.predictions[0]?.reasons).toHaveLength(1);
    });

    it('names the value a model cannot take', async () => {
      await install();
      expect(await post('/v1/predict', { values: { a: 'much', b: 1 } })).toMatchObject({
        status: 400,
        body: { code: 'value_type', field: 'records[0].values.a', expected: 'a number' },
      });
    });
  });

  it('answers an outcome only when it is durable', async () => {
    const { status, body } = await post('/v1/outcomes', { activity: 'x', label: 1, actor: 'foreman', ref: 'r', at: 5 });
    expect(status).toBe(200);
    expect(body.entry).toMatchObject({ activity: 'x', value: { label: 1, observedAt: 5 }, actor: 'foreman' });
    expect(device.store().keys()).toContain(`site/entry/${body.entry.id}`);
  });

  it('passes on that the disk is full, and keeps nothing', async () => {
    device.store().refuse(new StoreError('store_full', 'full', { kind: 'unavailable' }));
    expect(await post('/v1/outcomes', { activity: 'x', label: 0 })).toMatchObject({
      status: 503,
      body: { code: 'store_full' },
    });
    device.store().refuse(undefined);
    expect((await request('/v1/activities')).body).toEqual({ activities: [] });
  });

  it('shows activities, state and health', async () => {
    await install();
    await post('/v1/outcomes', { activity: 'x', label: 1 });
    expect((await request('/v1/activities')).body.activities).toEqual([
      expect.objectContaining({ activity: 'x', outcome: expect.objectContaining({ label: 1 }) }),
    ]);
    expect((await request('/v1/state')).body).toMatchObject({ lines: [{ line: LINE }] });
    expect((await request('/v1/health')).body).toMatchObject({ status: 'running', device: 'gateway-1', models: 1 });
  });

  describe('in a replay', () => {
    it('moves its clock forward, by number or by date, and never back', async () => {
      expect(await post('/v1/clock', { now: NOW + 1 })).toMatchObject({ body: { now: NOW + 1, predictions: 0 } });
      expect(await post('/v1/clock', { now: '2026-03-02T00:00:00Z' })).toMatchObject({
        body: { now: NOW + 86_400_000 },
      });
      expect(await post('/v1/clock', { now: NOW })).toMatchObject({ status: 409, body: { code: 'clock_backwards' } });
    });

    it('says how much still waits when the time to flush is over', async () => {
      device.server.acknowledge(false);
      await post('/v1/outcomes', { activity: 'x', label: 1 });
      expect((await post('/v1/flush', { timeoutMs: 0 })).body).toMatchObject({ empty: false, waiting: { entries: 1 } });
    });

    it('alone has these routes', async () => {
      const plain = createLocalApi({
        agent: device.agent(),
        clock: device.clock,
        driven: undefined,
        log: pino({ level: 'silent' }),
        runtime: '',
        problems: () => [],
      });
      const init = { method: 'POST', headers: { host: 'localhost' } };
      expect((await plain.request('http://localhost/v1/clock', init)).status).toBe(404);
    });
  });

  describe.each([
    ['is not JSON', '/v1/outcomes', '{', 400, 'request_malformed', 'body'],
    ['is not UTF-8 text', '/v1/outcomes', '"\ud800', 400, 'request_malformed', 'body'],
    ['lacks a field', '/v1/outcomes', { label: 1 }, 400, 'request_malformed', 'activity'],
    ['has a wrong label', '/v1/outcomes', { activity: 'x', label: 2 }, 400, 'request_malformed', 'label'],
    [
      'has a field nobody knows',
      '/v1/outcomes',
      { activity: 'x', label: 1, mood: 1 },
      400,
      'request_malformed',
      'body',
    ],
    ['holds no record', '/v1/predict', { records: [] }, 400, 'request_malformed', 'records'],
    ['holds a list as a value', '/v1/predict', { values: { a: [] } }, 400, 'request_malformed', 'records[0].values.a'],
    ['is too large', '/v1/predict', 'x'.repeat(MAX_BODY_BYTES + 1), 413, 'body_too_large', 'body'],
    ['asks for half a reason', '/v1/predict?reasons=0.5', { values: {} }, 400, 'request_malformed', 'reasons'],
    ['goes nowhere', '/v1/nowhere', {}, 404, 'no_such_route', undefined],
  ])('refuses a request that %s', (_what, path, body, status, code, field) => {
    it(`as ${code}`, async () => {
      const answer = await post(path, body);
      expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { code, status } });
      expect(answer.body.field).toBe(field);
    });
  });

  it.each([
    ['a foreign name for this machine', { host: 'plumbline.example' }],
    ['a page of another origin', { origin: 'https://example.com' }],
    ['an origin without a name', { origin: 'null' }],
  ])('refuses %s', async (_what, headers) => {
    const answer = await app.request('http://127.0.0.1:7420/v1/state', {
      headers: { host: '127.0.0.1:7420', ...headers },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'request_not_local' });
  });
});
