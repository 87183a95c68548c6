import type { Tree } from '../../../supply/onnx/fitted-model.ts';
import type { Split } from './split.ts';
import { goesLeft } from './split.ts';

export interface TreeBuilder {
  addNode(): number;
  setSplit(node: number, split: Split, left: number, right: number): void;
  setLeaf(node: number, value: number): void;
  finish(): BinnedTree;
}

/** A tree cut to its nodes, and the split of each of them; undefined at a leaf. Binned rows are routed by these. */
export interface BinnedTree {
  tree: Tree;
  splits: (Split | undefined)[];
}

/** The value of the leaf that a binned row comes to. */
export function routeBinned({ tree, splits }: BinnedTree, row: number): number {
  let node = 0;
  for (let split = splits[0]; split !== undefined; split = splits[node]) {
    node = goesLeft(split, split.column.bins[row]!) ? tree.left[node]! : tree.right[node]!;
  }
  return tree.value[node]!;
}

/** Collects nodes of a tree of at most `leaves` leaves; an indicator is split at 0.5, level set = right. */
export function createTreeBuilder(leaves: number): TreeBuilder {
  const most = 2 * leaves - 1;
  const feature = new Int32Array(most).fill(-1);
  const threshold = new Float64Array(most);
  const left = new Int32Array(most);
  const right = new Int32Array(most);
  const missingLeft = new Uint8Array(most);
  const value = new Float64Array(most);
  const splits: (Split | undefined)[] = [];
  return {
    addNode: () => splits.push(undefined) - 1,
    setSplit(node, split, leftNode, rightNode) {
      splits[node] = split;
      feature[node] = split.design;
      threshold[node] = split.column.kind === 'category' ? 0.5 : split.column.thresholds[split.border]!;
      left[node] = leftNode;
      right[node] = rightNode;
      missingLeft[node] = split.missingLeft ? 1 : 0;
    },
    setLeaf(node, score) {
      value[node] = score;
    },
    finish() {
      const nodes = splits.length;
      const tree = {
        feature: feature.slice(0, nodes),
        threshold: threshold.slice(0, nodes),
        left: left.slice(0, nodes),
        right: right.slice(0, nodes),
        missingLeft: missingLeft.slice(0, nodes),
        value: value.slice(0, nodes),
      };
      return { tree, splits };
    },
  };
}
