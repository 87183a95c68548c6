import { valueEdges, type Reference } from '@plumbline/shared/drift';
import type { LabelledRecords, Metric } from '../../../supply/models/index.ts';
import { recordOf, type Dataset } from '../../datasets/index.ts';
import { buildMatrix, encodeTable, valuesOf } from '../../learners/index.ts';
import { constantFor, meanLoss, type RegressionResult, type TargetLoss } from '../../training/index.ts';
import { referenceFrom, rowsIn, rowsOfRefs } from '../describe-model.ts';

/** Rows that say one value, on average: with that many or more, the model knows few answers. */
const COARSE = 5;

/**
 * The reference of a regression: its training rows, and the days it says, between edges at their quantiles. A model that
 * knows few answers, as a small tree does, is counted over the rows it learned, for other folds know other answers;
 * any other by its out-of-fold days, since on rows it learned it says too nearly what happened.
 */
export function delayReferenceOf(
  { examples, features }: Dataset,
  { model, outOfFold }: Pick<RegressionResult, 'model' | 'outOfFold'>,
): Reference {
  const all = Int32Array.from(examples.keys());
  const own = valuesOf(model, buildMatrix(encodeTable(examples, features), model.columns, all));
  const answers = new Set(own.map(Math.fround)).size;
  const values = answers * COARSE <= own.length ? own : outOfFold.values;
  const rows = rowsIn(examples);
  const scored = values === own ? rows : rowsOfRefs(examples, outOfFold.refs);
  return referenceFrom(features, rows, [...values], { scoreEdges: valueEdges([...values]), scored });
}

/** The rows of a dataset, with the days as what is known of them. */
export function delayRowsOf({ examples }: Pick<Dataset, 'examples'>): LabelledRecords {
  return { records: examples.map(recordOf), labels: examples.map(({ delayDays }) => String(delayDays)), generated: 0 };
}

/** What an encoding is worth: 1 − loss ÷ loss of the best constant, which has no unit, so that one limit holds for all. */
export function skillBy(loss: TargetLoss): Metric {
  return {
    name: 'skill',
    of(scores, _classes, labels) {
      const targets = Float64Array.from(labels, Number);
      const constant = new Float64Array(targets.length).fill(constantFor(targets, loss));
      return 1 - meanLoss(targets, scores, loss) / meanLoss(targets, constant, loss);
    },
    higherIsBetter: true,
  };
}
