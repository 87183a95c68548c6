import { createSeededRandom } from '@plumbline/shared/testing';
import { afterAll, expect, it } from 'vitest';
import { createModelLab } from '../../platform/adapters/index.ts';
import { intakeModel, scoresOf } from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { deriveFeatures, type Dataset, type Example } from '../datasets/index.ts';
import { buildMatrix, encodeTable, probabilitiesOf } from '../learners/index.ts';
import { generateDataset } from '../training/generated-dataset.ts';
import { train } from '../training/index.ts';
import { inputsOf, OUTPUT, recordOf, referenceOf } from './index.ts';

const lab = createModelLab();
afterAll(() => lab.close());

const NAMES = ['trade-late-rate@1', 'open-activities@1', 'season-cosine@1'];

/** Labels that follow the trade, so that its rate tells. */
function tradesThatTell(): Dataset {
  const dataset = generateDataset({ seed: 3, rows: 200, signal: 0 });
  const { next } = createSeededRandom(3);
  const examples = dataset.examples.map((example): Example => {
    const isLate = next() < (example.values['trade'] === 'masonry' ? 0.9 : 0.2);
    return { ...example, label: isLate ? 1 : 0 };
  });
  return deriveFeatures({ ...dataset, examples }, NAMES);
}

it('a model of derived features scores its rows as its trainer does, and its bundle shows what was derived', async () => {
  const dataset = tradesThatTell();
  const { examples, features } = dataset;
  const options = { algorithms: ['logistic' as const], grid: { logistic: [{ c: 1 }] }, workers: 0, seed: 1 };
  const { model, algorithm } = await train(dataset, options);
  const reference = referenceOf(dataset, { model });
  const intake = { line: 'delay', target: dataset.target, algorithm, bytes: exportModel(model) };
  const accepted = await intakeModel(
    { lab },
    { ...intake, inputs: inputsOf(model, features), output: OUTPUT, reference, card: {} },
    0,
  );
  const all = Int32Array.from(examples.keys());
  const expected = probabilitiesOf(model, buildMatrix(encodeTable(examples, features), model.columns, all));
  const scores = await scoresOf(lab, accepted, examples.map(recordOf));
  const apart = scores.map((score, i) => Math.abs(score - (expected[i] ?? Number.NaN)));
  expect(Math.max(...apart)).toBeLessThan(1e-5);
  // Without what was derived it would not have said the same.
  const bare = await scoresOf(
    lab,
    accepted,
    examples.map((example) => ({ ...recordOf(example), derived: {} })),
  );
  expect(bare).not.toEqual(scores);

  const known = new Map(reference.features.map(({ bins, typical }) => [bins.name, { bins, typical }]));
  expect([...known.keys()]).toEqual(features.map(({ name }) => name));
  expect(known.get('season-cosine@1')?.bins.seasonal).toBe(true);
  expect(known.get('trade-late-rate@1')?.bins.seasonal).toBeUndefined();
  const golden = accepted.golden?.rows ?? [];
  expect(golden.length).toBeGreaterThan(0);
  for (const { record } of golden) expect(Object.keys(record.derived ?? {}).toSorted()).toEqual(NAMES.toSorted());
});
