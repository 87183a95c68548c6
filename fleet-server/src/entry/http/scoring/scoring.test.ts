import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import { featuresOf } from '@plumbline/shared/manifest';
import { inputDigest } from '@plumbline/shared/predict';
import type { PredictionRow } from '@plumbline/shared/wire';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createBatchRunner,
  createScorerPool,
  parseReference,
  resolveModel,
  type BatchJob,
  type BatchRun,
  type Predicted,
  type Replay,
  type ResultRow,
} from '../../../learning/scoring/index.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { batchJobs, devices, eq, telemetry } from '../../../platform/db/index.ts';
import { appendEntries } from '../../../sites/activities/index.ts';
import { assignRelease } from '../../../sites/devices/index.ts';
import { approveModel, findPending, moveAlias, submitForApproval } from '../../../supply/models/index.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import type { App } from '../edge.ts';
import { createHttpApp } from '../index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';

const DAY_MS = 86_400_000;
const lab = createModelLab();
let small: SmallFleet;
let app: App;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.UTC(2026, 2, 1) });
  app = checkedAnswers(createHttpApp(small.fleet));
  await release(0.5);
  await small.fleet.database.transaction((tx) =>
    tx.insert(devices).values({
      id: 'gw-1',
      site: 'north',
      profile: 'linux-x64-dev',
      agent: '0.1.0',
      publicKey: JSON.stringify(small.approver.publicKey),
      keyId: 'ab'.repeat(32),
      tags: '[]',
      enrolledAt: small.clock.now(),
      reportCounter: 0,
      assignedSeq: 0,
    }),
  );
});
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

/** A tiny model of the line `delay`, submitted and approved: its score is the logistic function of a + bias. */
async function release(bias: number): Promise<void> {
  const { fleet } = small;
  const { document } = await submitForApproval(
    fleet,
    'user:ana',
    await small.model('delay', { origin: 'trained', dataset: { name: 'site-data', version: 'f'.repeat(64) } }, bias),
  );
  const draft = await findPending(fleet.database.db, 'delay', document);
  const bytes = await addMetadataSignatures(draft!.bytes, [small.approver], lineRole('delay'));
  await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature: { bytes } });
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

async function call<T>(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T; response: Response }> {
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: { authorization: 'Bearer operator', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response
      .clone()
      .json()
      .catch(() => undefined)) as T,
    response,
  };
}
const ask = (records: unknown[], model = 'delay', more: object = {}) =>
  call<Predicted & { code: string; field: string }>('POST', `/models/${model}/predict`, { records, ...more });
const audit = async (id: string) => (await call<Replay>('GET', `/predictions/${encodeURIComponent(id)}/audit`)).body;

const runner = () => createBatchRunner(small.fleet);
const look = async () => {
  const own = runner();
  await own.look();
  await own.idle();
};
const show = async (id: string) => (await call<BatchJob & { runs: BatchRun[] }>('GET', `/batch/${id}`)).body;
const results = async (id: string) => {
  const { response } = await call('GET', `/batch/${id}/results`);
  return (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ResultRow);
};
const upload = async (content: string | Uint8Array) =>
  (await call<{ artifact: string }>('POST', '/batch/uploads', { base64: Buffer.from(content).toString('base64') })).body
    .artifact;

/** A row as the gateway sends it. */
const tell = async (seq: number, row: Partial<PredictionRow>) => {
  const { sha256, version } = (await ask([{ values: {} }])).body;
  const whole = {
    kind: 'prediction',
    at: small.clock.now(),
    line: 'delay',
    version,
    sha256,
    asOf: 7,
    score: 0,
    ...row,
  };
  const batch = {
    stream: 'stream-of-gw-1',
    class: 'predictions' as const,
    rows: [[seq, whole]] as [number, unknown][],
  };
  expect((await small.fleet.ingest.take({ site: 'north', device: 'gw-1', batch })).rejected).toEqual([]);
  return `stream-of-gw-1:${seq}`;
};

const plan = (id: string, a: number, base: string | null = null) => ({
  id,
  activity: 'wall',
  base,
  actor: 'office',
  at: 1,
  field: 'plan' as const,
  value: { startAt: 0, dueAt: DAY_MS, values: { a } },
});

