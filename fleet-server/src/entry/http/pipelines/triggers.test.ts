import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createPipelineRunner,
  STEP_KINDS,
  watchPipelines,
  type PipelineRunner,
  type StepKinds,
} from '../../../learning/pipelines/index.ts';
import { datasetVersion, registerDataset } from '../../../learning/datasets/index.ts';
import { generateDataset } from '../../../learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list } from '../../../platform/audit/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { signMessage } from '../../webhooks/index.ts';
import type { App } from '../edge.ts';
import { createHttpApp } from '../index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';

const HOUR_MS = 3_600_000;
const lab = createModelLab();
let small: SmallFleet;
let app: App;
let runner: PipelineRunner;
let rows: string;
/** What the second step of these pipelines does. */
let work: () => Promise<{ outputs: Record<string, number>; says: string }>;
let calls: number;

beforeEach(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: Date.UTC(2026, 2, 2) });
  app = checkedAnswers(createHttpApp(small.fleet));
  watchPipelines(small.fleet);
  rows = await register(1);
  calls = 0;
  work = async () => ({ outputs: { rows: 1, warnings: 0, notes: 0, lateShare: 0.5 }, says: 'fine' });
  const validate = {
    ...STEP_KINDS['validate']!,
    run: () => {
      calls += 1;
      return work();
    },
  };
  const kinds: StepKinds = { ...STEP_KINDS, validate };
  runner = createPipelineRunner({ ...small.fleet, folder: small.folder }, kinds);
  await small.fleet.dispatcher.start();
});
afterEach(async () => {
  await runner.close();
  await small[Symbol.asyncDispose]();
});

async function register(seed: number, name = 'site-data'): Promise<string> {
  const made = { ...generateDataset({ seed, rows: 60, signal: 1 }), name };
  const { version } = await registerDataset(small.fleet, 'user:ana', { ...made, version: datasetVersion(made) });
  return `${name}@${version}`;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: { authorization: 'Bearer operator', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as T };
}

interface Run {
  id: string;
  state: string;
  note: string;
  actor: string;
  gitCommit: string | null;
  parameters: object;
  cause: { kind: string; sentence: string };
  error: { code: string } | null;
}
const put = (spec: object = {}, step: object = {}) =>
  call<{ secret?: string }>('POST', '/pipelines', {
    kind: 'Pipeline',
    name: 'nightly',
    spec: {
      parameters: { rows: { type: 'string', default: rows } },
      steps: [
        { name: 'data', uses: 'data', with: { dataset: '${{ parameters.rows }}' } },
        { name: 'check', uses: 'validate', with: { dataset: '${{ data.dataset }}' }, ...step },
      ],
      ...spec,
    },
  });
const runsOf = async () => (await call<{ runs: Run[] }>('GET', '/pipelines/nightly')).body.runs;
const order = (body: object = {}) => call<{ run: Run; code: string }>('POST', '/pipelines/nightly/runs', body);
const attemptsOf = async (id: string) =>
  (await call<{ attempts: { step: string; state: string }[] }>('GET', `/pipeline-runs/${id}`)).body.attempts
    .filter(({ step }) => step === 'check')
    .map(({ state }) => state);
async function look(): Promise<void> {
  await small.fleet.dispatcher.settled();
  await runner.look();
  await runner.idle();
}

describe('what starts a run', () => {
  it('is the clock, which makes up once for what was missed', async () => {
    await put({ on: [{ cron: '0 5 * * *' }] });
    await look();
    expect(await runsOf()).toEqual([]);
    await small.clock.advance(5 * 24 * HOUR_MS);
    await look();
    await look();
    expect(await runsOf()).toMatchObject([
      {
        state: 'succeeded',
        actor: 'pipeline:nightly',
        cause: { kind: 'cron', sentence: '0 5 * * * UTC, due 2026-03-02T05:00:00.000Z' },
      },
    ]);
    await small.clock.advance(24 * HOUR_MS);
    await look();
    expect(await runsOf()).toHaveLength(2);
    const audited = (await list(small.fleet.database.db)).rows.filter(({ action }) => action === 'pipelines.run');
    expect(audited.map(({ actor }) => actor)).toEqual(['pipeline:nightly', 'pipeline:nightly']);
  });

  it('is a dataset of its name, a drift alarm of its line and an alert of its kind, each once', async () => {
    const on = [{ dataset: 'other', set: { rows: '${{ event.dataset }}' } }, { drift: 'delay' }, { alert: 'broken' }];
    await put({ on });
    const other = await register(2, 'other');
    await look();
    expect(await runsOf()).toMatchObject([
      { state: 'succeeded', parameters: { rows: other }, cause: { kind: 'dataset' } },
    ]);
    await register(3, 'unrelated');
    const { database } = small.fleet;
    await database.transaction((tx) => emit(tx, { type: 'drift.alert', model: 'iris', reason: 'x' }));
    await look();
    expect(await runsOf()).toHaveLength(1);
    await database.transaction((tx) => emit(tx, { type: 'drift.alert', model: 'delay', reason: 'PSI' }));
    await look();
    const alert = { alert: 'a1', kind: 'broken', subject: 'gw-1', scope: 'device', sentence: 'it is' };
    await database.transaction((tx) => emit(tx, { type: 'alert.raised', ...alert }));
    await look();
    expect((await runsOf()).map(({ cause }) => cause.kind).toSorted()).toEqual(['alert', 'dataset', 'drift']);
  });

  it('is a signed call from outside, the same one only once', async () => {
    const { secret } = (await put({ on: [{ webhook: true }] })).body;
    const body = JSON.stringify({ commit: 'b'.repeat(40), set: { rows } });
    const tell = async (id: string, { by = secret!, text = body, at = small.clock.now(), name = 'nightly' } = {}) => {
      const headers = { ...signMessage(id, at, body, [by]), 'content-type': 'application/json' };
      const response = await app.request(`/api/v1/pipelines/${name}/trigger`, { method: 'POST', headers, body: text });
      return { status: response.status, body: (await response.json()) as { run?: string; code?: string } };
    };
    const first = await tell('m1');
    expect(first.status).toBe(200);
    expect((await tell('m1')).body.run).toBe(first.body.run);
    expect(await runsOf()).toMatchObject([{ gitCommit: 'b'.repeat(40), cause: { kind: 'webhook' } }]);
    for (const wrong of [
      { by: `whsec_${btoa('another')}` },
      { text: body.replace('b', 'c') },
      { at: small.clock.now() - 301_000 },
      { at: small.clock.now() + 301_000 },
      { name: 'nobody' },
    ]) {
      expect(await tell('m2', wrong)).toMatchObject({ status: 401, body: { code: 'pipeline_trigger_refused' } });
    }
    const { body: renewed } = await call<{ secret: string }>('POST', '/pipelines/nightly/secret', {});
    expect((await tell('m3')).status).toBe(401);
    expect((await tell('m3', { by: renewed.secret })).status).toBe(200);
  });
});

