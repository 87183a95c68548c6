import type { Affine } from './affine.ts';
import { at } from './affine.ts';
import { foldLinear } from './fold.ts';
import { createRandom } from '../export/random-models.ts';
import type { LabRun, LabTensor } from '../../../platform/ports/index.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { ModelProto } from '@plumbline/shared/onnx';
import { editableCopy } from '../rewrite/edit-graph.ts';
import { describeValue, feedsOf } from '../graph/value-type.ts';
import type { Candidate, RecipeContext, RecipeFamily } from '../recipes/recipe.ts';
import { createMeasure } from '../rewrite/measure.ts';
import { simplify } from '../rewrite/simplify.ts';

/** The recipe for linear models: what is done to features by constants alone becomes part of the coefficients. */
export const linearFamily: RecipeFamily = {
  family: 'linear',
  declines(model) {
    const { bytes, because } = fold(model);
    if (because !== undefined) return because;
    const before = encodeModel(model).length;
    return bytes.length < before ? undefined : `nothing to gain: ${bytes.length} bytes folded, ${before} as it came`;
  },
  candidates,
};

/** Share of the largest answer up to which folding counts as lossless; beyond the other it is not offered. */
const LOSSLESS = 1e-6;
const USEFUL = 1e-3;

const RUNS = 8;
const ROWS = 32;

interface FoldedModel {
  bytes: Uint8Array;
  notes: string[];
  sources: ReadonlyMap<string, Affine>;
  because?: string | undefined;
}

function fold(model: ModelProto): FoldedModel {
  const copy = editableCopy(model);
  const notes = simplify(copy);
  const { count, sources, because } = foldLinear(copy);
  notes.push(`${count} function(s) of features folded into coefficients and intercepts`);
  simplify(copy);
  return { bytes: encodeModel(copy), notes, sources, because };
}

async function candidates(model: ModelProto, context: RecipeContext): Promise<Candidate[]> {
  const { bytes, notes, sources, because } = fold(model);
  const original = encodeModel(model);
  if (because !== undefined || bytes.length >= original.length) return [];
  const runs = [...context.calibration, ...randomRuns(model, sources)];
  const outputs = model.graph.output.map((output) => output.name ?? '');
  const measure = await createMeasure(original, outputs, { ...context, calibration: runs });
  if (measure === undefined) {
    return [{ recipe: 'linear-fold', bytes, lossless: false, notes: [...notes, 'no rows to check it on'] }];
  }
  const moved = await measure.largestOf(bytes);
  if (moved > USEFUL) return [];
  notes.push(`answers of ${runs.length} run(s) move by at most ${moved.toExponential(1)} of the largest`);
  return [{ recipe: 'linear-fold', bytes, lossless: moved <= LOSSLESS, notes }];
}

/**
 * Rows that the model's own scaling brings near zero and one, which is what it was fitted on; none when an input is not a
 * float32 matrix of known width.
 */
function randomRuns(model: ModelProto, sources: ReadonlyMap<string, Affine>): LabRun[] {
  const random = createRandom(1);
  const feeds = feedsOf(model.graph).map(describeValue);
  const fillable = feeds.every(
    ({ dtype, shape }) => dtype === 'float32' && shape?.length === 2 && typeof shape[1] === 'number',
  );
  if (!fillable) return [];
  return Array.from({ length: RUNS }, () =>
    feeds.map(({ name, shape }): LabTensor => {
      const columns = Number(shape![1]);
      const rows = typeof shape![0] === 'number' ? shape![0] : ROWS;
      const affine = sources.get(name);
      const data = Float32Array.from({ length: rows * columns }, (_, index) => {
        const scaled = random() * 4 - 2;
        const [factor, shift] = [
          at(affine?.factors ?? [1], index % columns),
          at(affine?.shifts ?? [0], index % columns),
        ];
        return factor === 0 ? scaled : (scaled - shift) / factor;
      });
      return { name, dtype: 'float32', dims: [rows, columns], data };
    }),
  );
}
