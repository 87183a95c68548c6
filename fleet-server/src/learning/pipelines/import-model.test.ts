import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle, type Feature, type GraphInput } from '@plumbline/shared/manifest';
import { createVirtualClock } from '@plumbline/shared/testing';
import { sha256Hex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { openDatabase } from '../../platform/db/index.ts';
import { makeDevelopmentKeys, openDesk } from '../../supply/keys/index.ts';
import { getModel, listModels, type ModelMapping, type PublishDeps } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { importRepository } from '../../supply/repository/index.ts';
import { datasetVersion, loadDataset, registerDataset, type Dataset } from '../datasets/index.ts';
import { generateDataset } from '../training/generated-dataset.ts';
import { train } from '../training/index.ts';
import { importModel, inputsOf, OUTPUT } from './index.ts';

const clock = createVirtualClock();
const lab = createModelLab();
let folder: string;
let deps: PublishDeps & { lab: typeof lab };
let bytes: Uint8Array;
let mapping: ModelMapping;
/** Rows the model never saw, from the same source. */
const fresh = versioned(generateDataset({ seed: 2, rows: 300, signal: 1 }));

function versioned(dataset: Dataset): Dataset {
  return { ...dataset, version: datasetVersion(dataset) };
}

function shuffled(dataset: Dataset): Dataset {
  const labels = dataset.examples.map(({ label }) => label);
  // A fixed stride that shares no factor with the rows deals every label to another row.
  const examples = dataset.examples.map((example, row) => ({
    ...example,
    label: labels[(row * 7 + 101) % labels.length]!,
  }));
  return versioned({ ...dataset, examples });
}

function withFeature(change: (feature: Feature) => Feature): ModelMapping {
  const inputs = mapping.inputs.map((input): GraphInput =>
    input.kind === 'columns' ? { ...input, features: input.features.map(change) } : input,
  );
  return { ...mapping, inputs };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-import-'));
  await makeDevelopmentKeys(folder, clock.now());
  const desk = await openDesk(folder);
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  await importRepository({ database, desk, now: clock.now }, 'system', folder);
  const artifacts = await openArtifactFiles(join(folder, 'artifacts'));
  deps = { database, artifacts, desk, versionsInUse: async () => [], now: clock.now, lab };
  const own = generateDataset({ seed: 1, rows: 300, signal: 1 });
  const grid = { logistic: [{ c: 1 }] };
  const { model } = await train(own, { seed: 1, workers: 0, algorithms: ['logistic'], grid });
  bytes = exportModel(model);
  const inputs = inputsOf(model, own.features);
  mapping = {
    line: 'delay',
    target: 'late',
    algorithm: 'logistic',
    inputs,
    output: OUTPUT,
    profiles: ['raspberry-pi-4'],
  };
});
afterAll(async () => {
  await lab.close();
  await deps.database.close();
  await rm(folder, { recursive: true });
});

