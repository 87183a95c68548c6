import { requireOneOf, requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitDecisionTree, type DecisionTreeParameters } from './decision-tree.ts';

export const decisionTree: Learner<DecisionTreeParameters> = {
  title: 'Decision tree',
  tasks: ['classification', 'regression'],
  check({ depth, minRows, criterion = 'gini', alpha = 0 }) {
    requireWithin('decision-tree.depth', depth, 1, 32, true);
    requireWithin('decision-tree.minRows', minRows, 1, Number.MAX_SAFE_INTEGER, true);
    requireOneOf('decision-tree.criterion', criterion, ['gini', 'entropy']);
    requireWithin('decision-tree.alpha', alpha, 0, 1);
  },
  grid: [
    { depth: 4, minRows: 30 },
    { depth: 10, minRows: 10, alpha: 1e-3 },
  ],
  draw: (random) => ({
    depth: 2 + random.below(14),
    minRows: 1 + random.below(60),
    criterion: random.below(2) === 0 ? 'gini' : 'entropy',
    alpha: random.below(2) * 10 ** (3 * random.unit() - 5),
  }),
  // Every level reads its rows into all columns; every node scans their bins.
  work({ depth, minRows }, rows, columns) {
    const leaves = Math.min(2 ** depth, rows / minRows);
    return columns * (rows * Math.log2(Math.max(2, leaves)) + leaves * Math.min(rows, 255));
  },
  fit: (matrix, parameters, { task }) => fitDecisionTree(matrix, parameters, task),
};
