import { z } from 'zod';
import { share } from '../units.ts';

export const gateReasonCode = z.enum([
  'not_better_than_base_rate',
  'not_better_than_chance',
  'not_better_than_chance_by_group',
  'badly_calibrated',
  'rows_not_honest',
]);

export const gateReason = z
  .object({
    code: gateReasonCode,
    sentence: z.string(),
    value: z.number(),
    bound: z.number(),
  })
  .meta({ id: 'GateReason', description: 'One bound that was missed, with the numbers that decided.' });

export const notJudged = z
  .object({
    code: z.literal('not_judged'),
    sentence: z.string().describe('Begins with `not judged:`.'),
  })
  .describe('What this gate cannot know of a model that was not trained here. It refuses nothing.');

export const chanceBound = z
  .object({
    method: z
      .enum(['estimated', 'counted', 'permuted'])
      .describe(
        '`counted`: the whole search, selection and halving included, ran on each of the draws and the bound is their 99 % quantile. `estimated`: only the chosen configuration ran on a few draws; the bound is the upper prediction limit of a normal null, at 1 - 0.01 / configurations to pay for the selection. Of a random or halving search every configuration that was begun is counted, which overcharges: those dropped early could no longer win. `permuted`: nothing was trained, labels were permuted over given scores; the bound is their 99 % quantile.',
      ),
    draws: z.number(),
    configurations: z.number(),
    bound: z.number().describe('AUC to exceed; of a regression the skill.'),
  })
  .meta({ id: 'ChanceBound', description: 'What the same procedure reaches when labels mean nothing.' });

export const pairedDifference = z
  .object({
    difference: z
      .number()
      .describe('metric(a) - metric(b) in the metric’s own sense: for AUC a plus, for Brier a minus is good for `a`.'),
    low: z.number(),
    high: z.number(),
    pBetter: z.number().describe('Share of samples in which `a` is the better one, ties counting half.'),
  })
  .meta({ id: 'PairedDifference' });

export const calibrationLine = z
  .object({
    slope: z.number(),
    intercept: z.number(),
  })
  .describe(
    'probability = sigmoid(slope · logit(score) + intercept); 1 and 0 mean calibrated. Over `score` there is no logit.',
  );

export const gateFigures = z
  .object({
    chance: chanceBound,
    rows: z.number(),
    clusters: z
      .number()
      .describe('Independent units the errors are computed over: rows, or groups under a group or time split.'),
    auc: z.number().describe('Pairs within a stratum only: scores of different folds’ models share no scale.'),
    aucStandardError: z.number(),
    clusteredBound: z
      .number()
      .describe('AUC that independent clusters reach by chance in one of twenty cases, selection paid for.'),
    brier: z.number(),
    brierOfBaseRate: share.describe(
      'Of the share of label 1: in each fold’s training rows, or in all rows; share, 0…1.',
    ),
    againstBaseRate: pairedDifference.describe('Brier of the model minus Brier of the base rate, 95 % interval.'),
    calibrationError: z.number(),
    calibrationErrorByChance: z.number().describe('What perfectly calibrated scores would show on these rows.'),
    calibrationLine,
  })
  .meta({ id: 'GateFigures' });

export const scoresVerdict = z
  .object({
    verdict: z.enum(['refuse', 'pass']),
    reasons: z.array(z.union([gateReason, notJudged])),
    figures: gateFigures,
    accuracy: z.number().describe('Share of right answers at one half, and of the commoner label.'),
    majority: z.number(),
  })
  .meta({ id: 'ScoresVerdict' });

export const regressionGateReason = z
  .object({
    code: z.enum(['not_better_than_chance', 'rows_not_honest', 'not_better_than_constant']),
    sentence: z.string(),
    value: z.number(),
    bound: z.number(),
  })
  .meta({ id: 'RegressionGateReason' });

export const regressionGateFigures = z
  .object({
    rows: z.number(),
    clusters: z.number(),
    loss: z.number(),
    lossOfConstant: z
      .number()
      .describe('Of the best constant of each fold’s training rows: its median, mean or quantile.'),
    againstConstant: pairedDifference.describe(
      'Loss of the model minus loss of the constant, 95 % interval; rows of one group are one piece of evidence.',
    ),
    skill: z.number().describe('1 − loss ÷ loss of the constant.'),
    chance: chanceBound.describe('Skill that the same search reaches on delays dealt anew.'),
  })
  .meta({ id: 'RegressionGateFigures', description: 'All out of fold, in days but for `skill` and `chance`.' });

export const dayFigures = z
  .object({
    mae: z.number(),
    rmse: z.number(),
    r2: z
      .number()
      .describe('Share of the variance that is explained; below 0 when the mean of these very rows were better.'),
    pinball: z.number().optional(),
    below: z
      .number()
      .optional()
      .describe('Share of the delays at or below what was said: the quantile itself, were it right.'),
  })
  .meta({
    id: 'DayFigures',
    description:
      'What predicted delay days come to, in days (`r2` and `below` have no unit). The last two are there when a quantile was asked for.',
  });

export const daysVerdict = z
  .object({
    verdict: z.enum(['refuse', 'pass']),
    reasons: z.array(z.union([notJudged, regressionGateReason])),
    figures: regressionGateFigures,
    days: dayFigures,
  })
  .meta({ id: 'DaysVerdict' });
