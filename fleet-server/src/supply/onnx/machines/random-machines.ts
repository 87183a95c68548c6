import type { Columns, KernelModel, NeighboursModel, NetworkModel } from '../fitted-model.ts';
import { designWidth } from '../export/check-fitted.ts';
import { below, type Random } from '../export/random-models.ts';

/** For tests: seeded models whose vectors are rows as training would have standardised them. */
export function randomNetwork(random: Random, columns: Columns, hidden: readonly number[]): NetworkModel {
  let inputs = designWidth(columns);
  const layers = [...hidden, 1].map((units) => {
    const reach = Math.sqrt(6 / inputs);
    const draw = () => (random() * 2 - 1) * reach;
    const layer = {
      weights: Float64Array.from({ length: units * inputs }, draw),
      bias: Float64Array.from({ length: units }, draw),
    };
    inputs = units;
    return layer;
  });
  return { kind: 'network', columns, layers };
}

export function randomKernel(random: Random, columns: Columns, count: number): KernelModel {
  const coefficients = Float64Array.from({ length: count }, () => random() * 4 - 2);
  return {
    kind: 'kernel',
    columns,
    gamma: 0.02 + random() * 0.3,
    vectors: randomVectors(random, columns, count),
    coefficients,
    bias: random() - 0.5,
  };
}

export function randomNeighbours(random: Random, columns: Columns, count: number): NeighboursModel {
  const targets = Float64Array.from({ length: count }, () => below(random, 2));
  return {
    kind: 'neighbours',
    columns,
    k: 1 + below(random, 15),
    vectors: randomVectors(random, columns, count),
    targets,
  };
}

/** Numbers near those of `randomRows`, on a coarse grid so that distances tie; one level set in each category or none. */
function randomVectors(random: Random, { numbers, categories }: Columns, count: number): Float64Array {
  return Float64Array.from(
    Array.from({ length: count }, () => {
      const values = numbers.map(() => Math.fround(Math.round((random() * 8 - 4) * 16) / 16));
      const indicators = categories.flatMap(({ levels }) => {
        const set = below(random, levels.length + 1);
        return levels.map((_, level) => Number(level === set));
      });
      return [...values, ...indicators];
    }).flat(),
  );
}
