import {
  DEFAULT_DOMAIN,
  ML_DOMAIN,
  attributeOf,
  domainOf,
  isOperator,
  type Constant,
  type NodeProto,
} from '@plumbline/shared/onnx';

/** `y = x × factor + shift` for each feature, in double; lists of one element stand for all features. */
export interface Affine {
  factors: readonly number[];
  shifts: readonly number[];
}

/** An affine function that one node computes, and the value it reads. */
export interface AffineStep extends Affine {
  input: string;
}

export const UNCHANGED: Affine = { factors: [1], shifts: [0] };

/** What a Scaler, or an Add, Sub, Mul or Div with a constant row, does; undefined for anything else. */
export function stepOf(node: NodeProto, constantOf: (name: string) => Constant | undefined): AffineStep | undefined {
  const step = isOperator(node, ML_DOMAIN, 'Scaler') ? scalerStep(node) : arithmeticStep(node, constantOf);
  return step !== undefined && [...step.factors, ...step.shifts].every(Number.isFinite) ? step : undefined;
}

/** `second` after `first`. */
export function compose(second: Affine, first: Affine): Affine {
  const width = Math.max(first.factors.length, first.shifts.length, second.factors.length, second.shifts.length);
  const features = Array.from({ length: width }, (_, index) => index);
  return {
    factors: features.map((index) => at(second.factors, index) * at(first.factors, index)),
    shifts: features.map((index) => at(second.factors, index) * at(first.shifts, index) + at(second.shifts, index)),
  };
}

/** The value of one feature. */
export function at(list: readonly number[], feature: number): number {
  return list.length === 1 ? list[0]! : (list[feature] ?? Number.NaN);
}

function scalerStep(node: NodeProto): AffineStep {
  const offset = Array.from(attributeOf(node, 'offset')?.floats ?? [0]);
  const scale = Array.from(attributeOf(node, 'scale')?.floats ?? [1]);
  const minus = { factors: [1], shifts: offset.map((each) => -each) };
  return { input: node.input[0] ?? '', ...compose({ factors: scale, shifts: [0] }, minus) };
}

function arithmeticStep(node: NodeProto, constantOf: (name: string) => Constant | undefined): AffineStep | undefined {
  const [left = '', right = ''] = node.input;
  if (domainOf(node) !== DEFAULT_DOMAIN) return undefined;
  const onRight = rowOf(constantOf(right));
  const row = onRight ?? rowOf(constantOf(left));
  if (row === undefined) return undefined;
  const input = onRight === undefined ? right : left;
  switch (node.opType) {
    case 'Add':
      return { input, factors: [1], shifts: row };
    case 'Mul':
      return { input, factors: row, shifts: [0] };
    case 'Sub':
      if (onRight === undefined) return { input, factors: [-1], shifts: row };
      return { input, factors: [1], shifts: row.map((each) => -each) };
    case 'Div':
      return onRight === undefined ? undefined : { input, factors: row.map((each) => 1 / each), shifts: [0] };
    default:
      return undefined;
  }
}

/** One value for each feature, or one for all; float32 only, as the arithmetic takes its type from it. */
function rowOf(constant: Constant | undefined): number[] | undefined {
  if (constant?.dtype !== 'float32' || constant.dims.length > 2) return undefined;
  const rows = constant.dims.length === 2 ? constant.dims[0] : 1;
  return rows === 1 && constant.values.length > 0 ? Array.from(constant.values) : undefined;
}
