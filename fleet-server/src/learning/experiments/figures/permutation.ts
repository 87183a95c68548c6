import type { FittedModel } from '../../../supply/onnx/index.ts';
import type { Dataset, Example } from '../../datasets/index.ts';
import {
  buildMatrix,
  createRandom,
  deriveSeed,
  encodeTable,
  probabilitiesOf,
  shuffle,
  type Table,
} from '../../learners/index.ts';
import { rocAuc } from '../../training/index.ts';
import { clusteredMean, type Interval } from './interval.ts';

export interface PermutationImportance extends Interval {
  feature: string;
  /** By how much the Brier score grows when the feature is shuffled over the rows, with its 95 % interval. */
  mean: number;
  /** By how much the AUC falls. */
  aucDrop: number;
}

export interface PermutationOptions {
  seed: number;
  /** Shuffles of each feature. Default 4. */
  repeats?: number;
  /** More rows are thinned to so many, by seed. Default 2000; 300 for models that compare rows with rows. */
  maxRows?: number;
  /** One number a row: equal ones are no independent evidence. Default: each row for itself. */
  clusters?: Int32Array;
}

const HOLDS_ROWS: ReadonlySet<FittedModel['kind']> = new Set(['kernel', 'neighbours']);

/**
 * Importance of each feature to a model on given rows, the largest first (Breiman 2001; Fisher et al. 2019). Rows the
 * model has not learned from say what it is worth; training rows say what it leans on. Features that say the same
 * share their importance, which is then small for each.
 */
export function permutationImportance(
  model: FittedModel,
  { features }: Pick<Dataset, 'features'>,
  examples: readonly Example[],
  options: PermutationOptions,
): PermutationImportance[] {
  const { seed, repeats = 4, maxRows = HOLDS_ROWS.has(model.kind) ? 300 : 2000, clusters } = options;
  const rows = thinnedRows(examples.length, maxRows, seed);
  const table = encodeTable(
    Array.from(rows, (row) => examples[row]!),
    features,
  );
  const of = clusters === undefined ? rows : Int32Array.from(rows, (row) => clusters[row]!);
  const all = Int32Array.from(rows.keys());
  const scoresOf = (one: Table) => probabilitiesOf(model, buildMatrix(one, model.columns, all));
  const plain = scoresOf(table);
  const auc = rocAuc(table.labels, plain);
  const found = [...table.numberNames, ...table.categories.map(({ name }) => name)].map((feature) => {
    const growth = new Float64Array(table.rows);
    let aucs = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = shuffle(all.slice(), createRandom(deriveSeed(seed, 'permutation', feature, repeat)));
      const scores = scoresOf(shuffled(table, feature, order));
      aucs += rocAuc(table.labels, scores);
      scores.forEach((score, row) => {
        const label = table.labels[row]!;
        growth[row]! += ((score - label) ** 2 - (plain[row]! - label) ** 2) / repeats;
      });
    }
    return { feature, ...clusteredMean(growth, of), aucDrop: auc - aucs / repeats };
  });
  return found.toSorted((a, b) => b.mean - a.mean || (a.feature < b.feature ? -1 : 1));
}

export function thinnedRows(count: number, most: number, seed: number): Int32Array {
  const all = Int32Array.from({ length: count }, (_, row) => row);
  if (count <= most) return all;
  return shuffle(all, createRandom(deriveSeed(seed, 'permutation-rows')))
    .slice(0, most)
    .toSorted();
}

/** The same table with one column dealt anew. */
export function shuffled(table: Table, feature: string, order: Int32Array): Table {
  const column = table.numberNames.indexOf(feature);
  if (column < 0) {
    const categories = table.categories.map((one) =>
      one.name === feature ? { ...one, codes: Int32Array.from(order, (row) => one.codes[row]!) } : one,
    );
    return { ...table, categories };
  }
  const numbers = table.numbers.slice();
  order.forEach((from, row) => (numbers[column * table.rows + row] = table.numbers[column * table.rows + from]!));
  return { ...table, numbers };
}
