import { toBase64 } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetVersion } from '../../learning/datasets/index.ts';
import { inputsOf, OUTPUT } from '../../learning/pipelines/index.ts';
import { generateDataset } from '../../learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { exportModel, type FittedModel } from '../../supply/onnx/index.ts';
import { createSmallFleet, type SmallFleet } from '../testing/small-fleet.ts';
import { createHttpApp } from './index.ts';
import { checkedAnswers } from '../testing/checked-answers.ts';

const lab = createModelLab();
let small: SmallFleet;
let app: ReturnType<typeof createHttpApp>;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  app = checkedAnswers(createHttpApp(small.fleet));
});
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

const made = generateDataset({ seed: 3, rows: 200, signal: 1 });
const dataset = { ...made, name: 'mine', version: datasetVersion(made) };
/** What the labels were drawn from, so it is calibrated. */
const truth: FittedModel = {
  kind: 'linear',
  columns: {
    numbers: ['n0', 'n1', 'n2'].map((name) => ({ name, impute: 0, mean: 0, scale: 1 })),
    categories: [],
  },
  weights: Float64Array.of(1, 1, -1),
  bias: 0,
};

async function post(path: string, body: unknown) {
  const response = await app.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${small.fleet.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function signedIn() {
  return { authorization: `Bearer ${small.fleet.operatorToken}` };
}

async function get(path: string) {
  const response = await app.request(path, { headers: signedIn() });
  return (await response.json()) as Record<string, unknown>;
}

describe('a dataset', () => {
  it('is registered with its rows, and a model is then imported on it by name and version', async () => {
    expect(await post('/api/v1/datasets', dataset)).toMatchObject({
      status: 200,
      body: { name: 'mine', version: dataset.version, summary: { kept: 200 } },
    });
    const mapping = {
      line: 'delay',
      target: 'late',
      algorithm: 'logistic',
      inputs: inputsOf(truth, dataset.features),
      output: OUTPUT,
      profiles: ['raspberry-pi-4'],
    };
    const model = toBase64(exportModel(truth));
    const imported = await post('/api/v1/models', { mapping, model, dataset: `mine@${dataset.version}` });
    expect(imported).toMatchObject({
      status: 200,
      body: { line: 'delay', version: '1.0.0', gate: { verdict: 'pass' } },
    });
    const lost = await post('/api/v1/models', { mapping, model, dataset: 'mine@00000000' });
    expect(lost).toMatchObject({ status: 404, body: { code: 'dataset_unknown', field: 'dataset' } });
  });

  it('is refused when its version is not that of its rows, or a row has a member too many', async () => {
    const [first, ...rest] = dataset.examples;
    const changed = { ...dataset, examples: [{ ...first!, label: 1 - first!.label }, ...rest] };
    expect(await post('/api/v1/datasets', changed)).toMatchObject({ status: 400, body: { code: 'dataset_version' } });
    const extra = { ...dataset, examples: [{ ...first!, weight: 2 }, ...rest] };
    expect(await post('/api/v1/datasets', extra)).toMatchObject({
      status: 400,
      body: { code: 'body_malformed', field: 'examples.0' },
    });
  });

  it('is listed, shown, judged, paged, compared, split and taken out', async () => {
    await post('/api/v1/datasets', dataset);
    const at = `/api/v1/datasets/mine/${dataset.version}`;
    expect(await get('/api/v1/datasets')).toMatchObject({ datasets: [{ name: 'mine', rows: 200, derivedFrom: [] }] });
    expect(await get('/api/v1/datasets/mine')).toMatchObject({ versions: [{ version: dataset.version }] });
    expect(await get(at)).toMatchObject({ version: dataset.version, summary: { kept: 200 }, ledTo: [] });
    expect(await get(`${at}/quality`)).toMatchObject({ rows: 200, findings: expect.any(Array) as unknown });
    const page = await get(`${at}/rows?offset=190&limit=20`);
    expect(page).toMatchObject({ total: 200, next: null });
    expect(page['rows']).toHaveLength(10);
    expect(await get(`${at}/rows?offset=0&limit=7`)).toMatchObject({ next: 7 });

    const split = await post(`${at}/split`, { by: 'stratified', share: 0.8, seed: 2 });
    expect(split).toMatchObject({ status: 200, body: { train: { name: 'mine.train' }, groupsOnBothSides: 0 } });
    const { version } = split.body['train'] as { version: string };
    expect(await get(`${at}/diff?to=mine.train@${version}`)).toMatchObject({ rows: { added: 0, changed: 0 } });
    expect(await post(`${at}/split`, { by: 'stratified', share: 2 })).toMatchObject({
      status: 400,
      body: { code: 'split_option', field: 'share' },
    });
    expect(await get('/api/v1/datasets/nothing')).toMatchObject({ code: 'dataset_unknown' });

    for (const [format, begin] of Object.entries({
      csv: 'ref,site',
      ndjson: '{"ref"',
      parquet: 'PAR1',
      roles: '# mine@',
    })) {
      const response = await app.request(`${at}/export?format=${format}`, { headers: signedIn() });
      expect((await response.text()).slice(0, begin.length)).toBe(begin);
    }
  });

  it('of the fleet is refused for a line that is not there, and for a base without a version', async () => {
    await post('/api/v1/datasets', dataset);
    const base = `mine@${dataset.version}`;
    expect(await post('/api/v1/datasets/from-fleet', { base, line: 'nothing' })).toMatchObject({
      status: 404,
      body: { code: 'dataset_line', field: 'line' },
    });
    expect(await post('/api/v1/datasets/from-fleet', { base: 'mine', line: 'delay' })).toMatchObject({
      status: 400,
      body: { code: 'dataset_reference' },
    });
  });
});
