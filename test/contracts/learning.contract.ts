import { join } from 'node:path';
import { addMetadataSignatures, lineRole } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpApp, type App } from '../../fleet-server/src/entry/http/index.ts';
import { createSmallFleet, type SmallFleet } from '../../fleet-server/src/entry/testing/small-fleet.ts';
import { datasetVersion, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { createPipelineRunner, STEP_KINDS, type StepKinds } from '../../fleet-server/src/learning/pipelines/index.ts';
import { createBatchRunner } from '../../fleet-server/src/learning/scoring/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';
import { approveModel, findPending, submitForApproval } from '../../fleet-server/src/supply/models/index.ts';

const HOUR_MS = 3_600_000;
const PIPELINE = {
  kind: 'Pipeline',
  name: 'nightly',
  spec: {
    on: [{ cron: '0 5 * * *' }, { dataset: 'elsewhere' }],
    steps: [
      { name: 'data', uses: 'data', with: { dataset: 'east' } },
      { name: 'validate', uses: 'validate', with: { dataset: '${{ data.dataset }}', minRows: 50 } },
      { name: 'split', uses: 'split', with: { dataset: '${{ validate.dataset }}', by: 'stratified', share: 0.8 } },
    ],
  },
};

/** What the central half of the life cycle writes and reads, over the API, on a database other than the usual one. */
export function learningContract(freshUrl: () => Promise<string>): void {
  describe('under datasets, runs, the registry, batch jobs, pipelines and the audit', () => {
    const lab = createModelLab();
    const dataset = registrable({ ...generateDataset({ seed: 5, rows: 90, signal: 1.2 }), name: 'east' });
    let small: SmallFleet;
    let app: App;

    beforeAll(async () => {
      const startAt = Date.UTC(2026, 2, 1);
      small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt, databaseUrl: await freshUrl() });
      app = createHttpApp(small.fleet);
      for (const bias of [0.5, 1.5]) await publish(bias);
    });
    afterAll(async () => {
      await small[Symbol.asyncDispose]();
      await lab.close();
    });

    async function publish(bias: number): Promise<void> {
      const { fleet, approver } = small;
      const card = { origin: 'trained', dataset: { name: 'east', version: dataset.version } };
      const { document } = await submitForApproval(fleet, 'user:ana', await small.model('delay', card, bias));
      const draft = await findPending(fleet.database.db, 'delay', document);
      const bytes = await addMetadataSignatures(draft!.bytes, [approver], lineRole('delay'));
      await approveModel(fleet, 'approver:ben', { line: 'delay', document, signature: { bytes } });
    }

    async function ask(method: string, path: string, body?: unknown): Promise<Response> {
      return app.request(`/api/v1${path}`, {
        method,
        headers: { authorization: 'Bearer operator', 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    }

    /** The body, of an answer that refuses too: what is expected tells them apart. */
    async function call(method: string, path: string, body?: unknown): Promise<Record<string, never>> {
      return (await (await ask(method, path, body)).json()) as Record<string, never>;
    }

    it('a dataset is kept, read, split with its lineage, and found again', async () => {
      expect(await call('POST', '/datasets', dataset)).toMatchObject({ name: 'east', summary: { kept: 90 } });
      const path = `/datasets/east/${dataset.version}`;
      expect(await call('GET', path)).toMatchObject({ version: dataset.version });
      expect(await call('GET', `${path}/quality`)).toMatchObject({ rows: 90 });
      const split = await call('POST', `${path}/split`, { by: 'stratified', share: 0.8, seed: 1 });
      expect(split).toMatchObject({ train: { version: expect.stringMatching(/^[0-9a-f]{64}$/) as string } });
      const { datasets } = await call('GET', '/datasets');
      expect(datasets).toHaveLength(3);
      expect((await (await ask('GET', `${path}/export?format=ndjson`)).text()).trim().split('\n')).toHaveLength(90);
    });

    it('runs are written down, listed page by page, compared, tagged and put away', async () => {
      const post = async (auc: number, seed: number) => {
        const folds = { key: 'k', rowsTrain: [60, 60], rowsValid: [30, 30], values: { auc: [auc, auc + seed / 100] } };
        return call('POST', '/runs', {
          experiment: 'delay',
          kind: 'train',
          dataset: { name: 'east', version: dataset.version },
          settings: { folds: 2 },
          seed,
          startedAt: seed,
          endedAt: seed + 1500,
          codeVersion: 'elsewhere 1',
          metrics: { values: { auc }, folds },
          artifacts: [{ name: 'roc.svg', mediaType: 'image/svg+xml', bytes: btoa('<svg/>') }],
        });
      };
      const [a, b] = [await post(0.8, 1), await post(0.7, 2)];
      expect(a).toMatchObject({ state: 'finished', startedAt: 1, endedAt: 1501, codeVersion: 'elsewhere 1' });
      const first = await call('GET', `/runs?dataset=${dataset.version}&limit=1`);
      expect(first).toMatchObject({ runs: [{ id: b['id'] }], next: expect.any(String) as string });
      expect(await call('GET', `/runs?limit=1&cursor=${encodeURIComponent(first['next']!)}`)).toMatchObject({
        runs: [{ id: a['id'] }],
      });
      expect(await call('GET', `/run-comparisons?runs=${a['id']},${b['id']}`)).toMatchObject({
        sameFolds: true,
        metrics: [{ metric: 'auc', values: [0.8, 0.7], differences: [{ mean: expect.closeTo(-0.095) as number }] }],
      });
      expect(await (await ask('GET', `/runs/${a['id']}/artifacts/roc.svg`)).text()).toBe('<svg/>');
      expect(await call('POST', `/runs/${a['id']}/tags`, { tags: { who: 'ana' } })).toMatchObject({
        tags: { who: 'ana' },
      });
      await call('POST', `/runs/${b['id']}/archive`, {});
      expect(await call('GET', '/runs')).toMatchObject({ runs: [{ id: a['id'] }] });
      expect(
        await call('POST', '/runs', {
          experiment: 'x',
          kind: 'train',
          startedAt: 2,
          endedAt: 1,
          metrics: { values: {} },
        }),
      ).toMatchObject({ code: 'body_malformed', field: 'endedAt' });
    });

    it('aliases move by what they pointed to, and versions are compared, deprecated and traced', async () => {
      const alias = '/lines/delay/aliases/champion';
      const { models } = await call('GET', '/models');
      const versions = (models as unknown as { version: string }[]).map(({ version }) => version).toSorted();
      const [old, now] = versions;
      expect(await call('PUT', alias, { version: old, expected: null })).toMatchObject({ version: old });
      expect(await call('PUT', alias, { version: now, expected: now })).toMatchObject({
        code: 'alias_changed_meanwhile',
      });
      expect(await call('PUT', alias, { version: now, expected: old })).toMatchObject({ version: now });
      expect(await call('GET', `/lines/delay/comparison?a=${old}&b=champion`)).toMatchObject({ versions });
      expect(await call('POST', `/models/delay/${old}/deprecate`, { reason: 'older', replacedBy: now })).toMatchObject({
        replacedBy: now,
      });
      expect(await call('PUT', alias, { version: old, expected: now })).toMatchObject({ code: 'version_deprecated' });
      const { nodes } = await call('GET', `/models/delay/${now}/lineage`);
      expect((nodes as unknown as { id: string }[]).map(({ id }) => id)).toContain(`dataset:${dataset.version}`);
      expect(await call('GET', '/lines/delay/history')).toMatchObject({ aliases: { champion: now } });
    });

    it('a batch job runs when it is due, and keeps its rows', async () => {
      const base64 = btoa('id,a\nslab,1\nroof,-2\nwall,wet');
      const { artifact } = await call('POST', '/batch/uploads', { base64 });
      const source = { kind: 'upload', name: 'rows.csv', artifact };
      const job = {
        id: 'hourly',
        model: 'delay@champion',
        source,
        cron: '0 * * * *',
        zone: 'UTC',
        reasons: 1,
        keepRuns: 1,
      };
      expect(await call('POST', '/batch', job)).toMatchObject({ id: 'hourly', state: 'active' });
      for (let hour = 0; hour < 2; hour += 1) {
        await small.clock.advance(HOUR_MS);
        const runner = createBatchRunner(small.fleet);
        await runner.look();
        await runner.idle();
      }
      const { runs } = await call('GET', '/batch/hourly');
      expect(runs).toMatchObject([{ run: 2, state: 'succeeded', rows: 3, bad: 1 }]);
      const rows = (await (await ask('GET', '/batch/hourly/results')).text()).trim().split('\n');
      expect(rows.map((row) => JSON.parse(row) as object)).toMatchObject([
        { id: 'slab', score: expect.closeTo(1 / (1 + Math.exp(-2.5)), 5) as number },
        { id: 'roof', score: expect.any(Number) as number },
        { id: 'wall', error: { code: 'value_type' } },
      ]);
    });

    it('a pipeline is put, cut off, resumed, answered from what it kept, and started by the clock', async () => {
      expect(await call('POST', '/pipelines', PIPELINE)).toMatchObject({ action: 'create' });
      expect(await call('POST', '/pipelines', PIPELINE)).toMatchObject({ action: 'unchanged' });
      const order = async () => (await call('POST', '/pipelines/nightly/runs', { set: {} }))['run']!['id'] as string;
      const show = async (id: string) => {
        const { run, attempts } = await call('GET', `/pipeline-runs/${id}`);
        const told = (attempts as unknown as { step: string; state: string }[]).map(
          ({ step, state }) => `${step} ${state}`,
        );
        return { state: (run as unknown as { state: string }).state, told };
      };
      const deps = { ...small.fleet, folder: join(small.folder, 'pipelines') };
      const look = async (kinds?: StepKinds) => {
        const runner = createPipelineRunner(deps, kinds);
        await runner.look();
        await runner.idle();
      };
      const first = await order();
      const halted = createPipelineRunner(deps, {
        ...STEP_KINDS,
        validate: { ...STEP_KINDS['validate']!, run: endless },
      });
      await halted.look();
      await expect.poll(async () => (await show(first)).told.at(-1), { timeout: 10_000 }).toBe('validate running');
      await halted.close();
      await look();
      const { state, told } = await show(first);
      expect(state).toBe('succeeded');
      expect(told.toSorted()).toEqual([
        'data succeeded',
        'split succeeded',
        'validate interrupted',
        'validate succeeded',
      ]);
      await small.clock.advance(1000);
      const second = await order();
      await look();
      expect((await show(second)).told.toSorted()).toEqual(['data cached', 'split cached', 'validate cached']);
      await small.clock.advance(24 * HOUR_MS);
      await look();
      await look();
      const { runs } = await call('GET', '/pipelines/nightly');
      expect(runs).toMatchObject([{ state: 'succeeded', cause: { kind: 'cron' } }, { id: second }, { id: first }]);
      const { lines } = await call('GET', `/pipeline-runs/${first}/logs`);
      expect(lines).toMatchObject([{ step: 'validate', line: 'has begun' }]);
      await call('POST', '/pipelines/nightly/pause', {});
      expect(await call('POST', '/pipelines/nightly/runs', { set: {} })).toMatchObject({ code: 'pipeline_paused' });
      const document = { ...PIPELINE, name: 'declared' };
      const apply = () => call('POST', '/declared', { documents: [document] });
      expect(await apply()).toMatchObject({ isApplied: true, changes: [{ action: 'create' }] });
      expect(await apply()).toMatchObject({ isApplied: true, changes: [{ action: 'unchanged' }] });
    });

    it('a prediction is kept once under its reference, and asked again', async () => {
      const record = { activity: 'slab', site: 'north', values: { a: 2 }, ref: 'plan-7' };
      const answers = await Promise.all(
        [1, 2].map(() => call('POST', '/models/delay@champion/predict', { records: [record], reasons: 1 })),
      );
      const [said] = answers[0]!['predictions'] as unknown as { id: string; score: number }[];
      expect(answers[1]!['predictions']).toMatchObject([{ id: said!.id, score: said!.score }]);
      expect(await call('GET', '/predictions/audit?ref=plan-7')).toMatchObject({
        verdict: 'same',
        prediction: { id: said!.id, score: said!.score },
        chain: { dataset: { name: 'east' }, release: { line: 'delay' } },
      });
    });
  });
}

/** By its content, as a reader would call it. */
function registrable(dataset: Dataset): Dataset {
  return { ...dataset, version: datasetVersion(dataset) };
}

/** A step that ends with its server only. */
function endless({ signal, say }: { signal: AbortSignal; say: (line: string) => void }): Promise<never> {
  say('has begun');
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
