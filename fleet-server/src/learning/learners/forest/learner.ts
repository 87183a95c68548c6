import { requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitForest, type ForestParameters } from './forest.ts';

export const forest: Learner<ForestParameters> = {
  title: 'Random forest',
  tasks: ['classification'],
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
  fit: (matrix, parameters, { seed }) => fitForest(matrix, parameters, seed),
};
