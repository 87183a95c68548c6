import { join } from 'node:path';
import { z } from 'zod';
import { loadDataset } from '../../datasets/index.ts';
import { ALGORITHMS, LEARNERS, type Algorithm, type Grid } from '../../learners/index.ts';
import { openJournalFile, train, type Strategy, type TrainingResult, type TrainOptions } from '../../training/index.ts';
import { PipelineError } from '../errors.ts';
import { keepValue } from './keep.ts';
import { defineStep } from './kind.ts';

/** What a search hands on. Times are left out: they are no part of what is reproducible. */
export interface TrainedValue {
  dataset: string;
  result: TrainingResult;
}

const CLASSIFIERS = ALGORITHMS.filter((one) => LEARNERS[one].tasks.includes('classification'));
const TENTH = 0.1;

const inputs = z.strictObject({
  dataset: z.string().describe('NAME@VERSION.'),
  algorithms: z
    .array(z.enum(CLASSIFIERS as [Algorithm, ...Algorithm[]]))
    .min(1)
    .optional()
    .describe('Default: logistic and boosting.'),
  strategy: z.enum(['grid', 'random', 'halving']).default('grid'),
  count: z.number().int().min(1).max(1000).optional().describe('Configurations an algorithm, of random and halving.'),
  factor: z.number().min(2).max(10).optional().describe('Of halving.'),
  grid: z
    .partialRecord(
      z.enum(ALGORITHMS as [Algorithm, ...Algorithm[]]),
      z.array(z.record(z.string(), z.unknown())).min(1).max(1000),
    )
    .optional()
    .describe('Configurations by algorithm, instead of those of the strategy.'),
  folds: z.number().int().min(2).max(20).default(5),
  repeats: z.number().int().min(1).max(20).default(1),
  split: z.enum(['time', 'group', 'stratified']).optional().describe("Of the folds. Default: the dataset's own rule."),
  classWeight: z.enum(['none', 'balanced']).default('none'),
  missCost: z.number().positive().optional().describe('Of a late activity that nobody was told of.'),
  alarmCost: z.number().positive().optional().describe('Of a warning for nothing; beside missCost.'),
  seed: z.number().int().min(0).default(1),
  workers: z.number().int().min(0).max(64).default(1).describe('Threads; the model does not depend on it.'),
});

/** Tries configurations on folds and fits the best on all rows; one that was cut off goes on where it was. */
export const search = defineStep({
  contract: 1,
  inputs,
  takes: { dataset: 'dataset' },
  indifferent: ['workers'],
  outputs: {
    trained: 'trained',
    dataset: 'dataset',
    algorithm: 'string',
    auc: 'number',
    brier: 'number',
    tried: 'number',
  },
  async run({ deps, workFolder, signal, say }, given) {
    const dataset = await loadDataset(deps, given.dataset);
    let told = 0;
    const result = await train(dataset, {
      ...optionsOf(given),
      signal,
      journal: openJournalFile(join(workFolder, 'search.ndjson')),
      onProgress(done, total, remainingS) {
        if (done < total && done / total < told + TENTH) return;
        told = done / total;
        const left = remainingS === undefined ? '' : `, about ${Math.ceil(remainingS)} s left`;
        say(`${done} of ${total} fits${left}`);
      },
    });
    for (const { algorithm, sentence } of result.notRun) say(`${algorithm} did not run: ${sentence}`);
    const value: TrainedValue = { dataset: `${dataset.name}@${dataset.version}`, result: { ...result, times: [] } };
    const { auc, brier } = result.table[result.chosen]!;
    const outputs = {
      trained: await keepValue(deps.artifacts, value),
      dataset: value.dataset,
      algorithm: result.algorithm,
      auc: auc.mean,
      brier: brier.mean,
      tried: result.table.length,
    };
    return {
      outputs,
      says: `${result.algorithm}, AUC ${auc.mean.toFixed(3)} over folds, of ${outputs.tried} configurations`,
    };
  },
});

function optionsOf(given: z.output<typeof inputs>): TrainOptions {
  const { seed, algorithms, grid, folds, repeats, split, workers, missCost, alarmCost } = given;
  if ((missCost === undefined) !== (alarmCost === undefined)) {
    throw new PipelineError('pipeline_input', 'missCost and alarmCost only mean something together', {
      field: missCost === undefined ? 'missCost' : 'alarmCost',
      expected: 'both or neither',
    });
  }
  return {
    seed,
    folds,
    repeats,
    workers,
    strategy: strategyOf(given),
    ...(algorithms !== undefined && { algorithms }),
    // What stands in it is checked against its learner before anything is trained.
    ...(grid !== undefined && { grid: grid as unknown as Partial<Grid> }),
    ...(split !== undefined && { split }),
    ...(given.classWeight === 'balanced' && { classWeight: 'balanced' as const }),
    ...(missCost !== undefined && alarmCost !== undefined && { costs: { miss: missCost, alarm: alarmCost } }),
  };
}

function strategyOf({ strategy, count, factor }: z.output<typeof inputs>): Strategy {
  if (strategy === 'grid') return { kind: 'grid' };
  if (strategy === 'random') return { kind: 'random', count: count ?? 9 };
  return { kind: 'halving', ...(count !== undefined && { count }), ...(factor !== undefined && { factor }) };
}
