import { TrainingError } from '../errors.ts';
import {
  type Algorithm,
  ALGORITHMS,
  checkMember,
  createRandom,
  deriveSeed,
  type Grid,
  LEARNERS,
  type Member,
  requireWithin,
} from '../../learners/index.ts';

/**
 * What is tried. `grid`: the configurations of each algorithm's grid. `random`: `count` of each algorithm, drawn by
 * seed (Bergstra & Bengio 2012). `halving`: as many drawn, all on a share of the rows, the best `1 / factor` of each
 * algorithm on `factor` times as many, until the last have had all rows (Jamieson & Talwalkar 2016).
 */
export type Strategy =
  | { kind: 'grid' }
  | { kind: 'random'; count: number }
  | { kind: 'halving'; count?: number; factor?: number };

export const DEFAULT_HALVING = { count: 9, factor: 3 };

/**
 * The configurations in the order that breaks ties. What `grid` states of an algorithm is tried whatever the strategy.
 * Throws `bad_parameter`.
 */
export function listMembers(
  algorithms: readonly Algorithm[],
  grid: Partial<Grid>,
  strategy: Strategy = { kind: 'grid' },
  seed = 0,
): Member[] {
  checkStrategy(strategy);
  const members = ALGORITHMS.filter((one) => algorithms.includes(one)).flatMap((algorithm) => {
    const parameters = grid[algorithm] ?? configurationsOf(algorithm, strategy, seed);
    return parameters.map((one) => ({ algorithm, parameters: one }) as Member);
  });
  members.forEach(checkMember);
  if (members.length > 0) return members;
  throw new TrainingError('bad_parameter', 'The grid holds no configuration of the algorithms asked for.', {
    field: 'grid',
    expected: `at least one configuration of ${ALGORITHMS.join(', ')}`,
  });
}

function checkStrategy(strategy: Strategy): void {
  if (strategy.kind === 'grid') return;
  requireWithin('strategy.count', strategy.count ?? DEFAULT_HALVING.count, 1, 1000, true);
  if (strategy.kind === 'halving') requireWithin('strategy.factor', strategy.factor ?? DEFAULT_HALVING.factor, 2, 10);
}

/** Draws that repeat each other are tried once: the gate charges for every configuration. */
function configurationsOf(algorithm: Algorithm, strategy: Strategy, seed: number): readonly Member['parameters'][] {
  const learner = LEARNERS[algorithm];
  if (strategy.kind === 'grid') return learner.grid;
  const random = createRandom(deriveSeed(seed, 'draw', algorithm));
  const count = strategy.count ?? DEFAULT_HALVING.count;
  const drawn = Array.from({ length: count }, () => learner.draw(random));
  return [...new Map(drawn.map((one) => [JSON.stringify(one), one])).values()];
}
