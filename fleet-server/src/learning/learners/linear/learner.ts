import { requireSize } from '../design.ts';
import { LearnerError, requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitLinearRegression, type LinearRegressionParameters } from './linear-regression.ts';
import { fitLinearSvm, type LinearSvmParameters } from './linear-svm.ts';
import { fitLogistic, type LogisticParameters } from './logistic.ts';

/** Coordinate descent keeps the products of all columns with each other: 32 MB. */
const SPARSE_LIMIT = { rows: Number.MAX_SAFE_INTEGER, columns: 2000 };
const PENALTIES: readonly unknown[] = ['l2', 'l1', 'elastic', undefined];

/** Products of all columns with each other. */
const productsWork = (rows: number, columns: number): number => rows * columns * (columns / 2 + 6);

export const logistic: Learner<LogisticParameters> = {
  title: 'Logistic regression',
  tasks: ['classification'],
  check({ c, penalty, l1Ratio = 0 }) {
    requireWithin('logistic.c', c, 1e-6, 1e6);
    requireWithin('logistic.l1Ratio', l1Ratio, 0, 1);
    if (PENALTIES.includes(penalty)) return;
    const [field, expected] = ['logistic.penalty', 'l2 | l1 | elastic'];
    throw new LearnerError('bad_parameter', `${field} is ${String(penalty)}, expected ${expected}`, {
      field,
      expected,
    });
  },
  refuse(size, { penalty = 'l2' }) {
    if (penalty !== 'l2') requireSize(`logistic with penalty ${penalty}`, size, SPARSE_LIMIT);
  },
  grid: [{ c: 0.1 }, { c: 1 }],
  draw(random) {
    const c = 10 ** (4 * random.unit() - 3);
    const penalty = (['l2', 'l1', 'elastic'] as const)[random.below(3)]!;
    return penalty === 'elastic' ? { c, penalty, l1Ratio: random.unit() } : { c, penalty };
  },
  work({ penalty = 'l2' }, rows, columns) {
    return penalty === 'l2' ? 80 * rows * columns : 12 * productsWork(rows, columns);
  },
  fit: (matrix, parameters) => fitLogistic(matrix, parameters),
};

export const linearSvm: Learner<LinearSvmParameters> = {
  title: 'Linear support vector machine',
  tasks: ['classification'],
  check: ({ c }) => requireWithin('linear-svm.c', c, 1e-6, 1e6),
  grid: [{ c: 0.01 }, { c: 1 }],
  draw: (random) => ({ c: 10 ** (4 * random.unit() - 3) }),
  // One machine, and one for each of three parts to draw the line through; each takes some ten steps.
  work: (_parameters, rows, columns) => 4 * 10 * productsWork(rows, Math.min(columns, 40)),
  fit: (matrix, parameters, { seed }) => fitLinearSvm(matrix, parameters, seed),
};

export const linearRegression: Learner<LinearRegressionParameters> = {
  title: 'Linear regression',
  tasks: ['regression'],
  check({ alpha, l1Ratio = 0 }) {
    requireWithin('linear-regression.alpha', alpha, 1e-9, 1e6);
    requireWithin('linear-regression.l1Ratio', l1Ratio, 0, 1);
  },
  refuse: (size) => requireSize('linear-regression', size, SPARSE_LIMIT),
  grid: [{ alpha: 0.1 }, { alpha: 0.001 }],
  draw: (random) => ({ alpha: 10 ** (4 * random.unit() - 4), l1Ratio: random.below(2) * random.unit() }),
  work: ({ l1Ratio = 0 }, rows, columns) => (l1Ratio === 0 ? 1 : 3) * productsWork(rows, columns),
  fit: (matrix, parameters) => fitLinearRegression(matrix, parameters),
};
