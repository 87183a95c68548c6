import { join } from 'node:path';
import { z } from 'zod';
import { loadDataset, lookOverApart, type Dataset } from '../../datasets/index.ts';
import { outOfFoldRows } from '../../experiments/figures/trained.ts';
import { assessFairness, slicesOf, type SliceReport } from '../../experiments/index.ts';
import { buildMatrix, encodeTable, probabilitiesOf } from '../../learners/index.ts';
import {
  clusterRows,
  holdoutFigures,
  openJournalFile,
  qualityGate,
  type GateVerdict,
  type HoldoutFigures,
  type TrainingResult,
} from '../../training/index.ts';
import { PipelineError } from '../errors.ts';
import { requirePass } from '../require-pass.ts';
import { withFindings } from '../with-findings.ts';
import { keepValue, keptValue } from './keep.ts';
import { defineStep } from './kind.ts';
import type { TrainedValue } from './search.ts';

/** What the gate let through, with all that is known of it. */
export interface EvaluatedValue extends TrainedValue {
  gate: GateVerdict;
  /** On rows that neither search nor gate has seen. */
  holdout?: { dataset: string; figures: HoldoutFigures };
  fairness?: SliceReport[];
}

const share = z.number().min(0).max(1);

const inputs = z.strictObject({
  trained: z.string(),
  holdout: z.string().optional().describe('NAME@VERSION of rows that the search has not seen.'),
  permutations: z.number().int().min(4).max(999).optional().describe('Retrainings on shuffled labels, at most.'),
  minAuc: share.optional().describe('Out of fold.'),
  minHoldoutAuc: share.optional(),
  minHoldoutAccuracy: share.optional(),
  maxHoldoutBrier: share.optional(),
  slices: z
    .array(z.string().min(1).max(200))
    .max(20)
    .optional()
    .describe('Columns whose groups are compared; site and group too.'),
  maxSelectionDifference: share.optional().describe('Demographic parity difference of any of the slices, at most.'),
  maxOddsDifference: share.optional().describe('Equalized odds difference of any of the slices, at most.'),
  workers: z.number().int().min(0).max(64).default(1),
});

/** The quality gate, the rows that were held back, and how groups are treated: everything has to be within bounds. */
export const evaluate = defineStep({
  contract: 1,
  inputs,
  takes: { trained: 'trained', holdout: 'dataset' },
  indifferent: ['workers'],
  outputs: {
    evaluated: 'evaluated',
    auc: 'number',
    holdoutAuc: 'number',
    holdoutAccuracy: 'number',
    holdoutBrier: 'number',
  },
  async run({ deps, workFolder, signal, say }, given) {
    const { dataset: reference, result } = await keptValue<TrainedValue>(deps.artifacts, given.trained);
    const learned = await loadDataset(deps, reference);
    const { permutations, workers } = given;
    const judged = await qualityGate(result, learned, {
      seed: result.settings.seed,
      workers,
      signal,
      journal: openJournalFile(join(workFolder, 'gate.ndjson')),
      ...(permutations !== undefined && { permutations }),
    });
    const gate = withFindings(judged, (await lookOverApart(learned)).quality.findings);
    for (const { sentence } of gate.reasons) say(sentence);
    requirePass(gate);
    const held = given.holdout === undefined ? undefined : await loadDataset(deps, given.holdout);
    const figures = held && figuresOf(result, learned, held);
    const fairness = given.slices && fairnessOf(result, learned, held, given.slices);
    for (const { sentence } of fairness ?? []) say(sentence);
    requireBounds(given, gate, figures, fairness ?? []);
    const value: EvaluatedValue = {
      dataset: reference,
      result,
      gate: gate as GateVerdict,
      ...(held && figures && { holdout: { dataset: `${held.name}@${held.version}`, figures } }),
      ...(fairness && { fairness }),
    };
    const outputs = {
      evaluated: await keepValue(deps.artifacts, value),
      auc: gate.figures.auc,
      holdoutAuc: figures?.auc.value ?? null,
      holdoutAccuracy: figures?.accuracy.value ?? null,
      holdoutBrier: figures?.brier.value ?? null,
    };
    const beside = figures === undefined ? '' : `, ${figures.auc.value.toFixed(3)} on ${figures.rows} rows held back`;
    return { outputs, says: `passed: AUC ${outputs.auc.toFixed(3)} out of fold${beside}` };
  },
});

