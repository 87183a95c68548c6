import type { LabTensor } from '../../../platform/ports/index.ts';
import { OnnxError, fromFloat16 } from '@plumbline/shared/onnx';
import type { RecipeContext } from '../recipes/recipe.ts';

/** Compares encodings with the model as it came, on the calibration runs. */
export interface Measure {
  runs: number;
  /** Root mean square of what the answers move by, as a share of their spread; infinite when it does not run. */
  errorOf(model: Uint8Array): Promise<number>;
  /** Largest that an answer moves by, as a share of the largest answer; infinite when it does not run. */
  largestOf(model: Uint8Array): Promise<number>;
}

/**
 * Undefined without calibration runs.
 * @throws OnnxError when the model as it came does not run
 */
export async function createMeasure(
  original: Uint8Array,
  outputs: readonly string[],
  context: RecipeContext,
): Promise<Measure | undefined> {
  const { calibration } = context;
  if (calibration.length === 0) return undefined;
  const expected = byOutput(await context.observe(original, calibration, outputs));
  const observe = async (model: Uint8Array, compare: typeof rootMeanSquare): Promise<number> => {
    try {
      return compare(expected, byOutput(await context.observe(model, calibration, outputs)));
    } catch (error) {
      // An encoding that a runtime cannot load is merely a bad one.
      if (error instanceof OnnxError) return Infinity;
      throw error;
    }
  };
  return {
    runs: calibration.length,
    errorOf: (model) => observe(model, rootMeanSquare),
    largestOf: (model) => observe(model, largest),
  };
}

/** Numbers of one output over all runs, or what else it gave. */
type Answers = { numbers: Float64Array } | { others: string[] };

function byOutput(runs: readonly LabTensor[][]): Answers[] {
  const [first] = runs;
  return (first ?? []).map((tensor, index): Answers => {
    const parts = runs.map((run) => run[index]!);
    if (!tensor.dtype.startsWith('float')) return { others: parts.flatMap(({ data }) => Array.from(data, String)) };
    return { numbers: Float64Array.from(parts.flatMap((part) => Array.from(numbersOf(part)))) };
  });
}

/** Values of a float tensor, in whatever width it has. */
export function numbersOf({ dtype, data }: LabTensor): ArrayLike<number> {
  return dtype === 'float16' ? fromFloat16(data as Uint16Array) : (data as Float32Array);
}

/** Labels only count where a model gives nothing else: they follow from its numbers, and jump. */
function rootMeanSquare(expected: Answers[], actual: Answers[]): number {
  const errors = expected.map((answers, index): { error: number; isLabel: boolean } => {
    const other = actual[index]!;
    if ('others' in answers) return { error: shareDiffering(answers, other), isLabel: true };
    const differences = differencesOf(answers, other);
    return { error: quadraticMean(differences) / spreadOf(answers.numbers), isLabel: false };
  });
  const numbers = errors.filter(({ isLabel }) => !isLabel);
  return worst((numbers.length > 0 ? numbers : errors).map(({ error }) => error));
}

function largest(expected: Answers[], actual: Answers[]): number {
  return worst(
    expected.map((answers, index) => {
      const other = actual[index]!;
      if ('others' in answers) return shareDiffering(answers, other);
      const magnitude = answers.numbers.reduce(
        (max, each) => (Number.isFinite(each) ? Math.max(max, Math.abs(each)) : max),
        0,
      );
      const difference = differencesOf(answers, other).reduce((max, each) => Math.max(max, each), 0);
      return difference / (magnitude === 0 ? 1 : magnitude);
    }),
  );
}

function worst(errors: number[]): number {
  return errors.reduce((max, each) => Math.max(max, Number.isNaN(each) ? Infinity : each), 0);
}

function shareDiffering({ others }: { others: string[] }, actual: Answers): number {
  if (!('others' in actual) || actual.others.length !== others.length) return Infinity;
  const differing = others.filter((each, index) => each !== actual.others[index]).length;
  return differing / Math.max(1, others.length);
}

/** Equal infinities and NaN beside NaN are no difference; one beside a number is an infinite one. */
function differencesOf({ numbers }: { numbers: Float64Array }, actual: Answers): Float64Array {
  if (!('numbers' in actual) || actual.numbers.length !== numbers.length) return Float64Array.of(Infinity);
  return numbers.map((each, index) => {
    if (Object.is(each, actual.numbers[index])) return 0;
    const difference = Math.abs(each - actual.numbers[index]!);
    return Number.isNaN(difference) ? Infinity : difference;
  });
}

/** Standard deviation; of answers that are all alike their magnitude, or 1. */
function spreadOf(numbers: Float64Array): number {
  const finite = numbers.filter(Number.isFinite);
  const mean = finite.reduce((sum, each) => sum + each, 0) / Math.max(1, finite.length);
  const deviation = quadraticMean(finite.map((each) => each - mean));
  if (deviation > 1e-12 * Math.abs(mean)) return deviation;
  return mean === 0 ? 1 : Math.abs(mean);
}

function quadraticMean(values: Float64Array): number {
  const squares = values.reduce((sum, each) => sum + each * each, 0);
  return Math.sqrt(squares / Math.max(1, values.length));
}