describe('a prediction that a planner asks for', () => {
  it('is what the model says, with its reasons, and names what said it', async () => {
    const { status, body } = await ask([{ values: { a: 1 } }, { values: { a: null } }, { values: {}, asOf: 5 }]);
    expect(status).toBe(200);
    expect(body.predictions.map(({ score }) => score)).toEqual(
      [1.5, 0.5, 0.5].map((x) => expect.closeTo(logistic(x), 5)),
    );
    expect(body).toMatchObject({ line: 'delay', version: '1.0.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(body.predictions[0]).toMatchObject({ id: '@server/@none:1', asOf: small.clock.now(), label: '1' });
    expect(body.predictions[2]).toMatchObject({ asOf: 5 });
  });

  it.each<[string, unknown[], string, string]>([
    ['text for a number', [{ values: { a: 1 } }, { values: { a: 'wet' } }], 'value_type', 'records[1].values.a'],
    ['a field nobody knows', [{ values: { a: 1 }, derived: { x: 1 } }], 'body_malformed', 'records.0'],
    ['no record', [], 'body_malformed', 'records'],
    ['too many', Array.from({ length: 1001 }, () => ({ values: {} })), 'body_malformed', 'records'],
  ])('is refused for %s, and nothing is kept', async (_, records, code, field) => {
    const before = (await small.fleet.database.db.select().from(telemetry)).length;
    const { status, body } = await ask(records);
    expect([status, body.code, body.field]).toEqual([400, code, field]);
    expect((await small.fleet.database.db.select().from(telemetry)).length).toBe(before);
  });

  it.each([
    ['delay@9.9.9', 404, 'model_unknown'],
    ['delay@nobody', 404, 'alias_unknown'],
    ['delay@@', 400, 'model_reference'],
  ])('of %s is refused with %i %s', async (model, status, code) => {
    const answer = await ask([{ values: {} }], model);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('is given once under one reference, and refused under it for another question', async () => {
    const question = { activity: 'slab', site: 'north', values: { a: 2 }, ref: 'plan-7' };
    const [first, second] = await Promise.all([ask([question, question]), ask([question])]);
    expect(first.body.predictions[0]).toEqual(first.body.predictions[1]);
    expect(second.body.predictions[0]).toEqual(first.body.predictions[0]);
    const other = await ask([{ ...question, values: { a: 3 } }]);
    expect([other.status, other.body.code, other.body.field]).toEqual([409, 'ref_reused', 'records[0].ref']);
    const kept = await small.fleet.database.db.select().from(telemetry).where(eq(telemetry.ref, 'plan-7'));
    expect(kept.map(({ device, site, activity, kind }) => [device, site, activity, kind])).toEqual([
      ['@server', 'north', 'slab', 'prediction'],
    ]);
  });

  it('is put off while too many wait', async () => {
    const pool = createScorerPool(small.fleet, { maxCalls: 1 });
    const reference = parseReference('delay');
    const first = pool.use(reference, (scorer) => scorer.score([{ values: { a: 1 }, asOf: 0 }]));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(pool.use(reference, async () => 1)).rejects.toMatchObject({
      code: 'scoring_busy',
      kind: 'unavailable',
    });
    expect(await first).toHaveLength(1);
    expect(await pool.use(reference, async () => 1)).toBe(1);
    await pool.close();
    const crowd = await Promise.all(Array.from({ length: 24 }, () => ask([{ values: { a: 1 } }])));
    const refused = crowd.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, body, response } of refused) {
      expect([status, body.code, response.headers.get('retry-after')]).toEqual([429, 'scoring_busy', '1']);
    }
  });
});

describe('the audit of a prediction', () => {
  it('asks the very bundle again, though a newer one is in force, and tells who approved it', async () => {
    const { body } = await ask([{ activity: 'roof', site: 'north', values: { a: 1.25, note: 'x' }, ref: 'plan-8' }]);
    const [said] = body.predictions;
    await release(-3);
    expect((await ask([{ values: { a: 1.25 } }])).body.version).not.toBe(said!.version);
    const replay = (await call<Replay>('GET', '/predictions/audit?ref=plan-8')).body;
    expect(replay).toMatchObject({
      verdict: 'same',
      prediction: { id: said!.id, madeBy: 'server', score: said!.score, sha256: said!.sha256 },
      inputs: { from: 'server', proven: true },
      again: { engine: 'node', score: said!.score },
      chain: {
        dataset: { name: 'site-data' },
        release: { line: 'delay', version: said!.version, state: 'published' },
        orders: [
          { actor: 'user:ana', action: 'models.submit' },
          { actor: 'approver:ben', action: 'models.approve' },
        ],
      },
    });
    expect(replay.chain.signers.map(({ role }) => role)).toEqual(['builder', 'approver']);
    expect(replay).toEqual(await audit(said!.id));
  });

  it('finds what a gateway was asked in the plans of its site, by the digest', async () => {
    const { fleet } = small;
    const model = await resolveModel(fleet, parseReference('delay'));
    await fleet.database.transaction(async (tx) => {
      await appendEntries(tx, 'north', [plan('plan-one', 2), plan('plan-two', 4, 'plan-one')]);
      await assignRelease(tx, fleet, 'user:ana', {
        device: 'gw-1',
        line: 'delay',
        version: model.version,
        cause: 'direct',
      });
    });
    const inputs = inputDigest(model.manifest, { values: { a: 2 }, asOf: 7 });
    expect(featuresOf(model.manifest)).toHaveLength(1);
    const score = logistic(2 - 3);
    const same = await audit(await tell(1, { activity: 'wall', inputs, score, ref: 'twice' }));
    expect(same).toMatchObject({
      verdict: 'same',
      inputs: { from: 'site log entry plan-one', proven: true },
      chain: { assignment: { cause: 'direct', seq: 1 } },
    });
    const differs = await audit(await tell(2, { activity: 'wall', inputs, score: 0.9, ref: 'twice' }));
    expect([differs.verdict, differs.again?.score]).toEqual(['differs', expect.closeTo(score, 5)]);
    const other = inputDigest(model.manifest, { values: { a: 9 }, asOf: 7 });
    expect((await audit(await tell(3, { activity: 'wall', inputs: other, score }))).verdict).toBe('inputs_unknown');
    const alone = await audit(await tell(4, { inputs, score }));
    expect([alone.verdict, alone.sentence]).toEqual([
      'inputs_unknown',
      'What it was asked is not known here: they are on the device: the row holds only their digest.',
    ]);
    const old = await audit(await tell(5, { activity: 'wall', score: logistic(4 - 3) }));
    expect([old.verdict, old.inputs?.proven]).toEqual(['same', false]);
    const strange = await audit(await tell(6, { sha256: 'e'.repeat(64), activity: 'wall', inputs }));
    expect(strange.verdict).toBe('bundle_unknown');
    const twice = await call<{ code: string }>('GET', '/predictions/audit?ref=twice');
    expect([twice.status, twice.body.code]).toEqual([409, 'prediction_ambiguous']);
  });

  it('of what nobody keeps is refused', async () => {
    expect((await call<{ code: string }>('GET', '/predictions/nothing:1/audit')).body.code).toBe('prediction_unknown');
  });

  it('is not led astray by a device that takes the name of our own stream', async () => {
    const batch = { stream: '@server/south', class: 'predictions' as const, rows: [[1, {}]] as [number, unknown][] };
    await expect(small.fleet.ingest.take({ site: 'south', device: 'gw-1', batch })).rejects.toMatchObject({
      code: 'stream_foreign',
    });
  });
});

describe('a batch job', () => {
  it('is one of two hundred at most', async () => {
    const { database } = small.fleet;
    const about = { model: 'delay', source: JSON.stringify({ kind: 'activities' }), zone: 'UTC', reasons: 0 } as const;
    const state = { keepRuns: 1, state: 'paused', revision: 1, createdBy: 'user:ana', createdAt: 1 } as const;
    const jobs = Array.from({ length: 200 }, (_, at) => ({ ...about, ...state, id: `full-${at}` }));
    await database.transaction((tx) => tx.insert(batchJobs).values(jobs));
    const source = { kind: 'activities' };
    const { status, body } = await call<{ code: string }>('POST', '/batch', { id: 'more', model: 'delay', source });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'job_limit' });
    await database.transaction((tx) => tx.delete(batchJobs));
  });

  it('scores the open activities of a site at its hour, by what its alias means then, and once for hours it missed', async () => {
    await moveAlias(small.fleet, 'user:ana', { line: 'delay', name: 'champion', version: '1.0.0' });
    const made = await call<BatchJob>('POST', '/batch', {
      id: 'nightly',
      model: 'delay@champion',
      source: { kind: 'activities', site: 'north' },
      cron: '0 5 * * *',
      keepRuns: 2,
    });
    expect([made.status, made.body.nextAt]).toEqual([200, Date.UTC(2026, 2, 1, 5)]);
    await look();
    expect((await show('nightly')).runs).toEqual([]);
    await small.clock.advance(3 * DAY_MS);
    await look();
    await look();
    const first = await show('nightly');
    expect(first.runs).toMatchObject([
      { run: 1, state: 'succeeded', dueAt: Date.UTC(2026, 2, 1, 5), version: '1.0.0', rows: 1, bad: 0 },
    ]);
    expect(first.nextAt).toBe(Date.UTC(2026, 2, 4, 5));
    expect(await results('nightly')).toMatchObject([{ line: 1, id: 'wall', score: expect.closeTo(logistic(4.5), 5) }]);
    const { version } = (await ask([{ values: {} }])).body;
    await moveAlias(small.fleet, 'user:ana', { line: 'delay', name: 'champion', version });
    for (let day = 0; day < 2; day += 1) {
      await small.clock.advance(DAY_MS);
      await look();
    }
    expect((await show('nightly')).runs.map((one) => [one.run, one.version])).toEqual([
      [3, version],
      [2, version],
    ]);
  });

  const sheet = parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ['x', 'y'] },
      { name: 'a', data: ['1', 'wet'] },
    ],
  });
  it.each([
    ['a CSV file', 'id,a\nx,1\ny,wet\n'],
    ['a Parquet file', new Uint8Array(sheet)],
  ])('of %s runs once, with an error in the place of a score', async (_, content) => {
    const artifact = await upload(content);
    await call('POST', '/batch', {
      id: 'once',
      model: 'delay@1.0.0',
      source: { kind: 'upload', artifact, name: 'rows.csv' },
    });
    await look();
    expect(await results('once')).toMatchObject([
      { id: 'x', label: '1' },
      { id: 'y', error: { code: 'value_type' } },
    ]);
    expect(await show('once')).toMatchObject({
      state: 'done',
      runs: [{ rows: 2, bad: 1, summary: { labels: { 1: 1 } } }],
    });
    expect((await call('DELETE', '/batch/once')).status).toBe(200);
    expect((await call<{ code: string }>('GET', '/batch/once')).body.code).toBe('job_unknown');
  });

  it('that fails says why, and has no results', async () => {
    const artifact = await upload('b\n1\n');
    await call('POST', '/batch', { id: 'bad', model: 'delay', source: { kind: 'upload', artifact, name: 'rows.csv' } });
    await look();
    expect((await show('bad')).runs).toMatchObject([{ state: 'failed', error: { code: 'columns_missing' } }]);
    expect((await call<{ code: string }>('GET', '/batch/bad/results')).body.code).toBe('run_unknown');
  });

  it('that a crash cut off begins anew, shows nothing before, and does not run beside itself', async () => {
    const artifact = await upload('a\n1\n');
    await call('POST', '/batch', { id: 'cut', model: 'delay', source: { kind: 'upload', artifact, name: 'rows.csv' } });
    const dying = runner();
    await dying.look();
    await dying.close();
    // As a server leaves it that is killed in a run.
    await small.fleet.database.transaction((tx) =>
      tx.update(batchJobs).set({ runningFor: 5, runningSince: 5 }).where(eq(batchJobs.id, 'cut')),
    );
    expect((await show('cut')).runs).toEqual([]);
    const next = runner();
    await Promise.all([next.look(), next.look()]);
    await next.idle();
    expect((await show('cut')).runs).toMatchObject([{ run: 1, state: 'succeeded', dueAt: 5 }]);
  });

  it.each<[string, object, string, string]>([
    ['a pattern that is none', { cron: 'at five' }, 'schedule_malformed', 'cron'],
    ['a day that never comes', { cron: '0 0 30 2 *' }, 'schedule_malformed', 'cron'],
    ['a zone nobody knows', { cron: '0 5 * * *', zone: 'Mars/North' }, 'schedule_malformed', 'zone'],
    ['a model nobody knows', { model: 'delay@7.7.7' }, 'model_unknown', 'model'],
    ['a name that is taken', { id: 'nightly' }, 'job_exists', 'id'],
  ])('with %s is refused', async (_, change, code, field) => {
    const order = { id: 'new-job', model: 'delay', source: { kind: 'activities' }, ...change };
    const { body } = await call<{ code: string; field: string }>('POST', '/batch', order);
    expect([body.code, body.field]).toEqual([code, field]);
  });

  it('that is paused is not run, by its hour or by hand, until it is resumed', async () => {
    await call('POST', '/batch/nightly/pause');
    await small.clock.advance(2 * DAY_MS);
    await look();
    expect((await show('nightly')).runs[0]?.run).toBe(3);
    expect((await call<{ code: string }>('POST', '/batch/nightly/run')).body.code).toBe('job_paused');
    expect((await call<BatchJob>('POST', '/batch/nightly/resume')).body.nextAt).toBeGreaterThan(small.clock.now());
    await call('POST', '/batch/nightly/run');
    await look();
    expect((await show('nightly')).runs[0]?.run).toBe(4);
  });
});
