import { requireOneOf, requireWithin } from '../errors.ts';
import type { Learner } from '../learner.ts';
import { fitBoosting, type BoostingParameters } from './boosting.ts';

export const boosting: Learner<BoostingParameters> = {
  title: 'Histogram gradient boosting',
  tasks: ['classification', 'regression'],
  check(parameters) {
    requireWithin('boosting.trees', parameters.trees, 1, 10_000, true);
    requireWithin('boosting.rate', parameters.rate, 1e-4, 1);
    requireWithin('boosting.leaves', parameters.leaves, 2, 1024, true);
    requireWithin('boosting.minRows', parameters.minRows, 1, Number.MAX_SAFE_INTEGER, true);
    requireWithin('boosting.l2', parameters.l2 ?? 0, 0, 1e6);
    requireWithin('boosting.maxDepth', parameters.maxDepth ?? 64, 1, 64, true);
    requireWithin('boosting.bins', parameters.bins ?? 255, 2, 255, true);
    requireWithin('boosting.rowShare', parameters.rowShare ?? 1, 0.01, 1);
    requireWithin('boosting.columnShare', parameters.columnShare ?? 1, 0.01, 1);
    requireWithin('boosting.levelRows', parameters.levelRows ?? 10, 1, Number.MAX_SAFE_INTEGER, true);
    requireWithin('boosting.smoothing', parameters.smoothing ?? 10, 0, 1e6);
    checkWords(parameters);
    if (parameters.earlyStop === undefined) return;
    requireWithin('boosting.earlyStop.share', parameters.earlyStop.share, 0.05, 0.5);
    requireWithin('boosting.earlyStop.rounds', parameters.earlyStop.rounds, 1, 10_000, true);
  },
  grid: [
    { trees: 150, rate: 0.05, leaves: 15, minRows: 20 },
    // Weak on purpose: across few projects it carries further than a strong one.
    { trees: 60, rate: 0.05, leaves: 4, minRows: 50 },
  ],
  draw: (random) => ({
    trees: 50 + random.below(251),
    rate: 10 ** (1.3 * random.unit() - 2),
    leaves: 2 ** (2 + random.below(4)),
    minRows: 5 + random.below(60),
    l2: random.below(2) * 10 ** (3 * random.unit() - 1),
  }),
  // Rows read into histograms, and bins scanned.
  work(parameters, rows, columns) {
    const leaves = Math.min(parameters.leaves, rows / parameters.minRows);
    const filled = rows * columns * (1 + Math.log2(Math.max(2, leaves)) / 2);
    return parameters.trees * (filled + 2 * leaves * columns * Math.min(rows, parameters.bins ?? 255));
  },
  fit: (matrix, parameters, { seed, task }) => fitBoosting(matrix, parameters, seed, task),
};

/** Parameters come as JSON: a word that is none would pass for its default. */
function checkWords({ monotone = {}, categories, loss }: BoostingParameters): void {
  for (const [name, direction] of Object.entries(monotone)) {
    requireOneOf(`boosting.monotone.${name}`, direction, ['up', 'down']);
  }
  if (categories !== undefined) requireOneOf('boosting.categories', categories, ['indicators', 'native']);
  if (typeof loss === 'object' && loss !== null) requireWithin('boosting.loss.quantile', loss.quantile, 0.01, 0.99);
  else if (loss !== undefined) requireOneOf('boosting.loss', loss, ['squared', 'absolute']);
  if (loss === undefined || loss === 'squared' || Object.keys(monotone).length === 0) return;
  // Its leaves are set by their rows after the divisions were bounded, which would undo the bounds.
  requireOneOf('boosting.loss', loss, ['squared, because the model has monotone features']);
}
