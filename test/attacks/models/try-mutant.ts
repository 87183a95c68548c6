import { allocate } from '../../../fleet-server/src/supply/models/samples/convert.ts';
import type { LabRun, LabTensor, ModelLab } from '../../../fleet-server/src/platform/ports/index.ts';
import {
  classLabels,
  cleanForRuntime,
  decodeModel,
  inspectModel,
  OnnxError,
  recipeFamilies,
  type ModelView,
  type RecipeContext,
} from '../../../fleet-server/src/supply/onnx/index.ts';
import type { Mutant } from './mutants.ts';

/** What became of a mutant: a code, `ran`, `loaded`, `load or run failed`, `crashed`, `timed out`. */
export interface Outcome {
  where: string;
  /** Sentences about what must not happen. */
  failures: string[];
  /** What can go on to a trial process. */
  passed?: { bytes: Uint8Array; view: ModelView };
}

/** CPU of this process for one mutant on its way to the trial, a second for files of this size. */
const STATIC_CPU_MS = 1_000;
/** What a trial may take beyond its deadline: starting a process on a busy machine. */
const STARTING_MS = 20_000;

/** The way of a foreign model up to the trial process: decode, clean, inspect, ask every recipe. */
export function tryStatically(mutant: Mutant): Outcome {
  const before = process.cpuUsage();
  const outcome = walk(mutant);
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1000;
  if (cpuMs > STATIC_CPU_MS) outcome.failures.push(`${named(mutant)} took ${cpuMs} ms of CPU`);
  return outcome;
}

function walk(mutant: Mutant): Outcome {
  try {
    const original = decodeModel(mutant.bytes);
    classLabels(original);
    const { bytes } = cleanForRuntime(mutant.bytes);
    const view = inspectModel(bytes);
    const model = decodeModel(bytes);
    for (const family of recipeFamilies) family.declines(model);
    return { where: 'passed', failures: [], passed: { bytes, view } };
  } catch (error) {
    if (!(error instanceof OnnxError)) {
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { where: 'not a coded error', failures: [`${named(mutant)} threw ${told}`] };
    }
    const failures = error.field ? [] : [`${named(mutant)} was refused without a field: ${error.code}`];
    return { where: error.code, failures };
  }
}

const NO_CALIBRATION: RecipeContext = {
  calibration: [],
  observe: () => Promise.reject(new OnnxError('onnx_graph_invalid', 'nothing was run', { field: 'model' })),
  opsets: { 'ai.onnx': 21, 'ai.onnx.ml': 5 },
};

/** Every recipe that does not decline writes its encodings, or refuses by code. */
export async function tryRecipes(mutant: Mutant, { bytes }: NonNullable<Outcome['passed']>): Promise<string[]> {
  const failures: string[] = [];
  for (const family of recipeFamilies) {
    try {
      const model = decodeModel(bytes);
      if (family.declines(model) === undefined) await family.candidates(model, NO_CALIBRATION);
    } catch (error) {
      if (error instanceof OnnxError) continue;
      failures.push(`${named(mutant)}: ${family.family} threw ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return failures;
}

/** Loads what passed, and runs it once when it can be fed. */
export async function tryInLab(
  lab: ModelLab,
  mutant: Mutant,
  { bytes, view }: NonNullable<Outcome['passed']>,
  limits: { deadlineMs: number; memoryMb: number },
): Promise<Outcome> {
  const startedAt = performance.now();
  const run = feedOf(view);
  try {
    const result = await lab.run({ engine: 'node', model: bytes, runs: run === undefined ? [] : [run], ...limits });
    const tookMs = performance.now() - startedAt;
    const failures =
      tookMs > limits.deadlineMs + STARTING_MS ? [`${named(mutant)} took ${tookMs} ms in its trial`] : [];
    const where = result.ok ? (run === undefined ? 'loaded' : 'ran') : result.reason;
    return { where: where === 'failed' ? 'load or run failed' : where.replace('_', ' '), failures };
  } catch (error) {
    return { where: 'lab rejected', failures: [`${named(mutant)}: ${String(error)}`] };
  }
}

function named({ name, mutation }: Mutant): string {
  return `${name} (${mutation})`;
}

const MOST_ELEMENTS = 1 << 20;

/** Zeros, one row where the shape is open; undefined when an input has no shape or is too large to bother. */
function feedOf(view: ModelView): LabRun | undefined {
  const tensors = view.inputs.map(({ name, dtype, shape }): LabTensor | undefined => {
    if (shape === null) return undefined;
    const dims = shape.map((one) => (typeof one === 'number' ? one : 1));
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (!(count <= MOST_ELEMENTS)) return undefined;
    return { name, dtype, dims, data: allocate(dtype, count, name) };
  });
  const present = tensors.filter((one) => one !== undefined);
  return present.length === tensors.length ? present : undefined;
}
