import { requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitLogistic, type LogisticParameters } from './logistic.ts';

export const logistic: Learner<LogisticParameters> = {
  title: 'Logistic regression',
  tasks: ['classification'],
  check: ({ c }) => requireWithin('logistic.c', c, 1e-6, 1e6),
  grid: [{ c: 0.1 }, { c: 1 }],
  draw: (random) => ({ c: 10 ** (4 * random.unit() - 3) }),
  fit: (matrix, parameters) => fitLogistic(matrix, parameters),
};
