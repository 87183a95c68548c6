/** Reasons derived from the model's own graph; apart from the rest of `predict`, as few predictions ask for them. */
export { createExplainer, type ExplainedModel, type Explainer, type Explanation } from './explainer.ts';
export { type Scale } from '../graph/expression.ts';
export { rankReasons } from './rank.ts';
export { recognise, type Recognised } from '../graph/recognise.ts';
export { createShareCounter, decodeWeights, encodeWeights, type BranchWeights, type ShareCounter } from './weights.ts';
