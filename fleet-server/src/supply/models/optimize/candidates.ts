import type { Profile } from '@plumbline/firmware-profiles';
import type { LabRun, ModelLab } from '../../../platform/ports/index.ts';
import {
  decodeModel,
  OnnxError,
  recipeFamilies,
  type Candidate,
  type RecipeContext,
  type RecipeFamily,
} from '../../onnx/index.ts';
import { PLAIN } from './trial.ts';
import { LAB_LIMITS } from '../score-records.ts';
import type { Split } from '../splits/splits.ts';

export interface Listed {
  /** Families of recipes that have something for the model. */
  families: RecipeFamily['family'][];
  /** Sentences of the families that have nothing for this model. */
  declined: string[];
  /** The model as it came first; no two of the same bytes. */
  candidates: Candidate[];
}

/** Every encoding worth trying for devices of these profiles. */
export async function listCandidates(
  lab: ModelLab,
  bytes: Uint8Array,
  options: { profiles: readonly Profile[]; calibration: Split },
): Promise<Listed> {
  const model = decodeModel(bytes);
  const candidates: Candidate[] = [{ recipe: PLAIN, bytes, lossless: true, notes: ['as it came'] }];
  const declined: string[] = [];
  const families: RecipeFamily['family'][] = [];
  for (const family of recipeFamilies) {
    const because = family.declines(model);
    if (because !== undefined) {
      declined.push(`${family.family}: ${because}`);
      continue;
    }
    try {
      for (const opsets of opsetsOf(options.profiles)) {
        candidates.push(...(await family.candidates(model, { opsets, ...contextOf(lab, options) })));
      }
      families.push(family.family);
    } catch (error) {
      // What a recipe cannot read the runtime may run all the same: then it passes unchanged, and says why.
      if (!(error instanceof OnnxError)) throw error;
      declined.push(`${family.family}: ${error.message}`);
    }
  }
  return { families, declined, candidates: distinct(candidates) };
}

function contextOf(lab: ModelLab, { calibration }: { calibration: Split }): Omit<RecipeContext, 'opsets'> {
  return {
    calibration: calibration.runs,
    observe: async (model: Uint8Array, runs: readonly LabRun[], outputs: readonly string[]) => {
      const result = await lab.run({ engine: 'node', model, runs, outputs, ...LAB_LIMITS });
      if (result.ok) return result.outputs;
      throw new OnnxError('onnx_not_a_model', `calibration: ${result.reason.replace('_', ' ')}: ${result.detail}`, {
        kind: 'refused',
        field: 'model',
      });
    },
  };
}

/** Profiles whose runtimes take the same operators get the same candidates. */
function opsetsOf(profiles: readonly Profile[]): Profile['runtime']['opsets'][] {
  const byText = new Map(profiles.map(({ runtime }) => [JSON.stringify(runtime.opsets), runtime.opsets]));
  return [...byText.values()];
}

function distinct(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const one of candidates) {
    const again = kept.some((other) => Buffer.compare(other.bytes, one.bytes) === 0);
    const named = kept.filter(({ recipe }) => recipe === one.recipe || recipe.startsWith(`${one.recipe}-opset`));
    if (!again) kept.push(named.length === 0 ? one : { ...one, recipe: `${one.recipe}-opset${named.length + 1}` });
  }
  return kept;
}
