import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { VersionSummary } from '../../../supply/models/index.ts';
import type { Run } from '../runs/run.ts';
import { uploadUrl } from './artifacts.ts';
import { batchesOf } from './batches.ts';
import { createMlflow, exportRun, exportVersion, type Mlflow, type RunSource, type VersionSource } from './index.ts';
import { startRecordedServer, type RecordedOptions, type RecordedServer } from './recorded-server.ts';
import { keyOf, LIMITS, valuesOf, within } from './values.ts';

const servers: RecordedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function world(options: RecordedOptions = {}) {
  const server = await startRecordedServer(options);
  servers.push(server);
  const waits: number[] = [];
  const mlflow = createMlflow(
    { uri: `${server.uri}/`, ...(options.token === undefined ? {} : { token: options.token }) },
    { sleep: async (ms) => waits.push(ms) },
  );
  return { server, mlflow, waits };
}

const SVG = new TextEncoder().encode('<svg/>');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function sourceOf(changed: Partial<Run> = {}): RunSource {
  const run: Run = {
    id: 'run-0123456789ab',
    experiment: 'delay',
    kind: 'train',
    state: 'finished',
    dataset: { name: 'north', version: 'd'.repeat(64) },
    settings: { folds: 3, split: 'group', chosen: { algorithm: 'boosting', parameters: { depth: 4 } }, tried: [1, 2] },
    seed: 7,
    codeVersion: '0.1.0',
    actor: 'user:ana',
    tags: { season: 'winter', 'mlflow.user': 'somebody else' },
    parent: null,
    metrics: {
      values: { auc: 0.8, brier: 0.17, logLoss: null },
      folds: { key: 'k', rowsTrain: [2, 2, 2], rowsValid: [1, 1, 1], values: { auc: [0.7, null, 0.9] } },
      holdout: { auc: 0.78 },
      gate: { verdict: 'pass', reasons: [{ code: 'few_rows', sentence: 'Few rows.' }] },
    },
    result: { line: 'delay', version: '1.2.0' },
    error: null,
    startedAt: 1_700_000_000_000,
    endedAt: 1_700_000_060_000,
    archivedAt: null,
    ...changed,
  };
  const artifacts = [{ name: 'roc.svg', mediaType: 'image/svg+xml', sha256: sha256(SVG), sizeBytes: SVG.length }];
  return { run, artifacts, bytesOf: async () => SVG };
}

const only = <Value>(map: Map<string, Value>): Value => {
  expect(map.size).toBe(1);
  return [...map.values()][0]!;
};

