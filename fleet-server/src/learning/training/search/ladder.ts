import type { Example, SplitRule } from '../../datasets/dataset.ts';
import { createRandom, deriveSeed, shuffle } from '../../learners/index.ts';
import { canTeach, type Fold } from '../folds.ts';

/** Training rows of every fold at one rung; validation rows are the fold's own on every rung. */
export interface Rung {
  /** Share of each fold's training rows. */
  share: number;
  train: Int32Array[];
}

export interface LadderOptions {
  split: SplitRule;
  seed: number;
  /** Each rung has `factor` times the rows of the one before. */
  factor: number;
  /** Configurations of the algorithm that has most: more rungs than it takes to leave one would be idle. */
  configurations: number;
}

/** A rung with fewer training rows than this orders configurations by luck. */
const MIN_RUNG_ROWS = 60;

/**
 * Rungs of successive halving, the last with all rows; few rows make one rung. The rows of a rung are part of those of
 * the next. They follow the split rule: whole groups; under time the rows known last, because the model in force
 * learns from what is recent; else the same share of every class.
 */
export function makeLadder(
  examples: readonly Example[],
  strata: Uint8Array,
  folds: readonly Fold[],
  { split, seed, factor, configurations }: LadderOptions,
): Rung[] {
  const orders = folds.map(({ train }, fold) =>
    orderRows(examples, strata, train, split, deriveSeed(seed, 'rung', fold)),
  );
  const full: Rung = { share: 1, train: folds.map(({ train }) => train) };
  const steps = Math.max(0, Math.ceil(Math.log(configurations) / Math.log(factor) - 1e-9));
  const rungs = [full];
  for (let step = 1; step <= steps; step++) {
    const share = factor ** -step;
    const train = orders.map((order) => takeShare(order, share));
    if (train.some((rows) => rows.length < MIN_RUNG_ROWS || !canTeach(strata, rows))) break;
    rungs.unshift({ share, train });
  }
  return rungs;
}

/** Blocks of rows in the order in which they are taken. */
function orderRows(
  examples: readonly Example[],
  strata: Uint8Array,
  rows: Int32Array,
  split: SplitRule,
  seed: number,
): number[][] {
  const random = createRandom(seed);
  if (split === 'time') {
    return [...rows].toSorted((a, b) => examples[b]!.knownAt - examples[a]!.knownAt || a - b).map((row) => [row]);
  }
  if (split === 'group') {
    const groups = [...Map.groupBy(rows, (row) => examples[row]!.group).values()];
    return [...shuffle(Int32Array.from(groups.keys()), random)].map((index) => groups[index]!);
  }
  // Dealing the classes round in proportion makes every beginning of the order stratified.
  const classes = [...Map.groupBy(shuffle(rows.slice(), random), (row) => strata[row]!).values()];
  const placed = classes.flatMap((members) =>
    members.map((row, index) => ({ row, place: (index + 0.5) / members.length })),
  );
  return placed.toSorted((a, b) => a.place - b.place || a.row - b.row).map(({ row }) => [row]);
}

/** Blocks from the front until the share is reached; ascending, as all lists of rows. */
function takeShare(blocks: readonly number[][], share: number): Int32Array {
  const wanted = share * blocks.reduce((sum, block) => sum + block.length, 0);
  const taken: number[] = [];
  for (const block of blocks) {
    if (taken.length >= wanted) break;
    taken.push(...block);
  }
  return Int32Array.from(taken).toSorted();
}
