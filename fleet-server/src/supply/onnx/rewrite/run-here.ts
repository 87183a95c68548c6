import * as ort from 'onnxruntime-node';
import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import { normals } from './random-nets.ts';
import { createRandom } from '../export/random-models.ts';
import { OnnxError } from '@plumbline/shared/onnx';
import type { RecipeContext } from '../recipes/recipe.ts';

/** For tests: runs models in this process, which is safe only with models we wrote or know. */
export const observeHere: RecipeContext['observe'] = async (model, runs, outputs) => {
  try {
    const session = await ort.InferenceSession.create(model, { logSeverityLevel: 4, intraOpNumThreads: 1 });
    const answers: LabTensor[][] = [];
    for (const run of runs) {
      const feeds = Object.fromEntries(
        run.map(({ name, dtype, data, dims }) => [
          name,
          new ort.Tensor(dtype as 'float32', data as Float32Array, dims),
        ]),
      );
      const found = await session.run(feeds, [...outputs]);
      answers.push(
        outputs.map((name): LabTensor => {
          const { type, dims, data } = found[name] as ort.Tensor;
          return { name, dtype: type, dims: [...dims], data: data as Float32Array };
        }),
      );
    }
    return answers;
  } catch (error) {
    throw new OnnxError('onnx_not_a_model', String(error));
  }
};

/** Runs of a float32 matrix `x` of normally distributed values. */
export function normalRuns(columns: number, { runs = 4, rows = 128, seed = 1, name = 'x' } = {}): LabRun[] {
  const random = createRandom(seed);
  return Array.from({ length: runs }, () => [
    { name, dtype: 'float32', dims: [rows, columns], data: normals(random, rows * columns) },
  ]);
}

/** A context that counts what it is asked to observe. */
export function contextOf(
  calibration: readonly LabRun[],
  opsets: Record<string, number> = { 'ai.onnx': 21 },
): RecipeContext & { observed: number } {
  const context = {
    calibration,
    opsets,
    observed: 0,
    observe(...[model, runs, outputs]: Parameters<RecipeContext['observe']>) {
      context.observed += 1;
      return observeHere(model, runs, outputs);
    },
  };
  return context;
}

/** Numbers of one output over all runs. */
export async function answersOf(model: Uint8Array, runs: readonly LabRun[], output = 'p'): Promise<number[]> {
  const answers = await observeHere(model, runs, [output]);
  return answers.flatMap(([tensor]) => Array.from(tensor!.data as Float32Array));
}
