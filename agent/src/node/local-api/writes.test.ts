import { toBase64 } from '@plumbline/shared/trust';
import { photoOf, photoRow } from '@plumbline/shared/wire';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../ports/index.ts';
import { mintAssignment, mintRelease, mintRepository } from '../../testing/mint.ts';
import { createTestDevice, type TestDevice } from '../../testing/test-device.ts';
import { createLocalApi } from './app.ts';

const HOUR_MS = 3_600_000;

interface Answer {
  entry: { id: string };
  results: { entry?: { id: string }; problem?: { code: string; field?: string } }[];
  deferral: { until: number; actor: string } | null;
  code?: string;
  field?: string;
}

const say = { activity: 'x', actor: 'ada' };
const percent = (percentComplete: number) => ({ ...say, field: 'progress', value: { percentComplete } });

describe('the local API', () => {
  let device: TestDevice;
  beforeEach(async () => {
    device = await createTestDevice();
    await device.start();
  });
  afterEach(() => device.agent().stop());

  const request = async (path: string, init: RequestInit = {}) => {
    const app = createLocalApi({
      agent: device.agent(),
      clock: device.clock,
      driven: undefined,
      log: pino({ level: 'silent' }),
      runtime: 'linear 1.0.0',
      problems: () => [],
    });
    const response = await app.request(`http://127.0.0.1${path}`, { ...init, headers: { host: '127.0.0.1' } });
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const post = (path: string, body: unknown) => request(path, { method: 'POST', body: JSON.stringify(body) });
  const entries = () =>
    device
      .store()
      .keys()
      .filter((key) => key.startsWith('site/entry/')).length;

  describe('told an outcome with a reference', () => {
    const outcome = { activity: 'x', label: 1, actor: 'ada', ref: 'r-1' };

    it('answers the same entry however often it hears of it, also after a crash', async () => {
      const first = await post('/v1/outcomes', outcome);
      await device.pass(1000);
      const [second, third] = await Promise.all([post('/v1/outcomes', outcome), post('/v1/outcomes', outcome)]);
      await device.crash();
      const last = await post('/v1/outcomes', outcome);
      for (const again of [second, third, last]) expect(again.body.entry).toEqual(first.body.entry);
      await device.pass(10_000);
      expect(entries()).toBe(1);
      expect(device.server.rows('entries').map(([, row]) => row.ref)).toEqual(['r-1']);
    });

    it('stores one of two that come at once', async () => {
      const answers = await Promise.all([post('/v1/outcomes', outcome), post('/v1/outcomes', outcome)]);
      expect(answers[0]?.body.entry).toEqual(answers[1]?.body.entry);
      expect(entries()).toBe(1);
    });

    it.each([
      ['label', { label: 0 }],
      ['activity', { activity: 'y' }],
      ['actor', { actor: 'bob' }],
      ['at', { at: 5 }],
    ])('refuses another %s under the same reference', async (field, change) => {
      await post('/v1/outcomes', outcome);
      const { status, body } = await post('/v1/outcomes', { ...outcome, ...change });
      expect({ status, ...body }).toMatchObject({ status: 409, code: 'ref_conflict', field: 'ref' });
      expect(body).toHaveProperty('detail', expect.stringContaining(field));
      expect(entries()).toBe(1);
    });

    it('takes it again after the disk refused it', async () => {
      device.store().refuse(new StoreError('store_full', 'full', { kind: 'unavailable' }));
      expect(await post('/v1/outcomes', outcome)).toMatchObject({ status: 503, body: { code: 'store_full' } });
      device.store().refuse(undefined);
      expect((await post('/v1/outcomes', outcome)).status).toBe(200);
      expect(entries()).toBe(1);
    });
  });

  it('takes many outcomes, and tells of each what became of it', async () => {
    const outcomes = [
      { activity: 'x', label: 1, ref: 'a' },
      { activity: 'y', label: 0, ref: 'b' },
      { activity: 'z', label: 0, ref: 'a' },
      { activity: 'x', label: 0 },
    ];
    const { status, body } = await post('/v1/outcomes', { outcomes });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { entry: { activity: 'x' } },
      { entry: {} },
      { problem: { code: 'ref_conflict' } },
      { entry: { base: expect.any(String) } },
    ]);
    expect(body.results[3]?.entry).toHaveProperty('base', body.results[0]?.entry?.id);
    expect(entries()).toBe(3);
  });

  const shown = async () => (await request('/v1/activities/x')).body;

  describe('told what else a person has to say', () => {
    const photo = Uint8Array.from([0xff, 0xd8, 0xff, ...new Uint8Array(60_000)]);

    it('keeps progress, a note with its photo and feedback, and sends all of it', async () => {
      const sha256 = 'a'.repeat(64);
      const answers = [
        await post('/v1/entries', { ...say, field: 'progress', value: { percentComplete: 40, cause: 'frost' }, at: 5 }),
        await post('/v1/entries', { ...say, field: 'note', value: { text: 'wet' }, photo: toBase64(photo) }),
        await post('/v1/entries', { ...say, field: 'feedback', value: { helped: true, line: 'delay', sha256 } }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      await device.crash();
      expect(await shown()).toMatchObject({
        progress: { percentComplete: 40, cause: 'frost', observedAt: 5 },
        notes: [{ actor: 'ada', value: { text: 'wet', photo: { sizeBytes: photo.length } } }],
        feedback: [{ value: { helped: true, line: 'delay' } }],
      });
      await device.pass(10_000);
      expect(device.server.rows('entries')).toHaveLength(3);
      const parts = device.server.rows('photos').map(([, row]) => photoRow.parse(row));
      expect(photoOf(parts)).toEqual(photo);
    });

    it('takes a list, replaces what was said before, and keeps beside it what was said without knowing of it', async () => {
      const { body } = await post('/v1/entries', {
        entries: [percent(10), percent(20), { ...percent(30), base: null }],
      });
      expect(body.results).toMatchObject([
        { entry: { base: null } },
        { entry: { base: body.results[0]?.entry?.id } },
        { entry: { base: null } },
      ]);
      expect(await shown()).toMatchObject({ conflicts: [expect.objectContaining({ field: 'progress' })] });
    });

    it('with a reference says the same entry again, and refuses another photo under it', async () => {
      const note = { ...say, field: 'note', value: { text: 'wet' }, photo: toBase64(photo), ref: 'n-1' };
      const [first, second] = [await post('/v1/entries', note), await post('/v1/entries', note)];
      expect(second.body.entry).toEqual(first.body.entry);
      const other = { ...note, photo: toBase64(Uint8Array.from([...photo, 1])) };
      expect(await post('/v1/entries', other)).toMatchObject({ status: 409, body: { code: 'ref_conflict' } });
      expect(entries()).toBe(1);
    });

    it.each([
      ['a field it is not for', { field: 'outcome', value: { label: 1 } }, 400, 'field'],
      ['more than all of it', { field: 'progress', value: { percentComplete: 101 } }, 400, 'value.percentComplete'],
      ['a photo that is no base64', { field: 'note', value: { text: '' }, photo: '%%' }, 400, 'photo'],
      ['a photo of nothing that browsers show', { field: 'note', value: { text: '' }, photo: 'AAAA' }, 400, 'photo'],
      ['a photo beside progress', { field: 'progress', value: { percentComplete: 1 }, photo: 'AAAA' }, 400, 'body'],
      ['feedback on nothing', { field: 'feedback', value: { helped: true, line: 'delay' } }, 400, 'value.sha256'],
      [
        'a photo that no link should carry',
        {
          field: 'note',
          value: { text: '' },
          photo: toBase64(Uint8Array.from([0xff, 0xd8, 0xff, ...new Uint8Array(2 ** 20)])),
        },
        413,
        'photo',
      ],
    ])('refuses %s, and keeps nothing of it', async (_what, said, status, field) => {
      expect(await post('/v1/entries', { ...say, ...said })).toMatchObject({ status, body: { field } });
      const listed = await post('/v1/entries', { entries: [{ ...say, ...said }] });
      const named = listed.body.field ?? listed.body.results[0]?.problem?.field;
      expect(named).toContain(field === 'body' ? 'entries[0]' : field);
      expect(entries()).toBe(0);
    });
  });

  it.each([
    [
      'a list with one bad in it',
      '/v1/outcomes',
      { outcomes: [{ activity: 'x', label: 1 }, { activity: 'x' }] },
      'outcomes[1].label',
    ],
    ['no outcome', '/v1/outcomes', { outcomes: [] }, 'outcomes'],
    ['more than it takes', '/v1/outcomes', { outcomes: Array.from({ length: 1001 }, () => ({})) }, 'outcomes'],
    ['a reference that is too long', '/v1/predict', { ref: 'x'.repeat(257), values: {} }, 'records[0].ref'],
    ['a delay in words', '/v1/defer', { hours: 'two' }, 'body'],
    ['a delay that says nothing', '/v1/defer', { actor: 'ada' }, 'body'],
    ['a delay said twice', '/v1/defer', { hours: 1, untilMs: 1 }, 'body'],
  ])('refuses %s, and keeps nothing of it', async (_what, path, body, field) => {
    expect(await post(path, body)).toMatchObject({ status: 400, body: { code: 'request_malformed', field } });
    expect(entries()).toBe(0);
  });

  it('puts installs off for hours, until a time, or not at all', async () => {
    const now = device.clock.now();
    const said = await post('/v1/defer', { hours: 2, actor: 'ada' });
    expect(said).toMatchObject({ status: 200, body: { deferral: { until: now + 2 * HOUR_MS, actor: 'ada' } } });
    expect(await request('/v1/state')).toMatchObject({ body: { deferral: { actor: 'ada' } } });
    expect((await post('/v1/defer', { untilMs: now + HOUR_MS })).body.deferral).toMatchObject({ until: now + HOUR_MS });
    expect((await post('/v1/defer', { hours: 0 })).body.deferral).toBeNull();
    expect(await post('/v1/defer', { hours: 24 * 365 })).toMatchObject({
      status: 400,
      body: { code: 'deferral_invalid' },
    });
  });

  it('shows one activity by its name', async () => {
    await post('/v1/outcomes', { activity: 'pour slab / 2', label: 1 });
    const path = `/v1/activities/${encodeURIComponent('pour slab / 2')}`;
    expect(await request(path)).toMatchObject({
      status: 200,
      body: { activity: 'pour slab / 2', outcome: { label: 1 } },
    });
    expect(await request('/v1/activities/none')).toMatchObject({
      status: 404,
      body: { code: 'activity_unknown', field: 'id' },
    });
  });

  it('is live at once, and ready when a model answers', async () => {
    expect(await request('/v1/health/live')).toMatchObject({ status: 200 });
    expect(await request('/v1/health/ready')).toMatchObject({ status: 503, body: { status: 'no-model' } });
    const release = await mintRelease();
    device.server.offer(release);
    device.server.assign(await mintAssignment(1, [release]), await mintRepository({ releases: [release] }));
    await device.pass(5000);
    expect(await request('/v1/health/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('describes every route it has', async () => {
    const { body } = await request('/v1/openapi.json');
    const { paths, components } = body as unknown as {
      paths: Record<string, Record<string, object>>;
      components: object;
    };
    expect(body).toMatchObject({ openapi: '3.1.0' });
    expect(components).toHaveProperty('schemas.Problem.properties.code');
    const app = createLocalApi({
      agent: device.agent(),
      clock: device.clock,
      driven: undefined,
      log: pino({ level: 'silent' }),
      runtime: '',
      problems: () => [],
      feed: {} as never,
      metrics: {} as never,
    });
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/, '{$1}')}`);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described.toSorted()).toEqual([...new Set(routes)].toSorted());
    expect(paths['/v1/predict']?.['post']).toMatchObject({ parameters: [{ name: 'reasons' }, { name: 'line' }] });
    expect(paths['/v1/outcomes']?.['post']).toHaveProperty('requestBody.content');
  });
});
