import type { Columns } from '../../../supply/onnx/fitted-model.ts';
import { LearnerError } from '../errors.ts';
import type { GainRule, NodeSums, Split } from './split.ts';

/** `up`: the risk or delay never falls as the feature rises, everything else being equal. */
export type Direction = 'up' | 'down';

/** What the leaves below a node may be. */
export interface Bounds {
  lower: number;
  upper: number;
}

export const UNBOUNDED: Bounds = { lower: -Infinity, upper: Infinity };

/** Keeps trees monotone in some columns: divisions the wrong way gain nothing, and leaves stay within bounds. */
export interface Monotone {
  gain: GainRule;
  /** Says which node is divided next. */
  enter(bounds: Bounds): void;
  /** Bounds of the left and the right child. */
  divide(split: Split, bounds: Bounds): [Bounds, Bounds];
  leafOf(sums: NodeSums, bounds: Bounds): number;
}

/**
 * Monotone constraints by bounds: where a constrained column divides, the middle of both outputs bounds everything on
 * either side (the "basic" method of LightGBM and XGBoost). A sum of monotone trees is monotone. Missing values have no
 * place in an order and go where they like. Throws `bad_parameter` naming a feature that is no number column.
 */
export function createMonotone(directions: Record<string, Direction>, columns: Columns, l2: number): Monotone {
  const signs = new Int8Array(columns.numbers.length);
  for (const [name, direction] of Object.entries(directions)) {
    const column = columns.numbers.findIndex((one) => one.name === name);
    if (column < 0) throw unknownFeature(name, columns);
    signs[column] = direction === 'up' ? 1 : -1;
  }
  let current = UNBOUNDED;
  const outputOf = (g: number, h: number, { lower, upper }: Bounds): number =>
    Math.min(upper, Math.max(lower, -g / Math.max(h + l2, 1e-12)));
  /** What a side gains by an output that bounds may have moved off its best. */
  const worth = (g: number, h: number, output: number): number => -(2 * g + (h + l2) * output) * output;
  const signOf = (split: Pick<Split, 'column'>): number =>
    split.column.kind === 'number' ? signs[split.column.design]! : 0;
  return {
    gain(column, g, h, otherG, otherH) {
      const [left, right] = [outputOf(g, h, current), outputOf(otherG, otherH, current)];
      if (signOf({ column }) * (right - left) < 0) return -Infinity;
      const [wholeG, wholeH] = [g + otherG, h + otherH];
      const whole = worth(wholeG, wholeH, outputOf(wholeG, wholeH, current));
      return worth(g, h, left) + worth(otherG, otherH, right) - whole;
    },
    enter: (bounds) => void (current = bounds),
    divide(split, bounds) {
      const sign = signOf(split);
      if (sign === 0) return [bounds, bounds];
      const { left, right } = split;
      const middle =
        (outputOf(left.gradient, left.hessian, bounds) + outputOf(right.gradient, right.hessian, bounds)) / 2;
      const [below, above] = [
        { ...bounds, upper: middle },
        { ...bounds, lower: middle },
      ];
      return sign > 0 ? [below, above] : [above, below];
    },
    leafOf: ({ gradient, hessian }, bounds) => outputOf(gradient, hessian, bounds),
  };
}

function unknownFeature(name: string, { numbers }: Columns): LearnerError {
  const field = `boosting.monotone.${name}`;
  const expected = `a number feature: ${numbers.map((column) => column.name).join(', ')}`;
  return new LearnerError('bad_parameter', `${field} names no number feature, expected ${expected}`, {
    field,
    expected,
  });
}
