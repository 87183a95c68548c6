import { foldLeafOnlyTrees } from '../../../fleet-server/src/supply/onnx/export/tree-scores.ts';
import type { Tree, TreesModel } from '../../../fleet-server/src/supply/onnx/fitted-model.ts';

/**
 * A tree model as streams of like things, one number a place: kinds of nodes, columns, thresholds and leaves as places
 * in codebooks. With the old model at hand a codebook says which of the old values stay, and a tree is walked beside
 * its predecessor: a split that stayed costs one symbol, one that moved costs how far.
 */
export type Streams = Record<StreamName, number[]>;

type StreamName = 'kind' | 'feature' | 'threshold' | 'moved' | 'missing' | 'leaf' | 'leafMoved' | 'kept' | 'fresh';

const LEAF = 0;
const SPLIT = 1;
const SAME_SPLIT = 2;
const MOVED_SPLIT = 3;
const LEAF_BESIDE_LEAF = 4;

function emptyStreams(): Streams {
  return {
    kind: [],
    feature: [],
    threshold: [],
    moved: [],
    missing: [],
    leaf: [],
    leafMoved: [],
    kept: [],
    fresh: [],
  };
}

/** The model as its graph holds it: a tree without a split is part of the base there, in double precision. */
export function asInGraph(model: TreesModel): TreesModel {
  return { ...model, ...foldLeafOnlyTrees(model) };
}

/** Both models as `asInGraph` gives them. */
export function writeTrees(model: TreesModel, last?: TreesModel): Streams {
  const streams = emptyStreams();
  const books = booksOf(model);
  const old = last && booksOf(last);
  books.thresholds.forEach((book, feature) => writeBook(streams, book, old?.thresholds[feature] ?? []));
  writeBook(streams, books.leaves, old?.leaves ?? []);
  model.trees.forEach((tree, index) => writeTree(streams, tree, books, last?.trees[index]));
  return streams;
}

/** Undoes `writeTrees`; leaves come back as float32, which is all that a graph holds of them. */
export function readTrees(
  { columns, base, link, count, width }: Frame,
  streams: Streams,
  last?: TreesModel,
): TreesModel {
  const next = reader(streams);
  const old = last && booksOf(last);
  const thresholds = Array.from({ length: width }, (_, feature) => readBook(next, old?.thresholds[feature] ?? []));
  const books = { thresholds, leaves: readBook(next, old?.leaves ?? []) };
  const trees = Array.from({ length: count }, (_, index) => readTree(next, books, last?.trees[index]));
  return { kind: 'trees', columns, base, ...(link && { link }), trees };
}

/** What is not in the trees. */
export interface Frame extends Pick<TreesModel, 'columns' | 'base' | 'link'> {
  count: number;
  width: number;
}

export function frameOf({ columns, base, link, trees }: TreesModel): Frame {
  const width = columns.categories.reduce((sum, { levels }) => sum + levels.length, columns.numbers.length);
  return { columns, base, ...(link && { link }), count: trees.length, width };
}

interface Books {
  /** Sorted distinct thresholds of each design column. */
  thresholds: number[][];
  leaves: number[];
}

function booksOf(model: TreesModel): Books {
  const thresholds = Array.from({ length: frameOf(model).width }, () => new Set<number>());
  const leaves = new Set<number>();
  for (const { feature, threshold, value } of model.trees) {
    feature.forEach((column, node) => {
      if (column < 0) leaves.add(Math.fround(value[node]!));
      else thresholds[column]!.add(threshold[node]!);
    });
  }
  return { thresholds: thresholds.map(sorted), leaves: sorted(leaves) };
}

function sorted(values: Set<number>): number[] {
  return [...values].toSorted((a, b) => a - b);
}

function writeBook(streams: Streams, book: number[], old: number[]): void {
  const wanted = new Set(book);
  const known = new Set(old);
  for (const value of old) streams.kept.push(wanted.has(value) ? 1 : 0);
  const fresh = book.filter((value) => !known.has(value));
  streams.fresh.push(fresh.length, ...fresh.map(bitsOf));
}

type Reader = (name: StreamName) => number;

