import type { Reference } from '../../drift/reference.ts';
import { featuresOf, type Manifest } from '../../manifest/manifest.ts';
import type { Feed } from '../encode.ts';
import { columnValue, createColumnReader, type Column } from '../graph/columns.ts';
import { valueOfExpression, type Scale } from '../graph/expression.ts';
import { recognise, type Recognised } from '../graph/recognise.ts';
import {
  createPathExplainer,
  scoredTrees,
  sharesByLeaves,
  type ScoredTrees,
  type TreeExplainer,
} from './tree-paths.ts';
import { createShapExplainer } from './tree-shap.ts';
import { sumOfLeaf } from './tree-sums.ts';
import { branchSizes, decodeWeights, widthsOf } from './weights.ts';

export interface ExplainedModel {
  model: Uint8Array;
  manifest: Pick<Manifest, 'inputs' | 'output' | 'model'>;
  /** Knows the typical values that a linear model is compared with. */
  reference?: Reference | undefined;
  /** `reasons.bin`. */
  reasons?: Uint8Array | undefined;
}

/** Why the model said what it said about one record. */
export interface Explanation {
  /** The sum that the contributions add up to: `base + Σ contributions = raw`. */
  raw: number;
  /** The score that follows from it. */
  score: number;
  /** One for each feature, in the order of `featuresOf`. Overwritten by the next explanation. */
  contributions: Float64Array;
}

export interface Explainer {
  /** `shap` and `paths` for trees, `weights` for a linear model. */
  method: 'weights' | 'paths' | 'shap';
  scale: Scale;
  /** The trees' base and contributions rest on weights that no training rows gave. */
  approximate: boolean;
  /** Raw score of the typical record (linear), or mean of the training rows (trees). */
  base: number;
  /** @param feeds what `encodeRuns` made of the record */
  explain(feeds: readonly Feed[], row: number): Explanation;
}

/**
 * Derives from the model's own graph how its score is a sum, for linear models and trees behind any pre-processing that
 * looks at each value on its own.
 * @returns the end of a sentence saying what was not understood: such a model is explained by occlusion
 */
export function createExplainer(of: ExplainedModel): Explainer | string {
  const recognised = recognise(of.model, of.manifest);
  if (typeof recognised === 'string') return recognised;
  const { columns, groves, leaves, raw, answer } = recognised;
  const { inputs } = of.manifest;
  const widths = widthsOf(inputs);
  const featureOf = featurePlaces(columns, widths);
  const linear = linearPart(recognised, of, featureOf);
  const weights = of.reasons && decodeWeights(of.reasons, branchSizes(recognised), of.manifest.model.sha256);
  const trees = groves.flatMap((grove, at) => {
    const scored = scoredTrees(grove, at, leaves, raw);
    return scored === undefined ? [] : [{ scored, shares: weights?.shares[at] ?? sharesByLeaves(grove.ensemble) }];
  });
  const { method, explainers } = treeExplainers(trees, featureOf);
  const reader = createColumnReader(columns, widths);
  const design = new Float64Array(reader.width);
  const contributions = new Float64Array(featuresOf({ inputs }).length);
  const base = explainers.reduce((sum, each) => sum + each.base, linear.base);
  const valueOf = (id: number) => sumOfLeaf(leaves[id]!, groves, design);
  return {
    method,
    scale: raw.scale,
    approximate: trees.length > 0 && weights?.madeUp !== false,
    base,
    explain(feeds, row) {
      reader.fill(feeds, row, design);
      contributions.fill(0);
      let sum = linear.explain(design, contributions);
      for (const each of explainers) sum += each.explain(design, contributions);
      return { raw: sum, score: recognised.scoreOf?.(sum) ?? valueOfExpression(answer, valueOf), contributions };
    },
  };
}

/** For each column, the place of its feature among all features. */
function featurePlaces(columns: readonly Column[], widths: readonly number[]): Int32Array {
  const starts = widths.map((_, at) => widths.slice(0, at).reduce((sum, width) => sum + width, 0));
  return Int32Array.from(columns, ({ input, at }) => starts[input]! + at);
}

function treeExplainers(trees: { scored: ScoredTrees; shares: Float64Array }[], featureOf: Int32Array) {
  const shap = trees.map(({ scored, shares }) => createShapExplainer(scored, shares, featureOf));
  if (!shap.includes(undefined)) {
    return { method: trees.length > 0 ? ('shap' as const) : ('weights' as const), explainers: shap as TreeExplainer[] };
  }
  // One method for the whole model: two kinds of numbers side by side could not be compared.
  const explainers = trees.map(({ scored, shares }) => createPathExplainer(scored, shares, featureOf));
  return { method: 'paths' as const, explainers };
}

/**
 * `weight × (value − typical value)` for each column that is added up as it is. Where the reference knows no typical
 * value, the column is compared with what it is when the value is missing.
 */
function linearPart({ raw, leaves, columns }: Recognised, of: ExplainedModel, featureOf: Int32Array): TreeExplainer {
  const terms = [...raw.terms].flatMap(([id, weight]) => {
    const one = leaves[id]!;
    return one.kind === 'column' && weight !== 0 ? [{ column: one.column, weight }] : [];
  });
  const features = featuresOf(of.manifest);
  const typical = new Map(of.reference?.features.map((one) => [one.bins.name, one.typical]));
  const baseOf = (column: number) => {
    const feature = features[featureOf[column]!]!;
    const missing = feature.type === 'category' ? '' : Number.NaN;
    const value = columnValue(columns[column]!, typical.get(feature.name) ?? missing);
    return Number.isNaN(value) ? 0 : value;
  };
  const place = Int32Array.from(terms, ({ column }) => column);
  const target = Int32Array.from(terms, ({ column }) => featureOf[column]!);
  const weights = Float64Array.from(terms, ({ weight }) => weight);
  const bases = Float64Array.from(terms, ({ column }) => baseOf(column));
  const base = weights.reduce((sum, weight, at) => sum + weight * bases[at]!, raw.plus);
  return {
    base,
    explain(design, into) {
      let sum = raw.plus;
      for (let at = 0; at < weights.length; at += 1) {
        const value = design[place[at]!]!;
        sum += weights[at]! * value;
        into[target[at]!]! += weights[at]! * (value - bases[at]!);
      }
      return sum;
    },
  };
}
