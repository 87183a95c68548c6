import type { Dataset } from '../../datasets/dataset.ts';
import { createRandom, deriveSeed, shuffle } from '../../learners/index.ts';
import { TrainingError } from '../errors.ts';
import { CHANCE_LEVEL, type ChanceBound } from '../gate/chance.ts';
import { clusterRows } from '../gate/cluster-rows.ts';
import type { NotJudged } from '../gate/judge-scores.ts';
import { MIN_ROWS } from '../job-context.ts';
import { dayFigures, type DayFigures } from '../measure/regression-figures.ts';
import type { Scores } from '../measure/metrics.ts';
import { constantFor, lossName, meanLoss, rowLosses, type TargetLoss } from '../measure/target-loss.ts';
import { explain, surelyWithin, type RegressionGateFigures, type RegressionGateReason } from './regression-gate.ts';

export interface DaysVerdict {
  verdict: 'pass' | 'refuse';
  reasons: (RegressionGateReason | NotJudged)[];
  figures: RegressionGateFigures;
  days: DayFigures;
}

const PERMUTATIONS = 999;

/**
 * The quality gate for delay days of a model made elsewhere: the bounds of `regressionGate`, with the constant that loses
 * least over these very rows as what to beat, and delays permuted over its values for the chance level.
 * @param values one for each example of the dataset, all of which have a delay (`rowsWithDelay`)
 * @throws TrainingError `too_few_rows`, `no_targets` where all delays are one
 */
export function judgeDays(
  dataset: Dataset,
  values: Scores,
  { seed, loss }: { seed: number; loss: TargetLoss },
): DaysVerdict {
  const targets = Float64Array.from(dataset.examples, ({ delayDays = Number.NaN }) => delayDays);
  requireTargets(targets);
  const constants = new Float64Array(targets.length).fill(constantFor(targets, loss));
  const clusters = clusterRows(dataset, Int32Array.from(targets.keys()), dataset.split);
  const losses = [rowLosses(targets, values, loss), rowLosses(targets, constants, loss)] as const;
  const [own, constant] = [meanLoss(targets, values, loss), meanLoss(targets, constants, loss)];
  const figures: RegressionGateFigures = {
    rows: targets.length,
    clusters: new Set(clusters).size,
    loss: own,
    lossOfConstant: constant,
    againstConstant: surelyWithin(losses, { seed: deriveSeed(seed, 'paired'), clusters }),
    skill: 1 - own / constant,
    chance: permutedBound(targets, values, loss, { seed, constant }),
  };
  const missed = explain(figures, lossName(loss));
  return {
    verdict: missed.length === 0 ? 'pass' : 'refuse',
    reasons: [...missed, ...NOT_JUDGED],
    figures,
    days: dayFigures(targets, values, loss),
  };
}

const NOT_JUDGED: NotJudged[] = [
  'not judged: whether the model was trained on rows of this dataset; if so, its figures flatter it.',
  'not judged: how many models were tried before this one was chosen; the bounds count one.',
].map((sentence) => ({ code: 'not_judged', sentence }));

function requireTargets(targets: Float64Array): void {
  if (targets.length < MIN_ROWS) {
    const expected = `at least ${MIN_ROWS} rows with a delay`;
    throw new TrainingError(
      'too_few_rows',
      `The dataset has ${targets.length} rows with a delay, expected ${expected}.`,
      {
        kind: 'refused',
        field: 'examples',
        expected,
      },
    );
  }
  const bad = targets.findIndex((days) => !Number.isFinite(days));
  if (bad < 0 && targets.some((days) => days !== targets[0])) return;
  const what = bad < 0 ? `All ${targets.length} rows have a delay of ${targets[0]} days.` : `Row ${bad} has no delay.`;
  throw new TrainingError('no_targets', what, {
    kind: 'refused',
    field: bad < 0 ? 'examples' : `examples[${bad}].delayDays`,
    expected: bad < 0 ? 'delays that differ' : 'a finite number of days',
  });
}

/** Skill that these values reach on delays dealt anew, exceeded in one of a hundred cases. */
function permutedBound(
  targets: Float64Array,
  values: Scores,
  loss: TargetLoss,
  { seed, constant }: { seed: number; constant: number },
): ChanceBound {
  const random = createRandom(deriveSeed(seed, 'permuted'));
  const order = Int32Array.from(targets.keys());
  const dealt = () => Float64Array.from(shuffle(order, random), (row) => targets[row]!);
  const draws = Array.from({ length: PERMUTATIONS }, () => 1 - meanLoss(dealt(), values, loss) / constant);
  const allowed = Math.floor(CHANCE_LEVEL * (PERMUTATIONS + 1)) - 1;
  return {
    method: 'permuted',
    draws: PERMUTATIONS,
    configurations: 1,
    bound: draws.toSorted((a, b) => b - a)[allowed]!,
  };
}
