import { requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitForest, type ForestParameters } from './forest.ts';

export const forest: Learner<ForestParameters> = {
  title: 'Random forest',
  tasks: ['classification', 'regression'],
  check({ trees, depth, minRows, features = 1 }) {
    requireWithin('forest.trees', trees, 1, 1000, true);
    requireWithin('forest.depth', depth, 1, 32, true);
    requireWithin('forest.minRows', minRows, 1, Number.MAX_SAFE_INTEGER, true);
    requireWithin('forest.features', features, 1, Number.MAX_SAFE_INTEGER, true);
  },
  grid: [
    { trees: 100, depth: 12, minRows: 5 },
    // Weak on purpose: across few projects it carries further than a strong one.
    { trees: 100, depth: 6, minRows: 20 },
  ],
  draw: (random) => ({ trees: 100, depth: 4 + random.below(17), minRows: 1 + random.below(30) }),
  // Every level of a tree reads its rows into the drawn columns; a bootstrap holds some two thirds of the rows.
  work({ trees, depth, minRows, features }, rows, columns) {
    const drawn = Math.min(columns, features ?? Math.sqrt(columns));
    const leaves = Math.min(2 ** depth, rows / minRows);
    return trees * drawn * (0.64 * rows * Math.log2(Math.max(2, leaves)) + leaves * Math.min(rows, 255));
  },
  fit: (matrix, parameters, { seed, task }) => fitForest(matrix, parameters, seed, task),
};