describe('a model made elsewhere, imported on a dataset', () => {
  it('gets reference, golden rows, reasons, figures and the verdict of the gate, and waits for approval', async () => {
    await registerDataset(deps, 'user:ana', fresh);
    const dataset = await loadDataset(deps, `generated@${fresh.version.slice(0, 8)}`);
    expect(dataset).toEqual(fresh);
    const release = await importModel(deps, 'user:ana', { mapping, bytes, dataset });
    expect(release).toMatchObject({ version: '1.0.0', counter: 1, gate: { verdict: 'pass' } });
    const { card, state } = await getModel(deps.database.db, 'delay', '1.0.0');
    expect(state).toBe('awaiting-approval');
    expect(card).toMatchObject({
      origin: 'imported',
      producer: expect.any(String) as string,
      dataset: { name: 'generated', version: fresh.version },
      metrics: { rows: 300 },
      gate: { verdict: 'pass', figures: { chance: { method: 'permuted' } } },
    });
    const { metrics, gate } = card as unknown as {
      metrics: Record<string, number>;
      gate: { reasons: { sentence: string }[] };
    };
    expect(metrics['auc']).toBeGreaterThan(0.75);
    expect(metrics['brier']).toBeLessThan(0.25);
    expect(metrics['accuracy']).toBeGreaterThan(metrics['accuracyOfMajority']!);
    expect(gate.reasons.every(({ sentence }) => sentence.startsWith('not judged: '))).toBe(true);
    expect(gate.reasons.map(({ sentence }) => sentence).join(' ')).toContain('trained on rows of this dataset');
    const archive = await deps.artifacts.get(release.variants[0]!.archive);
    const bundle = await openBundle(archive, async (content) => sha256Hex(content));
    expect(bundle.manifest.parts).toEqual({ golden: 'generated', reference: 'given', reasons: 'generated' });
    expect(bundle.reference).toMatchObject({ rows: 300, baseRate: expect.any(Number) as number });
    expect(bundle.reference?.score.reduce((sum, count) => sum + count, 0)).toBe(300);
    expect(bundle.golden?.rows.length).toBeGreaterThan(0);
  });

  it('is refused when outcomes have nothing to do with its answers, and never registered', async () => {
    const foreign = { mapping: { ...mapping, line: 'noise' }, bytes, dataset: shuffled(fresh) };
    await expect(importModel(deps, 'user:ana', foreign)).rejects.toMatchObject({
      code: 'gate_refused',
      kind: 'refused',
      message: expect.stringContaining('Shuffling the labels does as well') as string,
    });
    expect(await listModels(deps.database.db, 'noise')).toEqual([]);
  });

  it('answering the wrong way round is refused: its probabilities are those of the other class', async () => {
    const output = { ...OUTPUT, positive: '0' } as ModelMapping['output'];
    await expect(
      importModel(deps, 'user:ana', { mapping: { ...mapping, output }, bytes, dataset: fresh }),
    ).rejects.toMatchObject({
      code: 'gate_refused',
      message: expect.stringContaining('Probabilities are off') as string,
    });
  });

  it.each<[string, (feature: Feature) => Feature, string, string]>([
    [
      'a column the dataset lacks',
      (one) => (one.name === 'n2' ? { ...one, from: { column: 'cost' } } : one),
      'model_input_unknown',
      'inputs.numbers.n2',
    ],
    [
      'another type',
      (one) => (one.name === 'trade' ? { ...one, type: 'number' } : one),
      'model_input_differs',
      'inputs.categories.trade',
    ],
    [
      'fewer categories',
      (one) => (one.name === 'trade' ? { ...one, categories: ['concrete'] } : one),
      'model_input_differs',
      'inputs.categories.trade',
    ],
    [
      'no missing values',
      (one) => (one.name === 'n1' ? { ...one, missing: 'refuse' } : one),
      'model_input_differs',
      'inputs.numbers.n1',
    ],
  ])('with a mapping that speaks of %s is refused, naming the feature', async (_what, change, code, field) => {
    const foreign = { mapping: withFeature(change), bytes, dataset: fresh };
    await expect(importModel(deps, 'user:ana', foreign)).rejects.toMatchObject({
      code,
      field,
      expected: expect.any(String) as string,
    });
  });

  it('keeps what the dataset calls private out of the bundle, whatever its mapping says', async () => {
    const features = fresh.features.map((one) => (one.name === 'n3' ? { ...one, private: true } : one));
    const dataset = versioned({ ...fresh, features });
    const release = await importModel(deps, 'user:ana', { mapping: { ...mapping, line: 'iris' }, bytes, dataset });
    const archive = await deps.artifacts.get(release.variants[0]!.archive);
    const { reference } = await openBundle(archive, async (content) => sha256Hex(content));
    expect(reference?.features.map(({ bins }) => bins.name)).toEqual(['n0', 'n1', 'n2', 'trade']);
  });
});

describe('a registered dataset', () => {
  it.each([
    ['no version', 'generated', 'dataset_reference'],
    ['a version that is not there', 'generated@0123456789abcdef', 'dataset_unknown'],
    ['too short a beginning', `generated@${fresh.version.slice(0, 7)}`, 'dataset_unknown'],
    ['another name', `other@${fresh.version}`, 'dataset_unknown'],
  ])('is not found by %s', async (_what, reference, code) => {
    await registerDataset(deps, 'user:ana', fresh);
    await expect(loadDataset(deps, reference)).rejects.toMatchObject({ code, field: 'dataset' });
  });
});
