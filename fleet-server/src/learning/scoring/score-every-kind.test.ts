import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab } from '../../platform/adapters/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import {
  ALGORITHMS,
  type Algorithm,
  buildMatrix,
  encodeTable,
  fitColumns,
  fitMember,
  LEARNERS,
  type Member,
} from '../learners/index.ts';
import { inputsOf, OUTPUT } from '../pipelines/index.ts';
import { generateDataset } from '../training/generated-dataset.ts';
import { openBare } from './model/open-bundle.ts';
import { scoreFile } from './score-file.ts';

const CLASSIFIERS = ALGORITHMS.filter((name) => LEARNERS[name].tasks.includes('classification'));
const { examples, features } = generateDataset({ seed: 3, rows: 200, signal: 1 });
const table = encodeTable(examples, features);
const rows = Int32Array.from(examples.keys());
const matrix = buildMatrix(table, fitColumns(table, rows), rows);

const GIVEN: [numbers: (number | null)[], trade: string][] = [
  [[0.5, -1, 2, 0], 'concrete'],
  [[null, 0.25, -0.125, 3], 'roofing'],
  [[null, null, null, null], ''],
  [[1, 1, 1, 1], 'a trade that nobody has seen'],
  [[-4096, 1e30, 0, -0.1], 'masonry'],
];
const CSV = [
  'n0,n1,n2,n3,trade',
  ...GIVEN.map(([numbers, trade]) => [...numbers.map((n) => n ?? ''), trade].join(',')),
];

const lab = createModelLab();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-score-kinds-'));
  await writeFile(join(folder, 'rows.csv'), CSV.join('\n'));
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

/** A session of the runtime and nothing else. */
async function plain(bytes: Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(bytes);
  const numbers = Float32Array.from(GIVEN.flatMap(([own]) => own.map((value) => value ?? Number.NaN)));
  const { probabilities } = await session.run({
    numbers: new Tensor('float32', numbers, [GIVEN.length, 4]),
    categories: new Tensor(
      'string',
      GIVEN.map(([, trade]) => trade),
      [GIVEN.length, 1],
    ),
  });
  const both = [...(probabilities!.data as Float32Array)];
  return GIVEN.map((_, row) => both[2 * row + 1]!);
}

describe('a file scored by a model of every kind', () => {
  it.each([
    ...CLASSIFIERS.map((algorithm): [string, Algorithm, object] => [algorithm, algorithm, {}]),
    ['boosting by sets of levels', 'boosting', { categories: 'native' }],
    ['neighbours by distance', 'knn', { weighting: 'distance' }],
  ] as [string, Algorithm, object][])(
    'is answered as a plain session does, missing and unseen values too: %s',
    async (_, algorithm, more) => {
      const parameters = { ...LEARNERS[algorithm].grid[0], ...more };
      const model = fitMember({ algorithm, parameters } as Member, matrix, { task: 'classification', seed: 1 });
      const bytes = exportModel(model);
      const mapping = { line: 'delay', target: 'late', algorithm, inputs: inputsOf(model, features), output: OUTPUT };
      const out = join(folder, `${algorithm}.ndjson`);
      const order = { model: openBare(bytes, mapping), file: join(folder, 'rows.csv'), out, format: 'ndjson' } as const;
      await scoreFile({ lab }, { ...order, plan: { asOfMs: 0 }, batchRows: 2 });
      const lines = (await readFile(out, 'utf8')).trim().split('\n');
      const scores = lines.map((line) => (JSON.parse(line) as { score?: number }).score);
      expect(scores).toEqual(await plain(bytes));
      expect(new Set(scores).size).toBeGreaterThan(1);
    },
  );
});
