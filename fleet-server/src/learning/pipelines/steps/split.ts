import { z } from 'zod';
import { registerSplit, SPLIT_WAYS } from '../../datasets/index.ts';
import { defineStep } from './kind.ts';

/** Two datasets from one: what is learned from, and what is held back to judge by. */
export const split = defineStep({
  contract: 1,
  inputs: z.strictObject({
    dataset: z.string().describe('NAME@VERSION.'),
    by: z.enum(SPLIT_WAYS).default('stratified').describe('No group stands on both sides, whichever way.'),
    share: z.number().min(0.05).max(0.95).default(0.8).describe('Of the rows, to learn from.'),
    seed: z.number().int().min(0).default(1),
  }),
  takes: { dataset: 'dataset' },
  outputs: { train: 'dataset', holdout: 'dataset', rows: 'number', heldRows: 'number', leftOut: 'number' },
  async run({ deps, pipeline }, { dataset, ...options }) {
    const { train, holdout, leftOut } = await registerSplit(deps, `pipeline:${pipeline}`, dataset, options);
    const outputs = {
      train: `${train.name}@${train.version}`,
      holdout: `${holdout.name}@${holdout.version}`,
      rows: train.rows,
      heldRows: holdout.rows,
      leftOut,
    };
    return { outputs, says: `${train.rows} rows to learn from, ${holdout.rows} held back, ${leftOut} on neither side` };
  },
});
