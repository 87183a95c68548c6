import { requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import type { AdaBoostParameters } from './adaboost.ts';
import { fitCalibratedAdaBoost } from './calibrated.ts';

export const adaboost: Learner<AdaBoostParameters> = {
  title: 'AdaBoost',
  tasks: ['classification'],
  check({ trees, depth = 1, rate = 1, minRows = 1 }) {
    requireWithin('adaboost.trees', trees, 1, 1000, true);
    requireWithin('adaboost.depth', depth, 1, 8, true);
    requireWithin('adaboost.rate', rate, 1e-3, 2);
    requireWithin('adaboost.minRows', minRows, 1, Number.MAX_SAFE_INTEGER, true);
  },
  grid: [
    { trees: 50, minRows: 10 },
    { trees: 100, depth: 2, rate: 0.5, minRows: 20 },
  ],
  draw: (random) => ({
    trees: 25 + random.below(176),
    depth: 1 + random.below(3),
    rate: 10 ** (1.3 * random.unit() - 1.3),
    minRows: 1 + random.below(40),
  }),
  // A small tree a vote, each reading all rows of all columns at every level; and three such for the line.
  work: ({ trees, depth = 1 }, rows, columns) =>
    4 * trees * columns * (rows * (depth + 1) + 2 ** depth * Math.min(rows, 255)),
  fit: (matrix, parameters, { seed }) => fitCalibratedAdaBoost(matrix, parameters, seed),
};
