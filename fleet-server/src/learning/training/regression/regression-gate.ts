import type { Dataset } from '../../datasets/dataset.ts';
import { deriveSeed } from '../../learners/index.ts';
import { clusterRows } from '../gate/cluster-rows.ts';
import { chanceBound, type ChanceBound } from '../gate/chance.ts';
import { chancePool, type GateOptions } from '../gate/gate.ts';
import { jobContext, validRows } from '../job-context.ts';
import { skewedMean } from '../gate/clustered-mean.ts';
import { pairedLosses, type PairedDifference } from '../measure/paired-difference.ts';
import { constantFor, lossName, meanLoss, rowLosses } from '../measure/target-loss.ts';
import type { JobContext } from '../search/context.ts';
import type { RegressionResult } from './train-regression.ts';

export interface RegressionGateReason {
  code: 'not_better_than_constant' | 'not_better_than_chance' | 'rows_not_honest';
  sentence: string;
  value: number;
  bound: number;
}

/** All out of fold, in days but for `skill` and `chance`. */
export interface RegressionGateFigures {
  rows: number;
  clusters: number;
  loss: number;
  /** Of the best constant of each fold's training rows: its median, mean or quantile. */
  lossOfConstant: number;
  /** Loss of the model minus loss of the constant, 95 % interval; rows of one group are one piece of evidence. */
  againstConstant: PairedDifference;
  /** 1 − loss ÷ loss of the constant. */
  skill: number;
  /** Skill that the same search reaches on delays dealt anew. */
  chance: ChanceBound;
}

export interface RegressionVerdict {
  verdict: 'pass' | 'refuse';
  reasons: RegressionGateReason[];
  figures: RegressionGateFigures;
}

/**
 * The quality gate of a regression: it must beat the constant that loses least with an interval that excludes zero, and
 * its own search on delays dealt anew over the rows at 99 %.
 * Throws what `qualityGate` throws.
 */
export async function regressionGate(
  result: RegressionResult,
  dataset: Dataset,
  options: GateOptions,
): Promise<RegressionVerdict> {
  const { seed, permutations = 99 } = options;
  const { settings, table } = result;
  const context = { ...jobContext(dataset, settings), seed };
  const { values, targets } = result.outOfFold;
  const { loss } = settings;
  const constants = constantsOf(context);
  const clusters = clusterRows(dataset, validRows(context), settings.split);
  const losses = [rowLosses(targets, values, loss), rowLosses(targets, constants, loss)] as const;
  const againstConstant = surelyWithin(losses, { seed: deriveSeed(seed, 'paired'), clusters });
  const [own, constant] = [meanLoss(targets, values, loss), meanLoss(targets, constants, loss)];
  const skill = 1 - own / constant;
  await using pool = await chancePool(context, settings, options);
  const members = [...table.keys()].filter((member) => table[member]!.failed === undefined);
  const chance = await chanceBound(context, pool, { members, chosen: result.chosen, figure: skill, permutations });
  const figures: RegressionGateFigures = {
    rows: targets.length,
    clusters: new Set(clusters).size,
    loss: own,
    lossOfConstant: constant,
    againstConstant,
    skill,
    chance,
  };
  const reasons = explain(figures, lossName(loss));
  return { verdict: reasons.length === 0 ? 'pass' : 'refuse', reasons, figures };
}

/**
 * The plain bootstrap of few clusters is too narrow, and of skewed losses too: the widest of it, Student's and the
 * studentised one. Bounds are NaN, and nothing passes, where all rows are of one cluster.
 */
export function surelyWithin(
  [own, other]: readonly [Float64Array, Float64Array],
  { seed, clusters }: { seed: number; clusters: Int32Array },
): PairedDifference {
  const drawn = pairedLosses(own, other, { seed, clusters });
  const differences = own.map((loss, row) => loss - other[row]!);
  const { low, high } = skewedMean(differences, clusters, deriveSeed(seed, 'studentised'));
  return { ...drawn, low: Math.min(drawn.low, low), high: Math.max(drawn.high, high) };
}

function constantsOf({ folds, ownFolds, regression }: JobContext): Float64Array {
  const { targets, loss } = regression!;
  return Float64Array.from(
    folds.slice(0, ownFolds).flatMap(({ train, valid }) => {
      const constant = constantFor(
        Float64Array.from(train, (row) => targets[row]!),
        loss,
      );
      return Array<number>(valid.length).fill(constant);
    }),
  );
}

/** A figure that could not be computed (NaN) misses its bound. */
export function explain(figures: RegressionGateFigures, loss: string): RegressionGateReason[] {
  const { againstConstant, lossOfConstant, skill, chance } = figures;
  const reasons: RegressionGateReason[] = [];
  if (!(againstConstant.high < 0)) {
    reasons.push({
      code: 'not_better_than_constant',
      sentence:
        `Always predicting the same delay is as good: ${loss} ${figures.loss.toFixed(2)} against ` +
        `${lossOfConstant.toFixed(2)}, difference ${againstConstant.low.toFixed(2)} to ${againstConstant.high.toFixed(2)}.`,
      value: againstConstant.high,
      bound: 0,
    });
  }
  if (!(skill > chance.bound)) {
    reasons.push({
      code: 'not_better_than_chance',
      sentence:
        `${chance.method === 'permuted' ? 'Shuffling the delays' : 'Training on shuffled delays'} does as well: skill ${skill.toFixed(3)}, ` +
        `reached by chance up to ${chance.bound.toFixed(3)} (${chance.draws} ${chance.draws === 1 ? 'shuffle' : 'shuffles'}).`,
      value: skill,
      bound: chance.bound,
    });
  }
  return reasons;
}
