import { LearnerError, requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitNetwork, type NetworkParameters } from './network.ts';

export const mlp: Learner<NetworkParameters> = {
  title: 'Multi-layer perceptron',
  tasks: ['classification', 'regression'],
  check({ hidden, l2 = 0, rate = 1e-3, batch = 1, epochs = 1, earlyStop = { share: 0, patience: 1 } }) {
    if (!Array.isArray(hidden) || hidden.length < 1 || hidden.length > 2) {
      const [field, expected] = ['mlp.hidden', 'units of one or two layers, such as [32] or [32, 16]'];
      throw new LearnerError('bad_parameter', `${field} is ${JSON.stringify(hidden)}, expected ${expected}`, {
        field,
        expected,
      });
    }
    hidden.forEach((units, index) => requireWithin(`mlp.hidden[${index}]`, units, 1, 256, true));
    requireWithin('mlp.l2', l2, 0, 100);
    requireWithin('mlp.rate', rate, 1e-6, 0.1);
    requireWithin('mlp.batch', batch, 1, Number.MAX_SAFE_INTEGER, true);
    requireWithin('mlp.epochs', epochs, 1, 10_000, true);
    requireWithin('mlp.earlyStop.share', earlyStop.share, 0, 0.5);
    requireWithin('mlp.earlyStop.patience', earlyStop.patience, 1, 10_000, true);
  },
  grid: [{ hidden: [16], l2: 0.01 }],
  draw: (random) => ({
    hidden:
      random.below(2) === 0 ? [8 * (1 + random.below(8))] : [8 * (1 + random.below(6)), 8 * (1 + random.below(3))],
    l2: 10 ** (3 * random.unit() - 4),
    rate: 10 ** (random.unit() - 2.7),
  }),
  work({ hidden, epochs = 60 }, rows, columns) {
    const [first, second = 1] = hidden;
    return Math.min(60, epochs) * rows * 6 * first! * (columns + second);
  },
  fit: (matrix, parameters, { task, seed }) => fitNetwork(matrix, parameters, task, seed),
};
