import { type FittedModel, scoreIsShare } from '../../supply/onnx/fitted-model.ts';
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
 * What a model's line is drawn over: the sum before its link. Where that is a share of rows, as of a forest, it is the
 * probability itself, because no weights of trees can express the log-odds of a mean.
 */
export function lineScaleOf(model: FittedModel): LineScale {
  return scoreIsShare(model) ? 'score' : 'log-odds';
}

/** The model whose log-odds are `slope · score + intercept`, in the same neutral form; shares get a sigmoid link. */
export function foldLine(model: FittedModel, line: CalibrationLine): FittedModel {
  const { slope, intercept } = line;
  const scaled = (values: Float64Array) => values.map((value) => slope * value);
  switch (model.kind) {
    case 'linear':
      return { ...model, weights: scaled(model.weights), bias: slope * model.bias + intercept };
    case 'trees': {
      const trees = model.trees.map((tree) => ({ ...tree, value: scaled(tree.value) }));
      return { ...model, link: 'sigmoid', trees, base: slope * model.base + intercept };
    }
    case 'kernel':
      return { ...model, coefficients: scaled(model.coefficients), bias: slope * model.bias + intercept };
    case 'network': {
      const { weights, bias } = model.layers.at(-1)!;
      const last = { weights: scaled(weights), bias: bias.map((value) => slope * value + intercept) };
      return { ...model, layers: [...model.layers.slice(0, -1), last] };
    }
    case 'neighbours': {
      const { line: own } = model;
      if (own === undefined) return { ...model, line: { slope, intercept } };
      return { ...model, line: { slope: slope * own.slope, intercept: slope * own.intercept + intercept } };
    }
  }
}

function rowLosses(labels: Uint8Array, scores: Scores): Float64Array {
  return scores.map((score, row) => -Math.log(Math.max(1e-15, labels[row] === 1 ? score : 1 - score)));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
