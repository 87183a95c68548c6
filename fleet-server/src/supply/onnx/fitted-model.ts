/**
 * What a trainer hands over: a fitted binary classifier in neutral form, raw values in, probability out.
 * Every number of the pre-processing is here, because it becomes part of the graph.
 */
export interface NumberColumn {
  name: string;
  /** Replaces a missing value (NaN). Linear models only: trees send NaN down their own branch. */
  impute: number;
  /** Standardisation `(x - mean) / scale`. Linear models only: trees see raw values. */
  mean: number;
  scale: number;
}

export interface CategoryColumn {
  name: string;
  /** One indicator column per level, in this order; an unseen or missing level is all zeros. */
  levels: string[];
}

/** One column for several levels of a category: 1 where the level is among them, 0 for any other, unseen or missing. */
export interface LevelSet {
  /** Index into `categories`. */
  category: number;
  /** Indices into its `levels`, ascending. */
  levels: number[];
}

/**
 * Design-matrix order: all number columns, then the indicators of each category column in turn, then the sets. Only
 * trees learn sets: a division of many levels at once is then a branch like any other.
 */
export interface Columns {
  numbers: NumberColumn[];
  categories: CategoryColumn[];
  /** In the order of their categories. */
  sets?: LevelSet[];
}

/**
 * What the score of a model is. Absent: its link makes a probability of it. `value`: it is the answer itself, in the
 * unit of the target (delay days); there is no link then.
 */
export type Answer = 'value';

/** probability = sigmoid(bias + Σ weights[j] · x[j]) over the standardised design matrix. */
export interface LinearModel {
  kind: 'linear';
  answer?: Answer;
  columns: Columns;
  weights: Float64Array;
  bias: number;
}

/**
 * One regression tree as parallel arrays indexed by node; node 0 is the root.
 * Internal node i: go left when `x[feature[i]] <= threshold[i]`, or, for NaN, when `missingLeft[i]` is 1; else right.
 * A leaf has `feature[i] === -1` and its score in `value[i]`.
 */
export interface Tree {
  feature: Int32Array;
  /** Representable as float32: the runtime compares float32 with float32. */
  threshold: Float64Array;
  left: Int32Array;
  right: Int32Array;
  missingLeft: Uint8Array;
  value: Float64Array;
}

/** probability = link(base + Σ_t leaf_t(x)) over the raw design matrix. */
export interface TreesModel {
  kind: 'trees';
  answer?: Answer;
  /**
   * Default `sigmoid`: the score is log-odds. `identity`: the score is the probability itself, as a forest's mean over
   * trees is; it is clipped to [0, 1], because a float32 sum of many leaves may round past the ends.
   */
  link?: 'sigmoid' | 'identity';
  columns: Columns;
  trees: Tree[];
  base: number;
}

/**
 * A multi-layer perceptron over the standardised design matrix: rectified linear units after every layer but the last,
 * whose one unit is the log-odds.
 */
export interface NetworkModel {
  kind: 'network';
  answer?: Answer;
  columns: Columns;
  /** `weights` is row-major `[units, inputs]`; `bias` has one value a unit. */
  layers: { weights: Float64Array; bias: Float64Array }[];
}

/**
 * Kernel machine over the standardised design matrix x:
 * log-odds = bias + Σ coefficients[i] · exp(−gamma · ‖x − vectors[i]‖²). It holds rows of its training data.
 */
export interface KernelModel {
  kind: 'kernel';
  answer?: Answer;
  columns: Columns;
  gamma: number;
  /** Row-major `[n, D]`, standardised. */
  vectors: Float64Array;
  coefficients: Float64Array;
  bias: number;
}

/**
 * Mean target of the k nearest rows by Euclidean distance in the standardised design matrix, the earlier row on a tie;
 * with `line`, probability = sigmoid(slope · mean + intercept). It holds all rows of its training data. Values are
 * rounded to steps of 2^-12 and cut off at ±256 first: squared distances are then whole numbers that double precision
 * holds exactly, so every runtime finds the same neighbours, ties included.
 */
export interface NeighboursModel {
  kind: 'neighbours';
  answer?: Answer;
  columns: Columns;
  k: number;
  /** Default: each of the k counts alike. `distance`: by 1 / distance, rows at no distance outweigh all others. */
  weighting?: 'distance';
  /** Row-major `[n, D]`, standardised. */
  vectors: Float64Array;
  targets: Float64Array;
  /** How many of the k places each row fills, above 0; absent means one. The last of the nearest is cut to what is left. */
  rowWeights?: Float64Array;
  line?: { slope: number; intercept: number };
}

export type FittedModel = LinearModel | TreesModel | NetworkModel | KernelModel | NeighboursModel;

/** How many rows of its training data the model holds, standardised but otherwise as they were; the card says so. */
export function holdsRows(model: FittedModel): number {
  if (model.kind === 'kernel') return model.coefficients.length;
  return model.kind === 'neighbours' ? model.targets.length : 0;
}

/** Whether the score is a share of rows and the probability itself, but for clipping, rather than log-odds. */
export function scoreIsShare(model: FittedModel): boolean {
  if (model.answer === 'value') return false;
  if (model.kind === 'trees') return model.link === 'identity';
  return model.kind === 'neighbours' && model.line === undefined;
}
