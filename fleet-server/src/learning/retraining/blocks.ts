import type { Dataset, Example } from '../datasets/index.ts';
import type { TrainingResult, TrainOptions } from '../training/index.ts';

/** Blocks of the new labels, in order of time; the first is what the first candidate learns from. */
export const BLOCKS = 4;

/** Labels that the champion cannot have learned from, in order of when they became known, and when each block begins. */
export function blocksOf(
  dataset: Pick<Dataset, 'examples'>,
  knownBefore: number,
): { fresh: Example[]; starts: number[] } {
  const fresh = dataset.examples
    .filter((example) => example.knownAt >= knownBefore)
    .toSorted((a, b) => a.knownAt - b.knownAt || (a.ref < b.ref ? -1 : 1));
  const starts = Array.from(
    { length: BLOCKS },
    (_, block) => fresh[Math.floor((fresh.length * block) / BLOCKS)]?.knownAt ?? Infinity,
  );
  return { fresh, starts };
}

/** Options that train the chosen configuration again, without another search. */
export function only({ algorithm, parameters }: TrainingResult, options: TrainOptions): TrainOptions {
  return { ...options, algorithms: [algorithm], grid: { [algorithm]: [parameters] } };
}
