import {
  MODE,
  MODE_NAMES,
  dtypeNumber,
  isLeafRef,
  leafOf,
  type AttributeProto,
  type Ensemble,
  type NodeProto,
  type TreeOperator,
} from '@plumbline/shared/onnx';
import { compareNumbers } from './write-v5.ts';
import { floats, int, ints, mlNode, string, strings, tensor } from '../export/proto.ts';

/** Why version 3 cannot say what the operator says, or undefined. */
export function refusesV3(operator: TreeOperator): string | undefined {
  const { ensemble, kind } = operator;
  if (ensemble.mode.includes(MODE.member)) return 'it asks whether a value is in a set, which version 3 cannot';
  if (ensemble.double && kind === 'ensemble') return 'its scores are float64, which version 3 cannot give';
  return undefined;
}

/**
 * TreeEnsembleClassifier or TreeEnsembleRegressor with the labels, base values and post-transform of the operator.
 * @param doubles numbers may stand in tensors of float64, which version 3 brought
 */
export function writeV3(operator: TreeOperator, input: string[], output: string[], doubles: boolean): NodeProto {
  const { ensemble, kind, labels, base } = operator;
  const rows = rowsOf(operator);
  const classifier = kind === 'classifier';
  const prefix = classifier ? 'class' : 'target';
  const entries = rows.flatMap((row) =>
    row.weights.map((weight, at) => ({ tree: row.tree, node: row.node, target: row.targets[at]!, weight })),
  );
  const numbers = (name: string, values: number[]) => numbersOf(name, values, ensemble.double && doubles);
  const branches = rows.filter((row) => row.mode >= 0);
  return mlNode(classifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor', input, output, [
    ...(classifier ? [] : [int('n_targets', ensemble.targets), string('aggregate_function', ensemble.aggregate)]),
    string('post_transform', operator.postTransform),
    ...(base.length > 0 ? [numbers('base_values', [...base])] : []),
    ...(labels === undefined ? [] : [labelsOf(labels)]),
    longs('nodes_treeids', rows, (row) => row.tree),
    longs('nodes_nodeids', rows, (row) => row.node),
    longs('nodes_featureids', rows, (row) => row.feature),
    numbers(
      'nodes_values',
      rows.map((row) => row.split),
    ),
    strings(
      'nodes_modes',
      rows.map((row) => (row.mode < 0 ? 'LEAF' : MODE_NAMES[row.mode]!)),
    ),
    longs('nodes_truenodeids', rows, (row) => row.onTrue),
    longs('nodes_falsenodeids', rows, (row) => row.onFalse),
    ...(branches.some((row) => row.missingTrue === 1)
      ? [longs('nodes_missing_value_tracks_true', rows, (row) => row.missingTrue)]
      : []),
    longs(`${prefix}_treeids`, entries, (entry) => entry.tree),
    longs(`${prefix}_nodeids`, entries, (entry) => entry.node),
    longs(`${prefix}_ids`, entries, (entry) => entry.target),
    numbers(
      `${prefix}_weights`,
      entries.map((entry) => entry.weight),
    ),
  ]);
}

interface Row {
  tree: number;
  node: number;
  /** -1 for a leaf. */
  mode: number;
  feature: number;
  split: number;
  onTrue: number;
  onFalse: number;
  missingTrue: number;
  targets: number[];
  weights: number[];
}

/** A branch, or one use of a leaf: version 3 shares nothing. */
interface Place {
  branch: number;
  leaf: number;
  onTrue: number;
  onFalse: number;
}

function firstWeight({ leaves }: Ensemble, leaf: number): number {
  return leaf < 0 ? 0 : (leaves.weight[leaves.start[leaf]!] ?? 0);
}

/** Each tree's root first, as the runtime expects it; then what compresses well: like beside like, leaves last. */
function rowsOf({ ensemble }: TreeOperator): Row[] {
  return [...ensemble.roots].flatMap((root, tree) => {
    const places: Place[] = [];
    const add = (reference: number) => {
      const leaf = isLeafRef(reference);
      return places.push({ branch: leaf ? -1 : reference, leaf: leaf ? ~reference : -1, onTrue: 0, onFalse: 0 }) - 1;
    };
    add(root);
    // Grows while it is walked, until every branch has its children.
    for (const place of places) {
      if (place.branch < 0) continue;
      place.onTrue = add(ensemble.onTrue[place.branch]!);
      place.onFalse = add(ensemble.onFalse[place.branch]!);
    }
    const order = [...places.keys()];
    const kind = ({ branch, onTrue, onFalse }: Place) =>
      branch < 0 ? 4 : (places[onTrue]!.branch < 0 ? 2 : 0) + (places[onFalse]!.branch < 0 ? 1 : 0);
    order.sort((i, j) => {
      const [a, b] = [places[i]!, places[j]!];
      return (
        Number(j === 0) - Number(i === 0) ||
        kind(a) - kind(b) ||
        (ensemble.feature[a.branch] ?? 0) - (ensemble.feature[b.branch] ?? 0) ||
        compareNumbers(ensemble.split[a.branch] ?? 0, ensemble.split[b.branch] ?? 0) ||
        compareNumbers(firstWeight(ensemble, a.leaf), firstWeight(ensemble, b.leaf)) ||
        i - j
      );
    });
    const nodeOf = new Int32Array(order.length);
    for (const [node, at] of order.entries()) nodeOf[at] = node;
    return order.map((at, node): Row => {
      const { branch, leaf, onTrue, onFalse } = places[at]!;
      const weights = leaf < 0 ? { targets: [], weights: [] } : leafOf(ensemble.leaves, leaf);
      if (branch < 0)
        return { tree, node, mode: -1, feature: 0, split: 0, onTrue: 0, onFalse: 0, missingTrue: 0, ...weights };
      return {
        tree,
        node,
        mode: ensemble.mode[branch]!,
        feature: ensemble.feature[branch]!,
        split: ensemble.split[branch]!,
        onTrue: nodeOf[onTrue]!,
        onFalse: nodeOf[onFalse]!,
        missingTrue: ensemble.missingTrue[branch]!,
        ...weights,
      };
    });
  });
}

function labelsOf(labels: NonNullable<TreeOperator['labels']>): AttributeProto {
  if ('ints' in labels) return ints('classlabels_int64s', labels.ints);
  return { ...strings('classlabels_strings', []), strings: labels.strings };
}

function longs<T>(name: string, rows: T[], pick: (row: T) => number): AttributeProto {
  return ints(
    name,
    BigInt64Array.from(rows, (row) => BigInt(pick(row))),
  );
}

function numbersOf(name: string, values: number[], double: boolean): AttributeProto {
  if (!double || values.every((value) => Object.is(Math.fround(value), value) || Number.isNaN(value))) {
    return floats(name, Float32Array.from(values));
  }
  const wide = Float64Array.from(values);
  const dims = BigInt64Array.of(BigInt(wide.length));
  const rawData = new Uint8Array(wide.buffer);
  return tensor(`${name}_as_tensor`, { name: '', dataType: dtypeNumber('float64'), dims, rawData });
}
