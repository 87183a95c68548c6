import { declinesDense } from './declines.ts';
import { dynamicInt8, refusesIntegers } from './dynamic-int8.ts';
import type { LayerEncoding } from './encoding.ts';
import { impossible } from './encoding.ts';
import { encodeWithin } from './fallback.ts';
import { foldBatchNorms } from './fold-batch-norm.ts';
import { findLayers } from '../rewrite/layers.ts';
import type { Measure } from '../rewrite/measure.ts';
import { createMeasure, numbersOf } from '../rewrite/measure.ts';
import { rangeOf } from './ranges.ts';
import type { Seen } from './static-int8.ts';
import { staticInt8 } from './static-int8.ts';
import { float16Weights, int8Weights } from './stored-weights.ts';
import type { LabTensor } from '../../../platform/ports/index.ts';
import { encodeModel } from '../codec/encode-model.ts';
import type { ModelProto } from '@plumbline/shared/onnx';
import { editableCopy } from '../rewrite/edit-graph.ts';
import { exposeValues } from '../graph/expose-values.ts';
import { feedsOf } from '../graph/value-type.ts';
import type { Candidate, RecipeContext, RecipeFamily } from '../recipes/recipe.ts';
import { simplify } from '../rewrite/simplify.ts';

/** Recipes for networks whose weight lies in Gemm and MatMul: folding, float16, and three kinds of int8. */
export const denseFamily: RecipeFamily = { family: 'dense', declines: declinesDense, candidates };

/** Folding BatchNormalization counts as lossless up to this share of the largest answer. */
const FOLD_TOLERANCE = 1e-5;

/** The model that all recipes start from. */
interface Base {
  model: ModelProto;
  bytes: Uint8Array;
  lossless: boolean;
  notes: string[];
}

async function candidates(model: ModelProto, context: RecipeContext): Promise<Candidate[]> {
  if (declinesDense(model) !== undefined) return [];
  const original = encodeModel(model);
  const outputs = model.graph.output.map((output) => output.name ?? '');
  const measure = await createMeasure(original, outputs, context);
  const base = await simplest(model, measure);
  const found: Candidate[] = [];
  const leftOut: string[] = [];
  if (base.bytes.length < original.length) {
    found.push({ recipe: 'dense-fold', bytes: base.bytes, lossless: base.lossless, notes: base.notes });
  }
  const layers = findLayers(base.model);
  for (const encoding of await encodingsOf(base.model, context, leftOut)) {
    const { recipe } = encoding;
    const encoded =
      impossible(encoding, base.model, context.opsets) ?? (await encodeWithin(base.model, encoding, layers, measure));
    const same = typeof encoded === 'string' ? undefined : found.find((each) => equal(each.bytes, encoded.bytes));
    if (typeof encoded === 'string') leftOut.push(`${recipe} is left out: ${encoded}`);
    else if (encoded.bytes.length >= base.bytes.length) leftOut.push(`${recipe} is left out: it would be no smaller`);
    else if (same !== undefined) leftOut.push(`${recipe} is left out: it would be the same as ${same.recipe}`);
    else found.push({ recipe, bytes: encoded.bytes, lossless: false, notes: [...base.notes, ...encoded.notes] });
  }
  return found.map((each) => ({ ...each, notes: [...each.notes, ...leftOut] }));
}

async function simplest(model: ModelProto, measure: Measure | undefined): Promise<Base> {
  const plain = editableCopy(model);
  const notes = simplify(plain);
  const exact = { model: plain, bytes: encodeModel(plain), lossless: true, notes };
  const folded = editableCopy(plain);
  const count = foldBatchNorms(folded);
  if (count === 0) return exact;
  simplify(folded);
  const bytes = encodeModel(folded);
  const what = `${count} BatchNormalization node(s) folded into weights`;
  if (measure === undefined) {
    return { model: folded, bytes, lossless: false, notes: [...notes, `${what}; no calibration run to check it on`] };
  }
  const moved = await measure.largestOf(bytes);
  if (moved <= FOLD_TOLERANCE) {
    return {
      model: folded,
      bytes,
      lossless: true,
      notes: [...notes, `${what}: answers move by ${moved.toExponential(1)}`],
    };
  }
  const why = `BatchNormalization stays: folding it would move answers by ${moved.toExponential(1)} of the largest`;
  return { ...exact, notes: [...notes, why] };
}

async function encodingsOf(model: ModelProto, context: RecipeContext, leftOut: string[]): Promise<LayerEncoding[]> {
  const always = [float16Weights, int8Weights, dynamicInt8];
  if (context.calibration.length === 0) {
    leftOut.push('dense-int8-static is left out: it needs calibration runs');
    return always;
  }
  const why = impossible(staticInt8('minmax', new Map()), model, context.opsets);
  if (why !== undefined) {
    leftOut.push(`dense-int8-static is left out: ${why}`);
    return always;
  }
  const seen = await valuesSeen(model, context);
  const methods = (['minmax', 'percentile', 'entropy'] as const).map((method) => {
    const ranges = [...seen].flatMap(([name, tensors]): [string, Seen][] => {
      const range = rangeOf(tensors.map(numbersOf), method);
      const [rank, ...others] = new Set(tensors.map(({ dims }) => dims.length));
      return range === undefined ? [] : [[name, { ...range, rank: others.length === 0 ? rank : undefined }]];
    });
    return staticInt8(method, new Map(ranges));
  });
  return [...always, ...methods];
}

/** What every layer is fed in calibration, run by run; values of graph inputs need no observing. */
async function valuesSeen(model: ModelProto, context: RecipeContext): Promise<Map<string, LabTensor[]>> {
  const layers = findLayers(model).filter((layer) => refusesIntegers(layer) === undefined);
  const names = [...new Set(layers.flatMap(({ uses }) => uses.map((use) => use.activation)))];
  const feeds = new Set(feedsOf(model.graph).map((input) => input.name));
  const inner = names.filter((name) => !feeds.has(name));
  const observed =
    inner.length === 0 ? [] : await context.observe(exposeValues(model, inner), context.calibration, inner);
  return new Map(
    names.map((name) => [
      name,
      context.calibration.flatMap((run, index) =>
        [...run, ...(observed[index] ?? [])].filter((tensor) => tensor.name === name),
      ),
    ]),
  );
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
