import { ML_DOMAIN, attributeOf, isOperator, type ModelProto, type NodeProto } from '@plumbline/shared/onnx';
import { nodesOf } from '../graph/walk.ts';

/** Depth is the longest way from a root to a leaf, in splits; null where the file contradicts itself. */
export interface TreeShape {
  trees: number;
  nodes: number;
  depth: number | null;
}

/** All tree ensembles of a model together; undefined without one. Only for a description: nothing is refused here. */
export function treeShape(model: ModelProto): TreeShape | undefined {
  let shape: TreeShape | undefined;
  for (const { node } of nodesOf(model)) {
    const one = shapeOf(node);
    if (one === undefined) continue;
    shape = {
      trees: (shape?.trees ?? 0) + one.trees,
      nodes: (shape?.nodes ?? 0) + one.nodes,
      depth: one.depth === null || shape?.depth === null ? null : Math.max(shape?.depth ?? 0, one.depth),
    };
  }
  return shape;
}

function shapeOf(node: NodeProto): TreeShape | undefined {
  if (isOperator(node, ML_DOMAIN, 'TreeEnsemble')) return shapeOfV5(node);
  const isV3 = ['TreeEnsembleClassifier', 'TreeEnsembleRegressor'].some((name) => isOperator(node, ML_DOMAIN, name));
  return isV3 ? shapeOfV3(node) : undefined;
}

/** The two children of every node by place, NONE for a leaf; a place that does not exist makes the depth unreadable. */
interface Children {
  left: Int32Array;
  right: Int32Array;
}

const NONE = -1;
const NOWHERE = 2 ** 31 - 1;

/** Nodes are named by (tree, node); a leaf says so in its mode. */
function shapeOfV3(node: NodeProto): TreeShape {
  const [trees, ids] = [numbers(node, 'nodes_treeids'), numbers(node, 'nodes_nodeids')];
  const [left, right] = [numbers(node, 'nodes_truenodeids'), numbers(node, 'nodes_falsenodeids')];
  const modes = attributeOf(node, 'nodes_modes')?.strings ?? [];
  const places = placesOf(trees, ids);
  const children: Children = { left: new Int32Array(ids.length), right: new Int32Array(ids.length) };
  for (let at = 0; at < ids.length; at += 1) {
    const ofTree = isLeaf(modes[at]) ? undefined : places.get(trees[at] ?? NONE);
    children.left[at] = ofTree === undefined ? NONE : (ofTree.get(left[at] ?? NONE) ?? NOWHERE);
    children.right[at] = ofTree === undefined ? NONE : (ofTree.get(right[at] ?? NONE) ?? NOWHERE);
  }
  return { trees: places.size, nodes: ids.length, depth: depthOf(children, rootsOf(children)) };
}

/** Splits and leaves are numbered apart; leaves may be shared. */
function shapeOfV5(node: NodeProto): TreeShape {
  const roots = [...new Set(numbers(node, 'tree_roots'))];
  const leaves = attributeOf(node, 'leaf_targetids')?.ints?.length ?? 0;
  const left = splitsAmong(numbers(node, 'nodes_truenodeids'), numbers(node, 'nodes_trueleafs'));
  const right = splitsAmong(numbers(node, 'nodes_falsenodeids'), numbers(node, 'nodes_falseleafs'));
  const depth = left.length === right.length ? depthOf({ left, right }, roots) : null;
  // The last split of a way still leads to a leaf.
  return { trees: roots.length, nodes: left.length + leaves, depth: depth === null ? null : depth + 1 };
}

function splitsAmong(children: Int32Array, leafs: Int32Array): Int32Array {
  return children.map((child, at) => (leafs[at] === 1 ? NONE : child < 0 ? NOWHERE : child));
}

function placesOf(trees: Int32Array, ids: Int32Array): Map<number, Map<number, number>> {
  const places = new Map<number, Map<number, number>>();
  for (let at = 0; at < ids.length; at += 1) {
    const tree = trees[at] ?? NONE;
    let ofTree = places.get(tree);
    if (ofTree === undefined) places.set(tree, (ofTree = new Map()));
    ofTree.set(ids[at]!, at);
  }
  return places;
}

/** Integers of an attribute by their low 32 bits: what does not fit is no index of a node anyhow. */
function numbers(node: NodeProto, name: string): Int32Array {
  const values = attributeOf(node, name)?.ints ?? new BigInt64Array();
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  return Int32Array.from({ length: values.length }, (_, at) => words[2 * at]!);
}

const LEAF = new TextEncoder().encode('LEAF');

function isLeaf(mode: Uint8Array | undefined): boolean {
  return mode === undefined || (mode.length === LEAF.length && LEAF.every((byte, at) => mode[at] === byte));
}

function rootsOf({ left, right }: Children): number[] {
  const isChild = new Uint8Array(left.length);
  for (const side of [left, right]) for (const at of side) if (at >= 0) isChild[at] = 1;
  return Array.from(isChild.keys()).filter((at) => isChild[at] === 0);
}

/** Level by level; a node that is met twice, or that is not there, is no tree. */
function depthOf({ left, right }: Children, roots: readonly number[]): number | null {
  const seen = new Uint8Array(left.length);
  let level: readonly number[] = roots;
  let depth = -1;
  for (; level.length > 0; depth += 1) {
    const next: number[] = [];
    for (const at of level) {
      if (seen[at] !== 0) return null;
      seen[at] = 1;
      if (left[at] !== NONE) next.push(left[at]!);
      if (right[at] !== NONE) next.push(right[at]!);
    }
    level = next;
  }
  return depth < 0 ? null : depth;
}
