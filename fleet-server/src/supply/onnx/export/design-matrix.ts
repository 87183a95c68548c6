import type { GraphPart } from './graph-part.ts';
import { VALUES } from './graph-part.ts';
import { floatTensor, int, int64Scalar, mlNode, node, strings } from './proto.ts';
import type { CategoryColumn, Columns } from '../fitted-model.ts';

/**
 * Joins prepared numbers (name of a float32 `[N, k]` value) with the indicators of every category column
 * to the design matrix float32 `[N, D]`. An unseen or empty category is a row of zeros.
 */
export function designMatrix(columns: Columns, numbers: GraphPart): GraphPart {
  const indicators = columns.categories.flatMap((column, index) =>
    column.levels.length > 0 ? [indicate(column, index)] : [],
  );
  const sets = columns.categories.flatMap((column, index) => setsOf(columns, column, index));
  const parts = [...(columns.numbers.length > 0 ? [numbers] : []), ...indicators, ...sets];
  const nodes = parts.flatMap((part) => part.nodes);
  const initializers = parts.flatMap((part) => part.initializers);
  if (parts.length === 1) return { nodes, initializers, output: parts[0]!.output };
  const names = parts.map((part) => part.output);
  return { nodes: [...nodes, node('Concat', names, ['design'], [int('axis', 1)])], initializers, output: 'design' };
}

/**
 * The sets of one category: its indicators times a matrix of zeros and ones, as at most one indicator is on. The
 * design matrix has them by category, because `Columns.sets` is ordered so.
 */
function setsOf(columns: Columns, { levels }: CategoryColumn, index: number): GraphPart[] {
  const own = (columns.sets ?? []).filter(({ category }) => category === index);
  if (own.length === 0) return [];
  const [members, output] = [`category_${index}_members`, `category_${index}_sets`];
  const matrix = new Float32Array(levels.length * own.length);
  own.forEach((set, at) => set.levels.forEach((level) => (matrix[level * own.length + at] = 1)));
  return [
    {
      nodes: [node('MatMul', [`category_${index}_levels`, members], [output])],
      initializers: [floatTensor(members, [levels.length, own.length], matrix)],
      output,
    },
  ];
}

/** Raw numbers, as trees see them. */
export function rawNumbers(): GraphPart {
  return { nodes: [], initializers: [], output: VALUES.numbers };
}

/** A scalar index lets Gather drop the column axis, so that the encoder answers `[N, levels]` without a Reshape. */
function indicate(column: CategoryColumn, index: number): GraphPart {
  const [position, value, output] = [`category_${index}_position`, `category_${index}`, `category_${index}_levels`];
  return {
    nodes: [
      node('Gather', [VALUES.categories, position], [value], [int('axis', 1)]),
      mlNode('OneHotEncoder', [value], [output], [strings('cats_strings', column.levels), int('zeros', 1)]),
    ],
    initializers: [int64Scalar(position, index)],
    output,
  };
}
