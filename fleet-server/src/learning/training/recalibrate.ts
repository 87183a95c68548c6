import type { FittedModel } from '../../supply/onnx/fitted-model.ts';
import { isForest } from '../learners/index.ts';
import type { CalibrationLine, LineScale } from './measure/calibration.ts';
import { applyLine, calibrationLine } from './measure/calibration.ts';
import type { Scores } from './measure/metrics.ts';

export interface Recalibration {
  /** The line folded into the model, or undefined when recalibrating would not have helped. */
  line: CalibrationLine | undefined;
  over: LineScale;
  /** Out-of-fold scores, each under a line learned without its own fold when `line` is there. */
  scores: Scores;
  /** Mean log-loss out of fold without and with the line. */
  logLossBefore: number;
  logLossAfter: number;
}

/**
 * Decides by cross-fitting whether Platt's line improves out-of-fold scores. A fold's line comes from the other folds,
 * the model's from all. With `inTime` a fold's line comes from the fold before it and the model's from the last: time
 * never runs backwards, and the early folds' models, which knew little, do not judge the final one. The line is kept
 * when mean log-loss falls by more than one standard error of the paired difference; smaller gains are noise.
 * `over` is what `foldLine` can fold into the model, see `lineScaleOf`.
 */
export function recalibrate(
  labels: Uint8Array,
  scores: Scores,
  folds: Int32Array,
  inTime: boolean,
  over: LineScale = 'log-odds',
): Recalibration {
  const adjusted = scores.slice();
  const last = Math.max(...folds);
  for (const fold of new Set(folds)) {
    const line = lineOf(labels, scores, over, (row) => (inTime ? folds[row] === fold - 1 : folds[row] !== fold));
    if (line === undefined) continue;
    folds.forEach((other, row) => {
      if (other === fold) adjusted[row] = applyLine(line, scores[row]!, over);
    });
  }
  const before = rowLosses(labels, scores);
  const after = rowLosses(labels, adjusted);
  const gains = before.map((loss, row) => loss - after[row]!);
  const gain = mean(gains);
  const error = Math.sqrt(mean(gains.map((value) => (value - gain) ** 2)) / gains.length);
  const line = lineOf(labels, scores, over, (row) => !inTime || folds[row] === last);
  const figures = { over, logLossBefore: mean(before), logLossAfter: mean(after) };
  // A line that falls would turn the model round: there is nothing to calibrate then.
  if (!(gain > error) || line === undefined || line.slope <= 0) return { line: undefined, scores, ...figures };
  return { line, scores: adjusted, ...figures };
}

/** The line over the rows that `teaches` holds for; undefined without both labels among them. */
function lineOf(
  labels: Uint8Array,
  scores: Scores,
  over: LineScale,
  teaches: (row: number) => boolean,
): CalibrationLine | undefined {
  const rows = Int32Array.from([...labels.keys()].filter(teaches));
  const taught = Uint8Array.from(rows, (row) => labels[row]!);
  if (!taught.includes(0) || !taught.includes(1)) return undefined;
  return calibrationLine(
    taught,
    Float64Array.from(rows, (row) => scores[row]!),
    over,
  );
}

/**
 * What a model's line is drawn over: the sum before its link. For a forest that is the probability itself, because no
 * weights of trees can express the log-odds of a mean.
 */
export function lineScaleOf(model: FittedModel): LineScale {
  return isForest(model) ? 'score' : 'log-odds';
}

/** The model whose log-odds are `slope · score + intercept`, in the same neutral form; a forest gets a sigmoid link. */
export function foldLine(model: FittedModel, { slope, intercept }: CalibrationLine): FittedModel {
  if (model.kind === 'linear') {
    const weights = model.weights.map((weight) => slope * weight);
    return { ...model, weights, bias: slope * model.bias + intercept };
  }
  const trees = model.trees.map((tree) => ({ ...tree, value: tree.value.map((value) => slope * value) }));
  return { ...model, link: 'sigmoid', trees, base: slope * model.base + intercept };
}

function rowLosses(labels: Uint8Array, scores: Scores): Float64Array {
  return scores.map((score, row) => -Math.log(Math.max(1e-15, labels[row] === 1 ? score : 1 - score)));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
