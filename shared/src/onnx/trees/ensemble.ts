import type { AttributeReader } from '../graph/attribute-reader.ts';

/** How a node compares x with its split, numbered as TreeEnsemble 5 numbers them; `member` asks whether x is in a set. */
export const MODE = { leq: 0, lt: 1, gte: 2, gt: 3, eq: 4, neq: 5, member: 6 } as const;

/** Names of the modes in the versions before 5, in the order of `MODE`. */
export const MODE_NAMES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'] as const;

/** In the order in which TreeEnsemble 5 numbers them. */
export const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** In the order in which TreeEnsemble 5 numbers them. */
export const POST_TRANSFORMS = ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO', 'PROBIT'] as const;
export type PostTransform = (typeof POST_TRANSFORMS)[number];

/** More than any model has; the runtime keeps a score of each for every row. */
export const MOST_TARGETS = 1_000_000;

/** Equal leaves are one: leaf i adds `weight[j]` to `target[j]` for start[i] ≤ j < start[i + 1]. */
export interface Leaves {
  start: Int32Array;
  target: Int32Array;
  weight: Float64Array;
  /** How much each leaf counts when weights are rounded: training rows where the file says so, else its uses. */
  cover: Float64Array;
}

/**
 * Trees of any version in neutral form: branches as columns, every parent before its children and with children of its
 * own (no branch has two parents). A reference ≥ 0 names a branch, a negative one the leaf `~reference`.
 */
export interface Ensemble {
  roots: Int32Array;
  feature: Int32Array;
  mode: Uint8Array;
  split: Float64Array;
  onTrue: Int32Array;
  onFalse: Int32Array;
  /** 1: NaN takes the true branch. NaN also takes it in mode `neq`, as NaN ≠ split holds. */
  missingTrue: Uint8Array;
  /** The sets of branches in mode `member`. */
  members: ReadonlyMap<number, Float64Array>;
  leaves: Leaves;
  targets: number;
  aggregate: Aggregate;
  /** Splits and weights are float64, because x is; otherwise each of them is a float32. */
  double: boolean;
}

/** An ensemble and what its operator makes of the sums. */
export interface TreeOperator {
  kind: 'classifier' | 'regressor' | 'ensemble';
  ensemble: Ensemble;
  /** Added to the targets; empty, or of a length that the runtime takes. */
  base: Float64Array;
  postTransform: PostTransform;
  /** Only of classifiers. */
  labels?: { strings: Uint8Array[] } | { ints: BigInt64Array };
  /** Classes that any weight names, and whether none is negative: they decide how a classifier of two classes answers. */
  weighted: { targets: ReadonlySet<number>; allPositive: boolean };
}

export function branchCount(ensemble: Ensemble): number {
  return ensemble.feature.length;
}

export function isLeafRef(reference: number): boolean {
  return reference < 0;
}

/** Collects leaves; equal ones get the same number. */
export function createLeaves() {
  const ids = new Map<string | number, number>();
  const start = [0];
  const target: number[] = [];
  const weight: number[] = [];
  const cover: number[] = [];
  return {
    /** Number of the leaf with these weights; `rows` is added to its cover. */
    idOf(targets: readonly number[], weights: readonly number[], rows = 1): number {
      // Nearly every leaf has one weight for target 0, which needs no text as its key.
      const single = targets.length === 1 && targets[0] === 0;
      const key = single ? weights[0]! : `${targets.join()}:${weights.join()}`;
      let id = ids.get(key);
      if (id === undefined) {
        id = start.length - 1;
        ids.set(key, id);
        target.push(...targets);
        weight.push(...weights);
        start.push(target.length);
        cover.push(0);
      }
      cover[id]! += rows;
      return id;
    },
    finish(): Leaves {
      return {
        start: Int32Array.from(start),
        target: Int32Array.from(target),
        weight: Float64Array.from(weight),
        cover: Float64Array.from(cover),
      };
    },
  };
}

export function leafCount(leaves: Leaves): number {
  return leaves.start.length - 1;
}