describe('runs of one pipeline', () => {
  it('never overlap: one waits, others are dropped with a note, and a pause lets nothing begin', async () => {
    await put({ on: [{ drift: 'delay' }] });
    const { body } = await order();
    expect((await order()).body.code).toBe('pipeline_busy');
    const { database } = small.fleet;
    await database.transaction((tx) => emit(tx, { type: 'drift.alert', model: 'delay', reason: 'PSI' }));
    await small.fleet.dispatcher.settled();
    expect(await runsOf()).toMatchObject([{ id: body.run.id, note: 'dropped meanwhile: drift of delay: PSI' }]);
    await call('POST', '/pipelines/nightly/pause', {});
    await look();
    expect(await runsOf()).toMatchObject([{ state: 'queued' }]);
    expect((await order()).body.code).toBe('pipeline_paused');
    await call('POST', '/pipelines/nightly/resume', {});
    await look();
    expect(await runsOf()).toMatchObject([{ state: 'succeeded' }]);
  });
});

describe('a step', () => {
  it('that may succeed later is tried again after a while, and no oftener than it says', async () => {
    await put({}, { retries: 2, backoff: '10s' });
    work = () => Promise.reject(new Error('no disk'));
    const { run } = (await order()).body;
    await look();
    await look();
    expect(await attemptsOf(run.id)).toEqual(['failed']);
    await small.clock.advance(10_000);
    await look();
    await small.clock.advance(10_000);
    await look();
    expect(await attemptsOf(run.id)).toEqual(['failed', 'failed']);
    await small.clock.advance(10_000);
    await look();
    expect(await attemptsOf(run.id)).toEqual(['failed', 'failed', 'failed']);
    expect(await runsOf()).toMatchObject([{ state: 'failed', error: { code: 'internal_error' } }]);
  });

  it('that takes too long fails, and the work is told', async () => {
    await put({}, { timeout: '20ms' });
    work = () => new Promise(() => undefined);
    await order();
    await look();
    expect(await runsOf()).toMatchObject([{ state: 'failed', error: { code: 'step_timed_out' } }]);
  });

  it('is taken from an earlier run unless that is not wanted, and skipped unless its condition holds', async () => {
    await put();
    for (const noCache of [false, false, true]) {
      await order({ noCache });
      await look();
    }
    expect(calls).toBe(2);
    await put({}, { when: '${{ data.rows }} > 1000' });
    const { run } = (await order()).body;
    await look();
    expect(await attemptsOf(run.id)).toEqual(['skipped']);
    expect((await runsOf())[0]).toMatchObject({ state: 'succeeded' });
  });

  it('of a run that is cancelled is given up', async () => {
    await put();
    const begun = Promise.withResolvers<undefined>();
    work = () => {
      begun.resolve(undefined);
      return new Promise(() => undefined);
    };
    const { run } = (await order()).body;
    await runner.look();
    await begun.promise;
    await call('POST', `/pipeline-runs/${run.id}/cancel`, {});
    await look();
    expect(await attemptsOf(run.id)).toEqual(['cancelled']);
    expect(await runsOf()).toMatchObject([{ state: 'cancelled' }]);
    expect((await call<{ code: string }>('POST', `/pipeline-runs/${run.id}/cancel`, {})).body.code).toBe(
      'pipeline_run_over',
    );
  });
});