function reader(streams: Streams): Reader {
  const at: Partial<Record<StreamName, number>> = {};
  return (name) => {
    const place = at[name] ?? 0;
    at[name] = place + 1;
    return streams[name][place]!;
  };
}

function readBook(next: Reader, old: number[]): number[] {
  const kept = old.filter(() => next('kept') === 1);
  const fresh = Array.from({ length: next('fresh') }, () => floatOf(next('fresh')));
  return [...kept, ...fresh].toSorted((a, b) => a - b);
}

function writeTree(streams: Streams, tree: Tree, books: Books, old: Tree | undefined): void {
  const walk = (node: number, beside: number | undefined): void => {
    const feature = tree.feature[node]!;
    const oldFeature = beside === undefined ? undefined : old!.feature[beside];
    if (feature < 0) {
      const place = placeOf(books.leaves, Math.fround(tree.value[node]!));
      streams.kind.push(oldFeature === -1 ? LEAF_BESIDE_LEAF : LEAF);
      if (oldFeature === -1) streams.leafMoved.push(zigzag(place - placeOf(books.leaves, oldLeaf(old!, beside!))));
      else streams.leaf.push(place);
      return;
    }
    const book = books.thresholds[feature]!;
    const [threshold, missing] = [tree.threshold[node]!, tree.missingLeft[node]!];
    const stays = oldFeature === feature;
    const same = stays && old!.threshold[beside!] === threshold && old!.missingLeft[beside!] === missing;
    streams.kind.push(same ? SAME_SPLIT : stays ? MOVED_SPLIT : SPLIT);
    if (!same) {
      const place = placeOf(book, threshold);
      if (stays) streams.moved.push(zigzag(place - placeOf(book, old!.threshold[beside!]!)));
      else {
        streams.feature.push(feature);
        streams.threshold.push(place);
      }
      streams.missing.push(missing);
    }
    walk(tree.left[node]!, stays ? old!.left[beside!] : undefined);
    walk(tree.right[node]!, stays ? old!.right[beside!] : undefined);
  };
  walk(0, old === undefined ? undefined : 0);
}

function readTree(next: Reader, books: Books, old: Tree | undefined): Tree {
  const nodes: { feature: number; threshold: number; left: number; right: number; missing: number; value: number }[] =
    [];
  const walk = (beside: number | undefined): number => {
    const node = { feature: -1, threshold: 0, left: 0, right: 0, missing: 0, value: 0 };
    const id = nodes.push(node) - 1;
    const kind = next('kind');
    if (kind === LEAF) node.value = books.leaves[next('leaf')]!;
    else if (kind === LEAF_BESIDE_LEAF) {
      const from = placeOf(books.leaves, oldLeaf(old!, beside!));
      node.value = books.leaves[from + unzigzag(next('leafMoved'))]!;
    } else {
      const stays = kind !== SPLIT;
      node.feature = stays ? old!.feature[beside!]! : next('feature');
      const book = books.thresholds[node.feature]!;
      if (kind === SAME_SPLIT) node.threshold = old!.threshold[beside!]!;
      else if (kind === SPLIT) node.threshold = book[next('threshold')]!;
      else node.threshold = book[placeOf(book, old!.threshold[beside!]!) + unzigzag(next('moved'))]!;
      node.missing = kind === SAME_SPLIT ? old!.missingLeft[beside!]! : next('missing');
      node.left = walk(stays ? old!.left[beside!] : undefined);
      node.right = walk(stays ? old!.right[beside!] : undefined);
    }
    return id;
  };
  walk(old === undefined ? undefined : 0);
  return {
    feature: Int32Array.from(nodes, (node) => node.feature),
    threshold: Float64Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    missingLeft: Uint8Array.from(nodes, (node) => node.missing),
    value: Float64Array.from(nodes, (node) => node.value),
  };
}

function oldLeaf(old: Tree, node: number): number {
  return Math.fround(old.value[node]!);
}

/** How many values of the book are smaller: the place of a value in it, or where it would stand. */
function placeOf(book: number[], value: number): number {
  let [low, high] = [0, book.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (book[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2);

function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}
