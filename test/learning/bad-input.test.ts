import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { trainModel } from '../../fleet-server/src/learning/pipelines/index.ts';

const row = (i: number, late: number) => `a${i},${i % 7},${late}`;
const tableOf = (labels: number[]) => ['activity,crew,late', ...labels.map((late, i) => row(i, late))].join('\n');
const alternating = (rows: number) => Array.from({ length: rows }, (_, i) => i % 2);

describe('from a file to a model', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-table-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function trainOn(labels: number[]) {
    const path = join(folder, 'table.csv');
    await writeFile(path, tableOf(labels));
    const dataset = await openDataset([path], { roles: { label: 'late' } });
    return trainModel(dataset, { seed: 1, workers: 0, grid: { logistic: [{ c: 1 }], boosting: [] } });
  }

  it.each([
    ['one class', Array<number>(80).fill(1), 'one_class'],
    ['49 rows', alternating(49), 'too_few_rows'],
    ['a label of three values', [0, 1, 2, ...alternating(60)], 'label_not_binary'],
  ])('%s is refused with a code, a field and what was expected', async (_what, labels, code) => {
    await expect(trainOn(labels)).rejects.toMatchObject({
      code,
      field: expect.stringMatching(/./) as string,
      expected: expect.stringMatching(/./) as string,
    });
  });

  it('fifty rows of both classes are trained on, and refused by the gate when they tell nothing', async () => {
    const { gate } = await trainOn(alternating(50));
    expect(gate).toMatchObject({ verdict: 'refuse', figures: { rows: 50 } });
  });
});