function figuresOf(result: TrainingResult, learned: Dataset, held: Dataset): HoldoutFigures {
  const { labels, scores, clusters } = scoredBy(result, learned, held);
  return holdoutFigures(labels, scores, { clusters, threshold: thresholdOf(result), seed: result.settings.seed });
}

/** On the rows held back; without any out of fold, where no model has seen the rows it is asked for. */
function fairnessOf(
  result: TrainingResult,
  learned: Dataset,
  held: Dataset | undefined,
  columns: readonly string[],
): SliceReport[] {
  const { seed } = result.settings;
  const threshold = thresholdOf(result);
  if (held === undefined) {
    const { examples, clusters } = outOfFoldRows(learned, result);
    const { labels, scores } = result.outOfFold;
    return assessFairness(labels, scores, slicesOf(learned, examples, columns), { seed, threshold, clusters });
  }
  const { labels, scores, clusters } = scoredBy(result, learned, held);
  return assessFairness(labels, scores, slicesOf(held, held.examples, columns), { seed, threshold, clusters });
}

function scoredBy({ model, settings }: TrainingResult, learned: Dataset, { examples }: Dataset) {
  const table = encodeTable(examples, learned.features);
  const rows = Int32Array.from(examples.keys());
  const scores = probabilitiesOf(model, buildMatrix(table, model.columns, rows));
  return { labels: table.labels, scores, clusters: clusterRows({ examples }, rows, settings.split) };
}

function thresholdOf({ threshold }: TrainingResult): number {
  return threshold?.threshold.value ?? 0.5;
}

function requireBounds(
  given: z.output<typeof inputs>,
  gate: { figures: { auc: number } },
  figures: HoldoutFigures | undefined,
  fairness: readonly SliceReport[],
): void {
  const least = [
    ['minAuc', gate.figures.auc],
    ['minHoldoutAuc', figures?.auc.value],
    ['minHoldoutAccuracy', figures?.accuracy.value],
  ] as const;
  const most = [
    ['maxHoldoutBrier', figures?.brier.value, 'rows held back'],
    ...fairness.flatMap(({ slice, disparity }) => [
      ['maxSelectionDifference', disparity.demographicParityDifference ?? 0, slice] as const,
      ['maxOddsDifference', disparity.equalizedOddsDifference ?? 0, slice] as const,
    ]),
  ] as const;
  // A bound whose figure was not computed is missed: nobody can say that it holds.
  const missed = [
    ...least.flatMap(([bound, value]) => {
      const limit = given[bound];
      return limit === undefined || (value ?? Number.NaN) >= limit
        ? []
        : [{ bound, sentence: `${said(value)}, at least ${limit} is asked for` }];
    }),
    ...most.flatMap(([bound, value, of]) => {
      const limit = given[bound];
      return limit === undefined || (value ?? Number.NaN) <= limit
        ? []
        : [{ bound, sentence: `${said(value)} by ${of}, at most ${limit} is allowed` }];
    }),
    ...(['maxSelectionDifference', 'maxOddsDifference'] as const).flatMap((bound) =>
      given[bound] !== undefined && fairness.length === 0
        ? [{ bound, sentence: 'there are no slices to compare' }]
        : [],
    ),
  ];
  const [first] = missed;
  if (first === undefined) return;
  throw new PipelineError('bounds_missed', missed.map(({ bound, sentence }) => `${bound}: ${sentence}`).join('. '), {
    kind: 'refused',
    field: first.bound,
    expected: 'a figure within its bound',
  });
}

function said(value: number | undefined): string {
  return value === undefined ? 'not computed' : value.toFixed(3);
}
