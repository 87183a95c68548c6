export { TrainingError } from './errors.ts';
export type { TrainingErrorCode } from './errors.ts';
export { makeFolds } from './folds.ts';
export type { Fold, FoldOptions } from './folds.ts';
export { CALIBRATION_TOLERANCE } from './gate/reasons.ts';
export type { GateReason, GateReasonCode } from './gate/reasons.ts';
export { qualityGate } from './gate/gate.ts';
export type { GateFigures } from './gate/figures.ts';
export type { GateOptions, GateVerdict } from './gate/gate.ts';
export { judgeScores } from './gate/judge-scores.ts';
export type { NotJudged, ScoresVerdict } from './gate/judge-scores.ts';
export { fitBoosting } from './boosting/boosting.ts';
export { fitForest } from './forest/forest.ts';
export { fitLogistic } from './learners/logistic.ts';
export { marginsOf, probabilitiesOf } from './learners/margins.ts';
export type {
  Algorithm,
  BoostingParameters,
  ForestParameters,
  LogisticParameters,
  Member,
  MemberParameters,
} from './learners/parameters.ts';
export { buildMatrix, fitColumns, matrixWidth, numberMatrix } from './matrix.ts';
export type { Matrix, MatrixOptions } from './matrix.ts';
export { calibrationError, calibrationErrorByChance, calibrationLine } from './measure/calibration.ts';
export type { CalibrationLine } from './measure/calibration.ts';
export { accuracy, brier, logLoss, rocAuc } from './measure/metrics.ts';
export type { Scores } from './measure/metrics.ts';
export { pairedDifference } from './measure/paired-difference.ts';
export type { PairedDifference, PairedOptions } from './measure/paired-difference.ts';
export { stratifiedAuc } from './measure/stratified-auc.ts';
export type { StratifiedAuc } from './measure/stratified-auc.ts';
export type { Recalibration } from './recalibrate.ts';
export { defaultGrid } from './search/grid.ts';
export type { Grid } from './search/grid.ts';
export type { FitTime, FoldFigures, Trial } from './search/search.ts';
export { encodeTable } from './table.ts';
export type { Table } from './table.ts';
export { assertTrainable, MIN_ROWS, train } from './train.ts';
export type { OutOfFold, SearchSettings, TrainingResult, TrainOptions } from './train.ts';