/** Targets and weights of one leaf. */
export function leafOf(leaves: Leaves, leaf: number): { targets: number[]; weights: number[] } {
  const [from, to] = [leaves.start[leaf]!, leaves.start[leaf + 1]!];
  return { targets: [...leaves.target.subarray(from, to)], weights: [...leaves.weight.subarray(from, to)] };
}

/** How often each leaf is a child or a root. */
export function leafUses(ensemble: Ensemble): Int32Array {
  const uses = new Int32Array(leafCount(ensemble.leaves));
  for (const column of [ensemble.roots, ensemble.onTrue, ensemble.onFalse]) {
    for (const reference of column) if (isLeafRef(reference)) uses[~reference]! += 1;
  }
  return uses;
}

/** Branches as a file lists them: in any order, some shared by several parents, some reached by none. */
export interface BranchTable extends Omit<Ensemble, 'leaves' | 'targets' | 'aggregate' | 'double'> {}

/** Copies of shared branches may make a table this much longer; a hostile file would ask for 2^60. */
const LONGEST_GROWTH = 4;
const ALWAYS_ALLOWED = 10_000;

/**
 * Puts parents before children and gives every parent branches of its own. Linear time.
 * @throws {OnnxError} onnx_fitted_invalid for a cycle or too many shared branches, naming the attribute
 */
export function unshare(table: BranchTable, read: AttributeReader): BranchTable {
  refuseCycles(table, read);
  const limit = Math.max(ALWAYS_ALLOWED, LONGEST_GROWTH * table.feature.length);
  const order: number[] = [];
  const onTrue: number[] = [];
  const onFalse: number[] = [];
  const roots = table.roots.map((root) => {
    if (isLeafRef(root)) return root;
    const first = order.length;
    const open = [root, -1];
    while (open.length > 0) {
      const parent = open.pop()!;
      const row = open.pop()!;
      const at = order.push(row) - 1;
      if (at >= limit) {
        throw read.malformed('nodes_truenodeids', 'unfolds shared branches', `at most ${limit} branches in all`);
      }
      // ~at of the parent's false side, at of its true side.
      if (parent < -1) onFalse[-parent - 2] = at;
      else if (parent >= 0) onTrue[parent] = at;
      const [yes, no] = [table.onTrue[row]!, table.onFalse[row]!];
      onTrue.push(yes);
      onFalse.push(no);
      if (!isLeafRef(no)) open.push(no, -at - 2);
      if (!isLeafRef(yes)) open.push(yes, at);
    }
    return first;
  });
  return {
    roots,
    feature: Int32Array.from(order, (row) => table.feature[row]!),
    mode: Uint8Array.from(order, (row) => table.mode[row]!),
    split: Float64Array.from(order, (row) => table.split[row]!),
    onTrue: Int32Array.from(onTrue),
    onFalse: Int32Array.from(onFalse),
    missingTrue: Uint8Array.from(order, (row) => table.missingTrue[row]!),
    members: new Map(
      order.flatMap((row, at) => {
        const members = table.members.get(row);
        return members === undefined ? [] : [[at, members] as const];
      }),
    ),
  };
}

/** Takes away branches that no open branch leads to, again and again; what is left lies on or behind a cycle. */
function refuseCycles(table: BranchTable, read: AttributeReader): void {
  const parents = new Int32Array(table.feature.length);
  for (const column of [table.onTrue, table.onFalse]) {
    for (const child of column) if (!isLeafRef(child)) parents[child]! += 1;
  }
  const open = [...parents.keys()].filter((row) => parents[row] === 0);
  let seen = 0;
  while (open.length > 0) {
    const row = open.pop()!;
    seen += 1;
    for (const child of [table.onTrue[row]!, table.onFalse[row]!]) {
      if (isLeafRef(child)) continue;
      parents[child]! -= 1;
      if (parents[child] === 0) open.push(child);
    }
  }
  if (seen === parents.length) return;
  const row = parents.findIndex((count) => count > 0);
  throw read.malformed('nodes_truenodeids', `leads from branch ${row} back to itself`, 'trees without a cycle');
}