describe('a run in MLflow', () => {
  it('has its settings, its figures fold by fold, its data set and its files', async () => {
    const { server, mlflow } = await world({ prefix: '/tracking', token: 'secret' });
    expect(await exportRun(mlflow, sourceOf())).toMatchObject({
      outcome: 'created',
      files: 'uploaded',
      experiment: 'delay',
    });
    const run = only(server.runs);
    expect(run).toMatchObject({ status: 'FINISHED', name: 'run-0123456789ab', endTime: 1_700_000_060_000 });
    expect(Object.fromEntries(run.params)).toEqual({
      folds: '3',
      split: 'group',
      'chosen.algorithm': 'boosting',
      'chosen.parameters.depth': '4',
      tried: '[1,2]',
      seed: '7',
    });
    expect(run.metrics.map(({ key, value, step }) => [key, value, step])).toEqual([
      ['auc', 0.8, 0],
      ['brier', 0.17, 0],
      ['holdout.auc', 0.78, 0],
      ['fold.auc', 0.7, 0],
      ['fold.auc', 0.9, 2],
    ]);
    expect(Object.fromEntries(run.tags)).toMatchObject({
      season: 'winter',
      'tag.mlflow.user': 'somebody else',
      'mlflow.user': 'user:ana',
      'plumbline.result': 'delay@1.2.0',
      'plumbline.gate': 'pass',
      'plumbline.file.roc.svg': `sha256:${sha256(SVG)}, 6 bytes, image/svg+xml`,
    });
    expect(run.inputs).toEqual([`north#${'d'.repeat(36)}`]);
    const id = [...server.runs.keys()][0];
    expect([...server.files.keys()]).toEqual([`1/${id}/artifacts/plumbline/run.json`, `1/${id}/artifacts/roc.svg`]);
    expect(server.files.get(`1/${id}/artifacts/roc.svg`)).toEqual(Buffer.from(SVG));
  });

  it('is there once after two exports, and after a third that brings a tag', async () => {
    const { server, mlflow } = await world();
    await exportRun(mlflow, sourceOf());
    const before = structuredClone(only(server.runs));
    server.requests.length = 0;
    expect(await exportRun(mlflow, sourceOf())).toMatchObject({ outcome: 'unchanged', files: 'uploaded' });
    expect(server.requests).toEqual(['GET experiments/get-by-name', 'POST runs/search']);
    expect(only(server.runs)).toEqual(before);

    const tagged = sourceOf({ tags: { season: 'summer' } });
    expect(await exportRun(mlflow, tagged)).toMatchObject({ outcome: 'completed' });
    expect(only(server.runs).tags.get('season')).toBe('summer');
    expect(only(server.runs).metrics).toEqual(before.metrics);
  });

  it.each([
    'experiments/create',
    'runs/create',
    'runs/log-batch',
    'runs/log-inputs',
    'runs/set-tag',
    'runs/update',
    'artifacts',
  ])('is there once and whole when the answer of %s is lost', async (path) => {
    const { server, mlflow, waits } = await world();
    server.faults.push({ path, status: 502, effect: true });
    await exportRun(mlflow, sourceOf());
    const run = only(server.runs);
    expect(run.status).toBe('FINISHED');
    expect(new Set(run.metrics.map(({ key, step }) => `${key} ${step}`)).size).toBe(5);
    expect(server.experiments.size).toBe(1);
    expect(waits).toEqual([500]);
  });

  it.each(['runs/create', 'runs/log-batch', 'runs/log-inputs', 'artifacts', 'runs/set-tag', 'runs/update'])(
    'is completed by the next export when the one before ended at %s',
    async (path) => {
      const { server, mlflow } = await world();
      // What had arrived of the last call would make it whole.
      server.faults.push({ path, status: 403, effect: path !== 'runs/update' });
      await expect(exportRun(mlflow, sourceOf())).rejects.toMatchObject({ code: 'mlflow_unauthorized' });
      expect(await exportRun(mlflow, sourceOf())).toMatchObject({ outcome: 'completed' });
      expect(only(server.runs)).toMatchObject({ status: 'FINISHED', metrics: { length: 5 } });
      expect(await exportRun(mlflow, sourceOf())).toMatchObject({ outcome: 'unchanged' });
    },
  );

  it('knows its parent there', async () => {
    const { server, mlflow } = await world();
    await exportRun(mlflow, sourceOf());
    await exportRun(mlflow, sourceOf({ id: 'run-child', parent: 'run-0123456789ab' }));
    const [[parent], [, child]] = [...server.runs] as [[string, unknown], [string, { tags: Map<string, string> }]];
    expect(child.tags.get('mlflow.parentRunId')).toBe(parent);
  });

  it.each([
    ['failed', 'FAILED'],
    ['stopped', 'KILLED'],
  ] as const)('that %s is %s', async (state, status) => {
    const { server, mlflow } = await world();
    await exportRun(mlflow, sourceOf({ state, error: { code: 'worker_killed', message: 'gone' } }));
    expect(only(server.runs).status).toBe(status);
    expect(only(server.runs).tags.get('plumbline.error')).toBe('worker_killed: gone');
  });

  it('that has not ended is refused before anything is asked', async () => {
    const { server, mlflow } = await world();
    const running = exportRun(mlflow, sourceOf({ state: 'running', endedAt: null }));
    await expect(running).rejects.toMatchObject({ code: 'run_still_running', field: 'run' });
    expect(server.requests).toEqual([]);
  });

  it.each(['local', 'off'] as const)(
    'leaves the hashes of its files where the server takes none (%s)',
    async (artifacts) => {
      const { server, mlflow, waits } = await world({ artifacts });
      expect(await exportRun(mlflow, sourceOf())).toMatchObject({ files: 'recorded' });
      expect(only(server.runs).tags.get('plumbline.file.roc.svg')).toContain(sha256(SVG));
      expect([server.files.size, waits]).toEqual([0, []]);
    },
  );

  it('does without inputs on an older server', async () => {
    const { server, mlflow } = await world({ without: ['runs/log-inputs'] });
    expect(await exportRun(mlflow, sourceOf())).toMatchObject({ outcome: 'created' });
    expect(only(server.runs)).toMatchObject({ status: 'FINISHED', inputs: [] });
  });

  it('goes where it is sent, but not into an experiment that was deleted', async () => {
    const { server, mlflow } = await world();
    await exportRun(mlflow, sourceOf(), 'elsewhere');
    expect([...server.experiments.keys()]).toEqual(['elsewhere']);
    server.experiments.set('gone', { id: '9', stage: 'deleted' });
    await expect(exportRun(mlflow, sourceOf(), 'gone')).rejects.toMatchObject({
      code: 'mlflow_experiment_deleted',
      field: 'experiment',
    });
  });
});

