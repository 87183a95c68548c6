import { requireSize } from '../design.ts';
import { requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitKernelSvm, type KernelSvmParameters } from './kernel-svm.ts';

/** Time grows with the square of the rows, and so does memory: 256 MB here. */
const LIMIT = { rows: 8000, columns: 128 };

export const kernelSvm: Learner<KernelSvmParameters> = {
  title: 'Support vector machine, Gaussian kernel',
  tasks: ['classification'],
  check({ c, gamma = 1 }) {
    requireWithin('kernel-svm.c', c, 1e-4, 1e4);
    requireWithin('kernel-svm.gamma', gamma, 1e-6, 1e3);
  },
  refuse: (size) => requireSize('kernel-svm', size, LIMIT),
  grid: [{ c: 1 }],
  draw: (random) => ({ c: 10 ** (3 * random.unit() - 1), gamma: 10 ** (2.5 * random.unit() - 2.5) }),
  // All pairs of rows, and four machines of a few steps a row, each of which reads a row of pairs.
  work: (_parameters, rows, columns) => rows * rows * (columns + 60),
  fit: (matrix, parameters, { seed }) => fitKernelSvm(matrix, parameters, seed),
};
