import { cpus } from 'node:os';
import { profileIds, resolveProfile } from '@plumbline/firmware-profiles';
import type { Golden } from '@plumbline/shared/manifest';
import type { ModelLab } from '../../../platform/ports/index.ts';
import { ModelError } from '../errors.ts';
import { syntheticRecords } from '../intake/golden.ts';
import type { AcceptedModel } from '../intake/intake.ts';
import type { Metric } from '../judge/figures.ts';
import { generatedRows } from '../splits/generated-rows.ts';
import { splitRecords, type LabelledRecords } from '../splits/record-splits.ts';
import { searchEncodings, type Searched, type SearchOptions } from './search.ts';
import { measuredOf, trialRows, type Measured, type TrialRow } from './trial-row.ts';
import { goldenOf } from './variant-golden.ts';
import { weighBranches } from './weigh-branches.ts';

/** An encoding that some devices get. */
export interface Variant {
  variant: string;
  recipe: string;
  bytes: Uint8Array;
  golden: Golden;
  /** `reasons.bin`, of a model with trees. */
  reasons?: Uint8Array;
  /** Ids of the profiles it is for; empty: all that it fits. */
  profiles: string[];
}

export interface OptimizedModel {
  accepted: AcceptedModel;
  variants: Variant[];
  trials: TrialRow[];
  /** Why families of recipes had nothing for this model. */
  declined: string[];
  measured: Measured;
}

export interface OptimizeOptions {
  /** Rows of the data behind the model; without them rows are made up from its reference and ranges. */
  rows?: LabelledRecords;
  metric?: Metric;
  /** Ids of the profiles to shrink for; default: every profile there is. */
  profiles?: readonly string[];
  onProgress?: SearchOptions['onProgress'];
}

const SEED = 1;

/**
 * Finds the right bytes for every class of devices.
 * @throws ModelError `variant_none_fits` with the reasons when no device of these profiles could have it
 */
export async function optimizeModel(
  { lab }: { lab: ModelLab },
  accepted: AcceptedModel,
  { rows, metric, profiles = profileIds, onProgress }: OptimizeOptions = {},
): Promise<OptimizedModel> {
  const data = rows ?? madeUp(accepted);
  const searched = await searchEncodings(lab, accepted.bytes, {
    profiles: profiles.map(resolveProfile),
    splits: splitRecords(accepted.inputs, data, SEED),
    output: accepted.output,
    ...(metric && { metric }),
    ...(onProgress && { onProgress }),
  });
  const variants: Variant[] = [];
  for (const [recipe, ids] of recipesOf(searched)) {
    const { bytes } = searched.trials.find((trial) => trial.recipe === recipe)!;
    const golden = await goldenOf(lab, accepted, bytes, searched.engines);
    const reasons = await weighBranches(bytes, accepted, data);
    variants.push({
      variant: recipe,
      recipe,
      bytes,
      golden,
      ...(reasons && { reasons }),
      profiles: ids.length === profileIds.length ? [] : ids,
    });
  }
  if (variants.length === 0) throw noneFits(accepted, searched);
  return {
    accepted,
    variants,
    trials: trialRows(searched),
    declined: searched.declined,
    measured: measuredOf(searched, host()),
  };
}

/** Profiles by the recipe that was chosen for them. */
function recipesOf({ choices }: Searched): Map<string, string[]> {
  const chosen = new Map<string, string[]>();
  for (const { profile, recipe } of choices) {
    if (recipe !== undefined) chosen.set(recipe, [...(chosen.get(recipe) ?? []), profile]);
  }
  return chosen;
}

function madeUp({ inputs, reference, golden }: AcceptedModel): LabelledRecords {
  const asOf = golden.rows[0]?.record.asOf ?? 0;
  const values = inputs.reduce(
    (sum, input) =>
      sum + (input.kind === 'columns' ? input.features.length : input.shape.reduce((size, dim) => size * dim, 1)),
    0,
  );
  const records = syntheticRecords(inputs, reference, { count: generatedRows(values), seed: SEED, asOf });
  return { records, generated: records.length };
}

function noneFits({ line }: AcceptedModel, { choices }: Searched): ModelError {
  const reasons = choices.flatMap(({ profile, reasons: against }) =>
    Object.entries(against).map(([recipe, reason]) => `${recipe} on ${profile}: ${reason}`),
  );
  return new ModelError('variant_none_fits', `${line}: ${reasons.slice(0, 4).join(' | ')}`, {
    kind: 'refused',
    field: 'model',
    expected: 'a model of which one encoding passes the gates of one profile',
  });
}

function host(): Measured['host'] {
  const [first] = cpus();
  return {
    arch: process.arch,
    platform: process.platform,
    cpus: cpus().length,
    model: first?.model ?? 'unknown',
    node: process.version,
  };
}
