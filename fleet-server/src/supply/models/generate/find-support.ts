import type { GraphProto } from '@plumbline/shared/onnx';
import { carryOn, concatenate, isCarried } from './carry.ts';
import type { Constant } from './constants.ts';
import { consume } from './consume.ts';
import type { InputShape } from './dimensions.ts';
import type { ColumnSupport, Lane, Tap } from './support.ts';
import { createColumn } from './support.ts';

/** Names of graph values that never carry columns on, whatever reads them. */
const NONE = '';

/**
 * Follows every input from node to node, in the order of the graph, as far as its columns can be told apart, and notes
 * what its readers tell of each. One support a column for inputs of rank 2, one for the whole of any other.
 */
export function findSupport(
  shapes: readonly InputShape[],
  graph: GraphProto,
  constants: Map<string, Constant>,
): Map<string, ColumnSupport[]> {
  const supports = new Map<string, ColumnSupport[]>();
  const taps = new Map<string, Tap>();
  for (const { view, sizes } of shapes) {
    const shared = sizes.length !== 2;
    const columns = Array.from({ length: shared ? 1 : sizes[1]! }, createColumn);
    supports.set(view.name, columns);
    taps.set(view.name, { shared, lanes: columns.map(plainLane) });
  }
  for (const node of graph.node) {
    const its = node.input.map((name) => (name === NONE ? undefined : taps.get(name)));
    if (its.every((tap) => tap === undefined)) continue;
    const constant = (at: number): Constant | undefined => constants.get(node.input[at] ?? NONE);
    if (node.opType === 'Concat' || node.opType === 'FeatureVectorizer') {
      const joined = concatenate(node, its, constant);
      if (joined !== undefined) taps.set(node.output[0] ?? NONE, joined);
      continue;
    }
    its.forEach((tap, at) => {
      if (tap === undefined) return;
      const visit = { node, tap, at, constant };
      const carried = isCarried(node.opType ?? '') ? carryOn(visit) : [];
      carried.forEach((one, output) => one && taps.set(node.output[output] ?? NONE, one));
      consume(
        visit,
        carried.some((one) => one !== undefined),
      );
    });
  }
  return supports;
}

function plainLane(column: ColumnSupport): Lane {
  return { column, gain: 1, shift: 0, filled: false };
}
