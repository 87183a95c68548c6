import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../platform/adapters/index.ts';
import { openDatabase } from '../../platform/db/index.ts';
import { makeDevelopmentKeys, openDesk } from '../../supply/keys/index.ts';
import { getModel, listModels, type PublishDeps } from '../../supply/models/index.ts';
import { importRepository } from '../../supply/repository/index.ts';
import { generateDataset } from '../training/generated-dataset.ts';
import { inputsOf, referenceOf, releaseModel, trainModel, type TrainedModel } from './index.ts';

const OPTIONS = {
  seed: 1,
  workers: 0,
  algorithms: ['logistic' as const],
  grid: { logistic: [{ c: 1 }] },
  gatePermutations: 9,
};
const clock = createVirtualClock();
const lab = createModelLab();
let folder: string;
let deps: PublishDeps;
let good: TrainedModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-pipelines-'));
  await makeDevelopmentKeys(folder, clock.now());
  const desk = await openDesk(folder);
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  await importRepository({ database, desk, now: clock.now }, 'system', folder);
  deps = {
    database,
    artifacts: await openArtifactFiles(join(folder, 'artifacts')),
    desk,
    versionsInUse: async () => [],
    now: clock.now,
  };
  good = await trainModel(generateDataset({ seed: 1, rows: 300, signal: 1 }), OPTIONS);
});
afterAll(async () => {
  await lab.close();
  await deps.database.close();
  await rm(folder, { recursive: true });
});

describe('a trained model', () => {
  it('that learned nothing is refused by the gate and never registered', async () => {
    const noise = await trainModel(generateDataset({ seed: 1, rows: 300, signal: 0 }), OPTIONS);
    expect(noise.gate.verdict).toBe('refuse');
    await expect(releaseModel({ ...deps, lab }, 'user:ana', 'noise', noise)).rejects.toMatchObject({
      code: 'gate_refused',
      kind: 'refused',
      field: 'gate',
      message: noise.gate.reasons.map(({ sentence }) => sentence).join(' '),
    });
    expect(await listModels(deps.database.db, 'noise')).toEqual([]);
  });

  it('that passed waits for approval, with what it came from on its card and in its bundle', async () => {
    expect(good.gate.verdict).toBe('pass');
    const release = await releaseModel({ ...deps, lab }, 'user:ana', 'delay', good, { trigger: 'age' });
    expect(release).toMatchObject({ version: '1.0.0', counter: 1 });
    expect(
      release.trials.every(
        ({ verdict, lossless, maxDiff = 1 }) => verdict === 'refuse' || !lossless || maxDiff <= 1e-5,
      ),
    ).toBe(true);
    const { card, state, algorithm } = await getModel(deps.database.db, 'delay', '1.0.0');
    expect({ state, algorithm }).toEqual({ state: 'awaiting-approval', algorithm: 'logistic' });
    expect(card).toMatchObject({
      origin: 'trained',
      trigger: 'age',
      dataset: { name: 'generated', version: good.dataset.version },
      gate: { verdict: 'pass' },
    });
    const archive = await deps.artifacts.get(release.variants[0]!.archive);
    const bundle = await openBundle(archive, async (bytes) => sha256Hex(bytes));
    expect(bundle.manifest).toMatchObject({
      target: 'late',
      parts: { golden: 'generated', reference: 'given', reasons: 'generated' },
    });
    expect(bundle.manifest.inputs).toEqual(inputsOf(good.result.model, good.dataset.features));
    expect(bundle.reference?.features.map(({ bins }) => bins.name)).toEqual(['n0', 'n1', 'n2', 'n3', 'trade']);
  });
});

describe('the description of a model', () => {
  it('has its numbers in one input and its categories in another, in the order of the graph', () => {
    const columnsOf = (model: TrainedModel['result']['model']) =>
      inputsOf(model, good.dataset.features).map((input) => [
        input.name,
        input.dtype,
        input.kind === 'columns' ? input.features.map(({ name }) => name) : [],
      ]);
    expect(columnsOf(good.result.model)).toEqual([
      ['numbers', 'float32', ['n0', 'n1', 'n2', 'n3']],
      ['categories', 'string', ['trade']],
    ]);
    const { columns } = good.result.model;
    const onlyNumbers = { ...good.result.model, columns: { ...columns, categories: [] } };
    expect(columnsOf(onlyNumbers)).toHaveLength(1);
  });

  it('leaves private features out of the reference', () => {
    const features = good.dataset.features.map((one) => (one.name === 'trade' ? { ...one, private: true } : one));
    const reference = referenceOf({ ...good.dataset, features }, good.result);
    expect(reference.features.map(({ bins }) => bins.name)).toEqual(['n0', 'n1', 'n2', 'n3']);
    expect(JSON.stringify(reference)).not.toContain('masonry');
  });
});