describe('a version in the registry of MLflow', () => {
  const onnx = new TextEncoder().encode('onnx');
  const versionOf = (version: string, changed: Partial<VersionSource> = {}): VersionSource => ({
    version: {
      line: 'delay',
      version,
      counter: 3,
      state: 'published',
      algorithm: 'boosting',
      predecessor: null,
      createdAt: 1_700_000_000_000,
      publishedAt: 1_700_000_100_000,
      card: {},
      variants: [],
    } satisfies VersionSummary,
    released: {
      line: 'delay',
      version,
      variant: 'lossless',
      sha256: 'a'.repeat(64),
      sealedBy: 'key-1',
      archive: new TextEncoder().encode('archive'),
      onnx,
    },
    card: '# delay',
    aliases: [],
    bundleUrl: 'https://plumbline.example/api/v1/artifacts/aaaa',
    ...changed,
  });
  const export3 = async (mlflow: Mlflow) => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) await exportVersion(mlflow, versionOf(version));
  };

  it('belongs to its run and brings a folder that mlflow.onnx reads', async () => {
    const { server, mlflow } = await world();
    const exported = await exportVersion(mlflow, versionOf('1.2.0', { run: sourceOf(), aliases: ['champion'] }));
    const [id] = [...server.runs.keys()];
    expect(exported).toMatchObject({
      mlflowVersion: '1',
      mlflowRun: id,
      outcome: 'created',
      source: `mlflow-artifacts:/1/${id}/artifacts/model`,
      aliases: ['champion'],
    });
    const file = (name: string) => server.files.get(`1/${id}/artifacts/model/${name}`);
    expect(file('model.onnx')).toEqual(Buffer.from(onnx));
    expect(file('delay-1.2.0-lossless.plb')?.toString()).toBe('archive');
    const { versions, aliases } = only(server.models);
    expect(JSON.parse(String(file('MLmodel')))).toMatchObject({
      flavors: { onnx: { data: 'model.onnx' }, python_function: { loader_module: 'mlflow.onnx' } },
      run_id: versions[0]?.runId,
    });
    expect(versions[0]?.tags).toContainEqual({ key: 'plumbline.bundle', value: `sha256:${'a'.repeat(64)}` });
    expect(Object.fromEntries(aliases)).toEqual({ champion: '1' });
  });

  it('is found again behind others, and its alias moves with it', async () => {
    const { server, mlflow } = await world();
    await export3(mlflow);
    await exportVersion(mlflow, versionOf('2.0.0', { aliases: ['champion'] }));
    const again = await exportVersion(mlflow, versionOf('1.0.0', { aliases: ['champion', 'v1', 'a.b'] }));
    expect(again).toMatchObject({ outcome: 'unchanged', mlflowVersion: '1', aliases: ['champion'] });
    expect(again.left.map(({ alias }) => alias)).toEqual(['v1', 'a.b']);
    expect(only(server.models).versions).toHaveLength(3);
    expect(only(server.models).aliases.get('champion')).toBe('1');
  });

  it('is registered once when the answer was lost', async () => {
    const { server, mlflow } = await world();
    for (const path of ['registered-models/create', 'model-versions/create']) {
      server.faults.push({ path, status: 503, effect: true });
    }
    await export3(mlflow);
    expect(only(server.models).versions.map(({ version }) => version)).toEqual(['1', '2', '3']);
  });

  it('points at the bundle here where the server takes no files, and leaves aliases to later servers', async () => {
    const { mlflow } = await world({ artifacts: 'local', without: ['registered-models/alias'] });
    const exported = await exportVersion(mlflow, versionOf('1.0.0', { aliases: ['champion'] }));
    expect(exported).toMatchObject({
      source: 'https://plumbline.example/api/v1/artifacts/aaaa',
      aliases: [],
      left: [{ alias: 'champion' }],
    });
  });
});

