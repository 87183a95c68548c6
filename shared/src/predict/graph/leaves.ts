import { leafCount, type Ensemble } from '../../onnx/index.ts';
import type { Column } from './columns.ts';
import { leaf, type Expression } from './expression.ts';
import { NotUnderstood } from './walk.ts';

/** Trees of one operator over columns of the whole model. */
export interface Grove {
  ensemble: Ensemble;
  /** For each feature of the ensemble, its place among the model's columns. */
  columns: Int32Array;
}

/** A matrix of weights that leaves are numbers of rows in. */
export interface Table {
  rows: number;
  width: number;
  values: ArrayLike<number>;
}

/** What a leaf of an expression stands for. */
export type Leaf =
  | { kind: 'column'; column: number }
  /** `table`: the sum is the number of a row, and the value stands in that row. */
  | { kind: 'trees'; grove: number; target: number; table?: Table; at?: number };

/** Everything that sums of the model are made of, numbered as it is met. */
export interface Leaves {
  columns: readonly Column[];
  groves: readonly Grove[];
  leaves: readonly Leaf[];
  ofColumn(column: Column): Expression;
  /** One for each target. */
  ofTrees(ensemble: Ensemble, columns: readonly Column[]): Expression[];
  /** Whether these are sums of which each is the number of a leaf. */
  areNumbers(scores: readonly Expression[]): boolean;
  /** The rows of the table that the scores are numbers of, one row after the other. @throws NotUnderstood */
  lookedUp(scores: readonly Expression[], table: Table): Expression[];
}

export function createLeaves(): Leaves {
  const columns: Column[] = [];
  const groves: Grove[] = [];
  const leaves: Leaf[] = [];
  const places = new Map<Column, number>();
  const ids = new Map<Column, number>();
  const add = (one: Leaf) => leaf(leaves.push(one) - 1);
  const placeOf = (column: Column) => {
    const known = places.get(column);
    if (known !== undefined) return known;
    const place = columns.push(column) - 1;
    places.set(column, place);
    return place;
  };
  /** The targets that the scores are, in a grove whose trees have a target each. */
  const numbered = (scores: readonly Expression[]) => {
    const found = scores.map((each) => {
      const [id, factor] =
        each.kind === 'sum' && each.plus === 0 && each.terms.size === 1 ? [...each.terms][0]! : [-1, 0];
      const one = leaves[id];
      return factor === 1 && one?.kind === 'trees' && one.table === undefined ? one : undefined;
    });
    const grove = found[0] && groves[found[0].grove];
    if (grove === undefined || !found.every((one) => one?.grove === found[0]?.grove)) return undefined;
    return hasTargetPerTree(grove.ensemble) ? (found as Extract<Leaf, { kind: 'trees' }>[]) : undefined;
  };
  return {
    columns,
    groves,
    leaves,
    ofColumn(column) {
      const known = ids.get(column);
      if (known !== undefined) return leaf(known);
      ids.set(column, leaves.length);
      return add({ kind: 'column', column: placeOf(column) });
    },
    ofTrees(ensemble, own) {
      if (ensemble.feature.some((feature) => feature >= own.length))
        throw new NotUnderstood('asks for a feature that is not there');
      const grove = groves.push({ ensemble, columns: Int32Array.from(own, placeOf) }) - 1;
      return Array.from({ length: ensemble.targets }, (_, target) => add({ kind: 'trees', grove, target }));
    },
    areNumbers: (scores) => numbered(scores) !== undefined,
    lookedUp(scores, table) {
      const found = numbered(scores);
      if (found === undefined) throw new NotUnderstood('gathers by what are no numbers of leaves');
      const { weight } = groves[found[0]!.grove]!.ensemble.leaves;
      if (weight.some((number) => number < 0 || number >= table.rows))
        throw new NotUnderstood('gathers rows that are not there');
      return found.flatMap(({ grove, target }) =>
        Array.from({ length: table.width }, (_, at) => add({ kind: 'trees', grove, target, table, at })),
      );
    },
  };
}

/** Each tree has a target of its own, and every leaf one whole number for it. */
function hasTargetPerTree({ roots, onTrue, onFalse, leaves, targets, aggregate }: Ensemble): boolean {
  const { start, target, weight } = leaves;
  if (aggregate !== 'SUM' || targets !== roots.length) return false;
  if (Array.from({ length: leafCount(leaves) }, (_, at) => start[at + 1]! - start[at]!).some((size) => size !== 1))
    return false;
  if (!weight.every((number) => Number.isSafeInteger(number))) return false;
  const owner = new Int32Array(targets).fill(-1);
  for (const [tree, root] of roots.entries()) {
    const open = [root];
    while (open.length > 0) {
      const reference = open.pop()!;
      if (reference >= 0) {
        open.push(onTrue[reference]!, onFalse[reference]!);
        continue;
      }
      const own = target[~reference]!;
      if (owner[own] !== -1 && owner[own] !== tree) return false;
      owner[own] = tree;
    }
  }
  return true;
}
