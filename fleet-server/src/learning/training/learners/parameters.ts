import { requireWithin } from '../errors.ts';

export interface LogisticParameters {
  /** Inverse strength of the L2 penalty, as in scikit-learn: minimise ½‖w‖² + C · Σ log-loss; the bias is free. */
  c: number;
}

export interface BoostingParameters {
  trees: number;
  /** Learning rate: every leaf value is multiplied by it. */
  rate: number;
  /** Most leaves of a tree; growth is best-first. */
  leaves: number;
  /** Fewest training rows in a leaf. */
  minRows: number;
  /** L2 penalty on leaf values. Default 0. */
  l2?: number;
  /** Most splits between root and leaf. Default 64. */
  maxDepth?: number;
  /** Most value bins per column, 2 to 255; missing has one of its own. Default 255. */
  bins?: number;
  /** Share of rows drawn without replacement for each tree. Default 1. */
  rowShare?: number;
  /** Share of design-matrix columns offered to each tree. Default 1. */
  columnShare?: number;
  /** Stop when log-loss on a held-out share of the rows has not improved for so many trees. Default: off. */
  earlyStop?: { share: number; rounds: number };
}

export interface ForestParameters {
  trees: number;
  /** Most splits between root and leaf. */
  depth: number;
  /** Fewest distinct training rows in a leaf, however often the bootstrap drew them. */
  minRows: number;
  /** Columns drawn for each split; a category is one column. Default: the square root of their number, rounded down. */
  features?: number;
}

export type Algorithm = 'logistic' | 'boosting' | 'forest';

/** One configuration the search tries. */
export type Member =
  | { algorithm: 'logistic'; parameters: LogisticParameters }
  | { algorithm: 'boosting'; parameters: BoostingParameters }
  | { algorithm: 'forest'; parameters: ForestParameters };

export type MemberParameters = Member['parameters'];

/** Throws `bad_parameter` naming the first parameter outside its range. */
export function checkMember(member: Member): void {
  if (member.algorithm === 'logistic') {
    requireWithin('logistic.c', member.parameters.c, 1e-6, 1e6);
  } else if (member.algorithm === 'forest') checkForest(member.parameters);
  else checkBoosting(member.parameters);
}

function checkForest(parameters: ForestParameters): void {
  requireWithin('forest.trees', parameters.trees, 1, 1000, true);
  requireWithin('forest.depth', parameters.depth, 1, 32, true);
  requireWithin('forest.minRows', parameters.minRows, 1, Number.MAX_SAFE_INTEGER, true);
  requireWithin('forest.features', parameters.features ?? 1, 1, Number.MAX_SAFE_INTEGER, true);
}

function checkBoosting(parameters: BoostingParameters): void {
  requireWithin('boosting.trees', parameters.trees, 1, 10_000, true);
  requireWithin('boosting.rate', parameters.rate, 1e-4, 1);
  requireWithin('boosting.leaves', parameters.leaves, 2, 1024, true);
  requireWithin('boosting.minRows', parameters.minRows, 1, Number.MAX_SAFE_INTEGER, true);
  requireWithin('boosting.l2', parameters.l2 ?? 0, 0, 1e6);
  requireWithin('boosting.maxDepth', parameters.maxDepth ?? 64, 1, 64, true);
  requireWithin('boosting.bins', parameters.bins ?? 255, 2, 255, true);
  requireWithin('boosting.rowShare', parameters.rowShare ?? 1, 0.01, 1);
  requireWithin('boosting.columnShare', parameters.columnShare ?? 1, 0.01, 1);
  if (parameters.earlyStop === undefined) return;
  requireWithin('boosting.earlyStop.share', parameters.earlyStop.share, 0.05, 0.5);
  requireWithin('boosting.earlyStop.rounds', parameters.earlyStop.rounds, 1, 10_000, true);
}