describe('a server that does not do as it should', () => {
  it('is asked again when it is busy, for as long as it says', async () => {
    const { server, mlflow, waits } = await world();
    server.faults.push({ path: 'runs/update', status: 429, headers: { 'retry-after': '7' } });
    server.faults.push({ path: 'runs/update', status: 429, headers: { 'retry-after': '3600' } });
    await exportRun(mlflow, sourceOf());
    expect(waits).toEqual([7000, 60_000]);
  });

  it('is given up after six times', async () => {
    const { server, mlflow, waits } = await world();
    for (let i = 0; i < 6; i += 1) server.faults.push({ path: 'experiments/get-by-name', status: 500, body: '{}' });
    await expect(exportRun(mlflow, sourceOf())).rejects.toMatchObject({
      code: 'mlflow_unreachable',
      kind: 'unavailable',
    });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  const wrong: [what: string, status: number, body: string, code: string][] = [
    ['no right', 403, '{"error_code":"PERMISSION_DENIED","message":"no"}', 'mlflow_unauthorized'],
    ['another program', 200, '<html>', 'mlflow_malformed'],
    ['another JSON', 200, '{"experiment":{}}', 'mlflow_malformed'],
    ['a redirect', 302, '', 'mlflow_refused'],
    ['a refusal', 400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"x"}', 'mlflow_refused'],
    ['no such page', 404, '<html>', 'mlflow_refused'],
  ];
  it.each(wrong)('%s ends the export at once', async (_, status, body, code) => {
    const { server, mlflow } = await world();
    server.faults.push({ path: 'experiments/get-by-name', status, body });
    await expect(exportRun(mlflow, sourceOf())).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(1);
  });

  it('that nobody runs is unreachable, and a wrong token is not shown', async () => {
    const gone = createMlflow({ uri: 'http://127.0.0.1:1' }, { attempts: 1 });
    await expect(exportRun(gone, sourceOf())).rejects.toMatchObject({ code: 'mlflow_unreachable' });
    const { server } = await world({ token: 'right' });
    const stranger = createMlflow({ uri: server.uri, token: 'wr0ng' });
    const error = await exportRun(stranger, sourceOf()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'mlflow_unauthorized', kind: 'unauthenticated', field: 'token' });
    expect(String(error)).not.toContain('wr0ng');
  });

  it.each(['databricks', 'file:///mlruns', 'http://name:word@host', 'http://host/?a=1', ''])(
    '%j is no address',
    (uri) => {
      expect(() => createMlflow({ uri })).toThrow(expect.objectContaining({ code: 'mlflow_address', field: 'mlflow' }));
    },
  );

  it.each([
    ['mlflow-artifacts:/3/r/artifacts', 'https://m.example/t/api/2.0/mlflow-artifacts/artifacts/3/r/artifacts/a%20b/c'],
    ['mlflow-artifacts://m.example/3/', 'https://m.example/t/api/2.0/mlflow-artifacts/artifacts/3/a%20b/c'],
    [
      'https://m.example/t/api/2.0/mlflow-artifacts/artifacts/3',
      'https://m.example/t/api/2.0/mlflow-artifacts/artifacts/3/a%20b/c',
    ],
    ['mlflow-artifacts://other.example/3', undefined],
    ['https://other.example/3', undefined],
    ['s3://bucket/3', undefined],
    ['/mlruns/3', undefined],
  ])('files for %s go to %s', (artifactUri, url) => {
    expect(uploadUrl({ uri: 'https://m.example/t' } as Mlflow, artifactUri, 'a b/c')).toBe(url);
  });
});

describe('what MLflow takes', () => {
  const text = fc.oneof(fc.string({ maxLength: 40 }), fc.string({ unit: 'binary', minLength: 1500, maxLength: 4000 }));
  it('is never exceeded, whatever the settings are, and nothing is lost or named twice', () => {
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 260 }), fc.nat(2100), (settings, folds) => {
        const values = Array.from({ length: folds }, (_, index) => index);
        const { run } = sourceOf({
          settings,
          metrics: { values: {}, folds: { key: '', rowsTrain: [], rowsValid: [], values: { auc: values } } },
        });
        const whole = valuesOf(run);
        const batches = batchesOf(whole);
        for (const batch of batches) {
          const { params, metrics, tags } = batch;
          expect(Math.max(params.length, tags.length)).toBeLessThanOrEqual(100);
          expect(params.length + metrics.length + tags.length).toBeLessThanOrEqual(1000);
          expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(1e6);
        }
        expect(batches.flatMap(({ params }) => params)).toEqual(whole.params);
        expect(batches.flatMap(({ metrics }) => metrics)).toEqual(whole.metrics);
        expect(whole.params).toHaveLength(
          Object.keys(settings).filter((key) => key !== '').length + ('seed' in settings ? 0 : 1),
        );
        expect(new Set(whole.params.map(({ key }) => key)).size).toBe(whole.params.length);
        for (const { key, value } of whole.params) {
          expect(key).toMatch(/^[\w.\- ]{1,250}$/);
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(LIMITS.paramBytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is cut at a character', () => {
    expect(within('é'.repeat(10), 12)).toBe(`${'é'.repeat(4)} …`);
    expect(within('é'.repeat(6), 12)).toBe('é'.repeat(6));
    expect(['..', 'a/b', 'ü', ''].map(keyOf)).toEqual(['_', 'a_b', '_', '_']);
  });
});
