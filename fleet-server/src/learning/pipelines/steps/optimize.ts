import { profileIds } from '@plumbline/firmware-profiles';
import { z } from 'zod';
import { optimizeModel, type OptimizedModel } from '../../../supply/models/index.ts';
import { loadDataset } from '../../datasets/index.ts';
import { LATE, rowsOf } from '../describe-model.ts';
import { keepValue, keptValue } from './keep.ts';
import { defineStep } from './kind.ts';
import type { RegisteredValue } from './register.ts';

/** A model in the encodings that devices get, and the run that trained it. */
export interface OptimizedValue {
  run: string;
  optimized: OptimizedModel;
}

/** Finds the right bytes for every class of devices. */
export const optimize = defineStep({
  contract: 1,
  inputs: z.strictObject({
    model: z.string(),
    profiles: z
      .array(z.enum(profileIds as [string, ...string[]]))
      .min(1)
      .optional()
      .describe('Default: every profile there is.'),
  }),
  takes: { model: 'registered' },
  outputs: { model: 'optimized', line: 'string', variants: 'number', sizeBytes: 'number' },
  async run({ deps, say }, { model, profiles }) {
    const { dataset, run, accepted } = await keptValue<RegisteredValue>(deps.artifacts, model);
    const optimized = await optimizeModel(deps, accepted, {
      rows: rowsOf(await loadDataset(deps, dataset)),
      metric: LATE,
      ...(profiles !== undefined && { profiles }),
    });
    for (const reason of optimized.declined) say(reason);
    const { variants } = optimized;
    const kept: OptimizedValue = { run, optimized };
    const outputs = {
      model: await keepValue(deps.artifacts, kept),
      line: accepted.line,
      variants: variants.length,
      // Of the smallest one.
      sizeBytes: Math.min(...variants.map(({ bytes }) => bytes.length)),
    };
    return { outputs, says: variants.map(({ variant, bytes }) => `${variant} ${bytes.length} bytes`).join(', ') };
  },
});
