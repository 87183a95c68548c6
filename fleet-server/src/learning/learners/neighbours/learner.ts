import { requireSize } from '../design.ts';
import { LearnerError, requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { keepNeighbours, type NeighboursParameters } from './neighbours.ts';

/** The model holds all of them, and an answer asks each: 4 MB, and 64 MB of memory for a thousand activities. */
const LIMIT = { rows: 8000, columns: 128 };

export const knn: Learner<NeighboursParameters> = {
  title: 'k nearest neighbours',
  tasks: ['classification', 'regression'],
  check({ k, weighting = 'uniform' }) {
    requireWithin('knn.k', k, 1, LIMIT.rows, true);
    if (weighting === 'uniform' || weighting === 'distance') return;
    const [field, expected] = ['knn.weighting', 'uniform | distance'];
    throw new LearnerError('bad_parameter', `${field} is ${String(weighting)}, expected ${expected}`, {
      field,
      expected,
    });
  },
  refuse(size, { shipRows = false }) {
    requireSize('knn', size, LIMIT);
    if (size.sites <= 1 || shipRows) return;
    const what = `A model of nearest neighbours is its training rows: it would take rows of each of ${size.sites} sites to all others.`;
    const expected = 'rows of one site, or the parameter shipRows';
    throw new LearnerError('would_ship_rows', what, { kind: 'refused', field: 'sites', expected });
  },
  // Not by distance, nor few neighbours, unless asked for: such a model says of its own rows what it was told of them, so
  // that all that is known of it comes from rows out of fold.
  grid: [{ k: 50 }, { k: 15 }],
  draw: (random) => ({ k: 8 + Math.floor(2 ** (7 * random.unit())) }),
  // What takes time is to answer: each validation row asks all training rows.
  work: (_parameters, rows, columns) => 0.25 * rows * rows * columns,
  fit: (matrix, parameters, { task }) => keepNeighbours(matrix, parameters, task),
};
