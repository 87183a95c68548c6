import { z } from 'zod';
import { ALGORITHMS, LEARNERS, type Algorithm } from '../../learners/index.ts';

const CLASSIFIERS = ALGORITHMS.filter((one) => LEARNERS[one].tasks.includes('classification'));

/** Findings that say the world moved; a fault of the data is never among them: it is mended, not learned. */
export const DRIFT_KINDS = ['covariate', 'score', 'label', 'concept', 'sequence'] as const;

/** Rows that a candidate may learn from, see data-window/. */
export const WINDOW_FORMS = ['all', 'recent', 'weighted', 'since-change'] as const;

export type WindowForm = (typeof WINDOW_FORMS)[number];

/** When a line is retrained, from what, and how far it may go without a person. Strict: a word that is not known is refused. */
export const retrainPolicy = z
  .strictObject({
    line: z.string().min(1).max(64),
    dataset: z.string().min(1).describe('NAME@VERSION to begin with; what the sites recorded since is added.'),
    mode: z
      .enum(['off', 'examine', 'release', 'rollout'])
      .default('examine')
      .describe(
        'examine: only say whether a candidate is better. release: submit it for approval. rollout: and roll it out once approved.',
      ),
    on: z
      .strictObject({
        drift: z.strictObject({ kinds: z.array(z.enum(DRIFT_KINDS)).min(1) }).optional(),
        loss: z
          .strictObject({ estimated: z.boolean().default(false), realised: z.boolean().default(false) })
          .optional(),
        everyDays: z
          .number()
          .int()
          .min(1)
          .max(3660)
          .optional()
          .describe('Examines; a retraining needs a winner all the same.'),
        newLabels: z.number().int().min(1).optional(),
      })
      .describe('Any of these opens a turn.'),
    coolDownDays: z.number().int().min(0).max(3660).default(90).describe('Between the beginnings of two turns.'),
    perYear: z
      .number()
      .int()
      .min(1)
      .max(12)
      .default(4)
      .describe('Most turns within 365 days; most of them end as they began.'),
    retrainingsPerYear: z
      .number()
      .int()
      .min(1)
      .max(12)
      .default(1)
      .describe(
        'New models the line has for each year it is in use. What was not needed is kept for later, twice as many within 365 days at most. Beyond it a finding alerts, and a person may order a turn.',
      ),
    minimumLabels: z.number().int().min(80).default(200).describe('Newer than what the champion has learned from.'),
    cohortDays: z
      .number()
      .int()
      .min(30)
      .max(3660)
      .default(365)
      .describe('Labels of so many days judge a candidate; older ones where there are fewer than minimumLabels.'),
    windows: z.array(z.enum(WINDOW_FORMS)).min(1).default(['all', 'recent', 'weighted', 'since-change']),
    recentDays: z.number().int().min(30).max(36_600).default(1095).describe('Of the window recent.'),
    halfLifeDays: z.number().int().min(30).max(36_600).default(730).describe('Of the window weighted.'),
    minimumGain: z.number().min(0).max(0.25).default(0.001).describe('Brier; a smaller gain is not worth a rollout.'),
    tolerance: z
      .number()
      .min(0)
      .max(0.25)
      .default(0.01)
      .describe(
        'Brier; where drift or loss was found, a candidate that did no worse (Brier and AUC), and surely no worse than by this, takes over. 0: it must be surely better, as where nothing was found.',
      ),
    sliceLimit: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('By how much Brier may surely not be worse in any slice.'),
    search: z
      .strictObject({
        algorithms: z
          .array(z.enum(CLASSIFIERS as [Algorithm, ...Algorithm[]]))
          .min(1)
          .optional(),
        grid: z
          .partialRecord(
            z.enum(ALGORITHMS as [Algorithm, ...Algorithm[]]),
            z.array(z.record(z.string(), z.unknown())).max(1000),
          )
          .optional(),
        folds: z.number().int().min(2).max(20).optional(),
        workers: z.number().int().min(0).max(64).optional(),
      })
      .default({}),
    rolloutPolicy: z.string().min(1).default('standard').describe('A rollout policy with stages.'),
    seed: z.number().int().min(0).default(1),
  })
  .superRefine((policy, context) => {
    const { drift, loss, everyDays, newLabels } = policy.on;
    const isLoss = loss?.estimated === true || loss?.realised === true;
    if (drift !== undefined || isLoss || everyDays !== undefined || newLabels !== undefined) return;
    context.addIssue({ code: 'custom', path: ['on'], message: 'expected drift, loss, everyDays or newLabels' });
  })
  .meta({ title: 'RetrainPolicy', description: 'When a line is retrained, and how far that goes without a person.' });

export type RetrainPolicy = z.output<typeof retrainPolicy>;
/** As an operator writes it. */
export type WrittenRetrainPolicy = z.input<typeof retrainPolicy>;
