import { isLeafRef } from '../../onnx/index.ts';
import { takesTrue, type ScoredTrees, type TreeExplainer } from './tree-paths.ts';

/** Numbers that the tables of all leaves may hold: 1 MB. */
export const TABLE_BUDGET = 1 << 17;
/** Branches on all ways together, which bounds the time of a record to some tens of µs. */
export const TURN_BUDGET = 3000;

/** One way down to a leaf: the columns that are asked on it, each with its branches and the sides they must take. */
interface Way {
  leaf: number;
  columns: number[];
  /** By column: branch × 2, plus 1 for the true side. */
  turns: number[][];
  /** By column: share of the training rows that its branches let through. */
  shares: number[];
}

/**
 * Path-dependent TreeSHAP (Lundberg et al., "Consistent individualized feature attribution for tree ensembles", 2018) by
 * tables (Yang, "Fast TreeSHAP", 2021): which columns of a way let the record through is a pattern of bits, and for each
 * pattern the Shapley values are known beforehand.
 * @returns undefined when the tables would outgrow their budget
 */
export function createShapExplainer(
  trees: ScoredTrees,
  shares: Float64Array,
  targetOf: Int32Array,
): TreeExplainer | undefined {
  const ways: Way[] = [];
  let [entries, turnCount] = [0, 0];
  for (const root of trees.roots) {
    for (const way of waysOf(trees, shares, root)) {
      const depth = way.columns.length;
      entries += depth * 2 ** depth;
      turnCount += way.turns.reduce((sum, own) => sum + own.length, 0);
      if (entries > TABLE_BUDGET || turnCount > TURN_BUDGET) return undefined;
      ways.push(way);
    }
  }
  const compiled = compile(ways, entries, trees, targetOf);
  const { columnStart, turnStart, turns, targets, tableStart, table, values } = compiled;
  const taken = new Uint8Array(trees.column.length);
  return {
    base: ways.reduce((sum, way) => sum + way.shares.reduce((share, each) => share * each, trees.leaf[way.leaf]!), 0),
    explain(design, into) {
      for (let branch = 0; branch < taken.length; branch += 1) {
        taken[branch] = takesTrue(trees, branch, design[trees.column[branch]!]!) ? 1 : 0;
      }
      let sum = 0;
      for (let way = 0; way < values.length; way += 1) {
        const [first, end] = [columnStart[way]!, columnStart[way + 1]!];
        let pattern = 0;
        for (let at = first; at < end; at += 1) {
          let passes = 1;
          for (let turn = turnStart[at]!; turn < turnStart[at + 1]!; turn += 1) {
            const wanted = turns[turn]!;
            if (taken[wanted >> 1] !== (wanted & 1)) passes = 0;
          }
          pattern |= passes << (at - first);
        }
        const depth = end - first;
        if (pattern === (1 << depth) - 1) sum += values[way]!;
        const row = tableStart[way]! + pattern * depth;
        for (let at = 0; at < depth; at += 1) into[targets[first + at]!]! += table[row + at]!;
      }
      return sum;
    },
  };
}

/** Every way down one tree; a tree that is a single leaf has one without columns. */
function* waysOf(trees: ScoredTrees, shares: Float64Array, root: number): Generator<Way> {
  const open: { reference: number; way: Omit<Way, 'leaf'> }[] = [
    { reference: root, way: { columns: [], turns: [], shares: [] } },
  ];
  while (open.length > 0) {
    const { reference, way } = open.pop()!;
    if (isLeafRef(reference)) {
      yield { ...way, leaf: ~reference };
      continue;
    }
    for (const side of [0, 1]) {
      const child = (side === 1 ? trees.onTrue : trees.onFalse)[reference]!;
      const share = side === 1 ? shares[reference]! : 1 - shares[reference]!;
      open.push({ reference: child, way: turned(way, trees.column[reference]!, 2 * reference + side, share) });
    }
  }
}

function turned(
  { columns, turns, shares }: Omit<Way, 'leaf'>,
  column: number,
  turn: number,
  share: number,
): Omit<Way, 'leaf'> {
  const known = columns.indexOf(column);
  if (known === -1) return { columns: [...columns, column], turns: [...turns, [turn]], shares: [...shares, share] };
  return {
    columns,
    turns: turns.with(known, [...turns[known]!, turn]),
    shares: shares.with(known, shares[known]! * share),
  };
}

function compile(ways: readonly Way[], entries: number, trees: ScoredTrees, targetOf: Int32Array) {
  const columnStart = new Int32Array(ways.length + 1);
  const tableStart = new Int32Array(ways.length);
  const turnStart = [0];
  const turns: number[] = [];
  const targets: number[] = [];
  const table = new Float64Array(entries);
  let next = 0;
  for (const [at, way] of ways.entries()) {
    for (const [column, own] of way.turns.entries()) {
      turns.push(...own);
      turnStart.push(turns.length);
      targets.push(targetOf[way.columns[column]!]!);
    }
    columnStart[at + 1] = targets.length;
    tableStart[at] = next;
    next = fillTable(table, next, way.shares, trees.leaf[way.leaf]!);
  }
  return {
    columnStart,
    tableStart,
    table,
    turnStart: Int32Array.from(turnStart),
    turns: Int32Array.from(turns),
    targets: Int32Array.from(targets),
    values: Float64Array.from(ways, ({ leaf }) => trees.leaf[leaf]!),
  };
}

/** Shapley values of each column for each pattern of columns that let the record through. @returns where the table ends */
function fillTable(table: Float64Array, from: number, shares: readonly number[], value: number): number {
  const depth = shares.length;
  const weights = coalitionWeights(depth);
  const sums = new Float64Array(depth);
  let next = from;
  for (let pattern = 0; pattern < 2 ** depth; pattern += 1) {
    for (let own = 0; own < depth; own += 1) {
      // sums[k]: over the sets of k others, what is left of the leaf when only those are known.
      sums.fill(0);
      sums[0] = 1;
      let size = 0;
      for (let other = 0; other < depth; other += 1) {
        if (other === own) continue;
        const known = (pattern >> other) & 1;
        const share = shares[other]!;
        size += 1;
        for (let k = size; k > 0; k -= 1) sums[k] = sums[k]! * share + known * sums[k - 1]!;
        sums[0]! *= share;
      }
      let total = 0;
      for (let k = 0; k < depth; k += 1) total += sums[k]! * weights[k]!;
      table[next] = value * (((pattern >> own) & 1) - shares[own]!) * total;
      next += 1;
    }
  }
  return next;
}

/** `k! (n − 1 − k)! / n!`: how much a set of k others counts among n columns. */
function coalitionWeights(n: number): number[] {
  return Array.from({ length: n }, (_, k) => {
    let weight = 1 / n;
    for (let i = 1; i <= k; i += 1) weight *= i / (n - i);
    return weight;
  });
}
