import type { Engine, LabTensor, ModelLab } from '../../../platform/ports/index.ts';
import { numbersOf } from '../judge/answers.ts';
import type { SampleSet } from '../samples/index.ts';
import { LAB_LIMITS } from '../score-records.ts';

/** How an encoding answers the samples whose outputs its origin gave, on onnxruntime-node where it runs there. */
export interface Expectation {
  /** Largest absolute difference of a float; null when one had other dimensions or did not run. */
  maxDiff: number | null;
  /** Floats within 1e-3 of the value and 1e-5, everything else the very same: ONNX's own measure. */
  equal: boolean;
}

export interface Expected {
  runs: number;
  plain: Expectation;
  chosen: Expectation | null;
}

const RELATIVE = 1e-3;
const ABSOLUTE = 1e-5;

/** @returns null when no sample says what is expected */
export async function compareExpected(
  lab: ModelLab,
  models: { plain: Uint8Array; chosen: Uint8Array | undefined },
  set: SampleSet,
  engines: readonly Engine[],
): Promise<Expected | null> {
  const known = set.runs.flatMap((run, at) => {
    const expected = set.expected?.[at];
    return expected === undefined || expected.length === 0 ? [] : [{ run, expected }];
  });
  const [engine] = engines;
  if (known.length === 0 || engine === undefined) return null;
  const compare = async (model: Uint8Array): Promise<Expectation> => {
    const result = await lab.run({ engine, model, runs: known.map(({ run }) => run), ...LAB_LIMITS });
    if (!result.ok) return { maxDiff: null, equal: false };
    const all = known.flatMap(({ expected }, at) => expected.map((one) => compareOne(one, result.outputs[at] ?? [])));
    const differences = all.map(({ maxDiff }) => maxDiff ?? Infinity);
    const maxDiff = Math.max(0, ...differences);
    return { maxDiff: Number.isFinite(maxDiff) ? maxDiff : null, equal: all.every(({ equal }) => equal) };
  };
  const plain = await compare(models.plain);
  const isSame = models.chosen === models.plain;
  return {
    runs: known.length,
    plain,
    chosen: (models.chosen && (isSame ? plain : await compare(models.chosen))) || null,
  };
}

function compareOne(expected: LabTensor, outputs: readonly LabTensor[]): Expectation {
  const found = outputs.find(({ name }) => name === expected.name);
  if (found === undefined || found.data.length !== expected.data.length) return { maxDiff: null, equal: false };
  if (!/^float|^double/.test(expected.dtype)) {
    const same = Array.from(expected.data, String).every((value, at) => value === String(found.data[at]));
    return { maxDiff: same ? 0 : null, equal: same };
  }
  const [wanted, got] = [numbersOf(expected), numbersOf(found)];
  let maxDiff = 0;
  let equal = true;
  for (const [at, value] of wanted.entries()) {
    const difference = Object.is(value, got[at]) ? 0 : Math.abs(value - got[at]!);
    // The same infinity, or the same absence of a number, is equal; what is infinitely far is not.
    if (difference !== 0 && !(Number.isFinite(difference) && difference <= ABSOLUTE + RELATIVE * Math.abs(value))) {
      equal = false;
    }
    maxDiff = Math.max(maxDiff, Number.isNaN(difference) ? Infinity : difference);
  }
  return { maxDiff: Number.isFinite(maxDiff) ? maxDiff : null, equal };
}
