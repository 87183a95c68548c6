import type { Dataset, Example } from '../../datasets/index.ts';
import {
  buildMatrix,
  createRandom,
  deriveSeed,
  encodeTable,
  shuffle,
  valuesOf,
  type Table,
} from '../../learners/index.ts';
import type { FittedModel } from '../../../supply/onnx/index.ts';
import { clusteredMean, type Interval } from './interval.ts';
import { shuffled, thinnedRows, type PermutationOptions } from './permutation.ts';

/** By how many days the mean absolute error grows when the feature is shuffled over the rows, with its 95 % interval. */
export interface DayImportance extends Interval {
  feature: string;
  mean: number;
}

/** As `permutationImportance`, of a model that answers days. @param examples all with a delay */
export function dayImportance(
  model: FittedModel,
  { features }: Pick<Dataset, 'features'>,
  examples: readonly Example[],
  { seed, repeats = 4, maxRows = 1000, clusters }: PermutationOptions,
): DayImportance[] {
  const rows = thinnedRows(examples.length, maxRows, seed);
  const chosen = Array.from(rows, (row) => examples[row]!);
  const table = encodeTable(chosen, features);
  const of = clusters === undefined ? rows : Int32Array.from(rows, (row) => clusters[row]!);
  const all = Int32Array.from(rows.keys());
  const missesOf = (one: Table) =>
    valuesOf(model, buildMatrix(one, model.columns, all)).map((value, row) =>
      Math.abs(value - (chosen[row]!.delayDays ?? Number.NaN)),
    );
  const plain = missesOf(table);
  const found = [...table.numberNames, ...table.categories.map(({ name }) => name)].map((feature) => {
    const growth = new Float64Array(table.rows);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = shuffle(all.slice(), createRandom(deriveSeed(seed, 'permutation', feature, repeat)));
      missesOf(shuffled(table, feature, order)).forEach((miss, row) => {
        growth[row]! += (miss - plain[row]!) / repeats;
      });
    }
    return { feature, ...clusteredMean(growth, of) };
  });
  return found.toSorted((a, b) => b.mean - a.mean || (a.feature < b.feature ? -1 : 1));
}
