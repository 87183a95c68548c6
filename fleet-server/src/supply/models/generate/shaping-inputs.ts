import type { GraphProto } from '@plumbline/shared/onnx';

/** Where operators take a number of elements from a value: a negative one stops the run. */
const COUNTS: Record<string, readonly number[]> = {
  Reshape: [1],
  Expand: [1],
  Tile: [1],
  ConstantOfShape: [0],
  Range: [0, 1, 2],
  Resize: [2, 3],
  Upsample: [1],
  TopK: [1],
  OneHot: [1],
  Pad: [1],
};

/** These answer with the shape of what they read, whatever its values. */
const SHAPES = new Set(['Shape', 'Size']);

/** True when the values of an input, computed with or not, decide how large some tensor becomes. */
export function shapesByValue(input: string, graph: GraphProto): boolean {
  const derived = new Set([input]);
  for (const { opType = '', input: read, output } of graph.node) {
    const at = read.flatMap((name, place) => (derived.has(name) ? [place] : []));
    if (at.length === 0 || SHAPES.has(opType)) continue;
    if (at.some((place) => COUNTS[opType]?.includes(place))) return true;
    output.forEach((name) => derived.add(name));
  }
  return false;
}
