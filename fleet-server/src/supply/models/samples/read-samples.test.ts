import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import { foreignModels } from '../../onnx/foreign-models.ts';
import { cleanForRuntime } from '../../onnx/graph/clean-for-runtime.ts';
import { inspectModel } from '../../onnx/graph/inspect-model.ts';
import { loadSampleFiles } from './load-sample-files.ts';
import { readSamples } from './read-samples.ts';
import type { SampleSet } from './sample-set.ts';

const shared = foreignModels();
const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const FOLDER = join(process.env['PLUMBLINE_SHARED'] ?? join(ROOT, '../shared'), 'onnx');

describe.skipIf(shared.absent !== undefined)(
  `samples that models made elsewhere came with (${shared.absent ?? 'present'})`,
  () => {
    test('are read, run, and give the answers that lie beside them', async () => {
      let compared = 0;
      for (const name of shared.names) {
        const folder = join(FOLDER, name);
        const paths = readdirSync(folder)
          .filter((entry) => /^(io|inputs|outputs)\.npz$|^test_data_set_/.test(entry))
          .map((entry) => join(folder, entry));
        if (paths.length === 0) continue;
        const { bytes } = cleanForRuntime(shared.read(name));
        const { inputs, outputs } = inspectModel(bytes);
        const set = await readSamples(await loadSampleFiles(paths), inputs, { outputs });
        // Its test data is that of the model before it was quantized.
        if (name === 'q_mnist_quantized') continue;
        compared += await compare(name, bytes, set);
      }
      expect(compared).toBeGreaterThan(12);
    });
  },
);

async function compare(name: string, bytes: Uint8Array, set: SampleSet): Promise<number> {
  const session = await InferenceSession.create(bytes);
  let compared = 0;
  for (const [index, run] of set.runs.entries()) {
    const answers = await session.run(feedsOf(run));
    for (const expected of set.expected?.[index] ?? []) {
      const answer = answers[expected.name]!;
      expect(answer.dims, `${name} ${expected.name}`).toEqual(expected.dims);
      // Relative above one: the logits of the pictures go to a thousand.
      const gaps = Array.from(answer.data as Float32Array, (value, at) => {
        const wanted = Number(expected.data[at]);
        return Math.abs(Number(value) - wanted) / Math.max(1, Math.abs(wanted));
      });
      expect(Math.max(...gaps), `${name} ${expected.name}`).toBeLessThan(1e-4);
      compared += 1;
    }
  }
  await session.release();
  return compared;
}

function feedsOf(run: LabRun): Record<string, Tensor> {
  return Object.fromEntries(run.map((tensor) => [tensor.name, tensorOf(tensor)]));
}

function tensorOf({ dtype, data, dims }: LabTensor): Tensor {
  return new Tensor(dtype as 'float32', data as Float32Array, dims);
}
