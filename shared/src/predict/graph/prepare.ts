import { attributeOf, attributeReader, dtypeName, isOperator, ML_DOMAIN, type NodeProto } from '../../onnx/index.ts';
import { type Column, type Step } from './columns.ts';
import { NotUnderstood, rowOf, type Value, type Walk } from './walk.ts';

type Columns = Extract<Value, { kind: 'columns' }>;

/**
 * Pre-processing that looks at each value on its own, as our exporters and skl2onnx write it: what an operator makes of
 * columns. @returns undefined for operators that are none
 */
export function prepare(node: NodeProto, walk: Walk): Value | undefined {
  const columns = () => columnsAt(node, walk, 0);
  if (isOperator(node, ML_DOMAIN, node.opType ?? '')) {
    switch (node.opType) {
      case 'Imputer':
        return each(columns(), imputer(node, columns()));
      case 'Scaler':
        return each(columns(), scaler(node, columns()), 'float32');
      case 'OneHotEncoder':
        return oneHot(node, columns());
      case 'LabelEncoder':
        return labels(node, columns());
      case 'ArrayFeatureExtractor':
        return pick(columns(), walk.integersOf(node.input[1] ?? ''));
      case 'FeatureVectorizer':
        return concat(node.input.map((_, at) => each(columnsAt(node, walk, at), () => [{ op: 'round' }], 'float32')));
      default:
        return undefined;
    }
  }
  switch (node.opType) {
    case 'Cast':
      return cast(node, columns());
    case 'Gather': {
      const value = columns();
      if ((attributeOf(node, 'axis')?.i ?? 0n) !== 1n || value.dims.length !== 1)
        throw new NotUnderstood('gathers rows');
      const indices = walk.integersOf(node.input[1] ?? '');
      const picked = pick(value, indices);
      return isScalar(node.input[1] ?? '', walk) ? { ...picked, dims: [] } : picked;
    }
    case 'Concat': {
      const axis = attributeOf(node, 'axis')?.i;
      if (axis !== 1n && axis !== -1n) throw new NotUnderstood('joins rows');
      return concat(node.input.map((_, at) => columnsAt(node, walk, at)));
    }
    case 'MatMul':
      return members(node, walk);
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return arithmetic(node, walk);
    default:
      return undefined;
  }
}

function columnsAt(node: NodeProto, walk: Walk, at: number): Columns {
  const value = walk.valueOf(node.input[at] ?? '');
  if (value.kind !== 'columns') throw new NotUnderstood(`puts scores into ${node.opType}`);
  return value;
}

/** One step more for each column. */
function each(value: Columns, stepsFor: (at: number) => Step[], dtype = value.dtype): Columns {
  const columns = value.columns.map((column, at) => ({ ...column, steps: [...column.steps, ...stepsFor(at)] }));
  return { ...value, columns, dtype };
}

/** A list of one number, or one for each column of the last dimension. */
function listed(list: readonly number[], value: Columns): (at: number) => number {
  const width = value.dims.at(-1) ?? 1;
  if (list.length !== 1 && list.length !== width)
    throw new NotUnderstood('has a number of values that is not its width');
  return (at) => list[list.length === 1 ? 0 : at % width]!;
}

function imputer(node: NodeProto, value: Columns): (at: number) => Step[] {
  const read = attributeReader(node, node.name ?? '');
  const floats = Array.from(attributeOf(node, 'imputed_value_floats')?.floats ?? []);
  const isFloat = floats.length > 0;
  const by = listed(isFloat ? floats : Array.from(read.ints('imputed_value_int64s'), Number), value);
  const when = isFloat ? (attributeOf(node, 'replaced_value_float')?.f ?? 0) : read.int('replaced_value_int64', 0);
  return (at) => [{ op: 'impute', when, by: by(at) }];
}

function scaler(node: NodeProto, value: Columns): (at: number) => Step[] {
  const offset = listed(Array.from(attributeOf(node, 'offset')?.floats ?? [0]), value);
  const factor = listed(Array.from(attributeOf(node, 'scale')?.floats ?? [1]), value);
  // The runtime computes with the type it is given and rounds once at the end; only float32 is sure to be the same.
  if (value.dtype !== 'float32') throw new NotUnderstood(`scales ${value.dtype}`);
  return (at) => [{ op: 'scale', offset: offset(at), factor: factor(at) }];
}

function oneHot(node: NodeProto, value: Columns): Columns {
  const read = attributeReader(node, node.name ?? '');
  const texts = read.strings('cats_strings').map((bytes) => new TextDecoder().decode(bytes));
  const numbers = Array.from(read.ints('cats_int64s'), Number);
  const wanted = texts.length > 0 ? value.dtype === 'string' : value.dtype === 'int64' || value.dtype === 'int32';
  if (!wanted) throw new NotUnderstood(`encodes ${value.dtype}`);
  const categories: (string | number)[] = texts.length > 0 ? texts : numbers;
  const columns = value.columns.flatMap((column) =>
    categories.map((category): Column => ({ ...column, steps: [...column.steps, { op: 'is', value: category }] })),
  );
  return { kind: 'columns', columns, dims: [...value.dims, categories.length], dtype: 'float32' };
}

function labels(node: NodeProto, value: Columns): Columns {
  const read = attributeReader(node, node.name ?? '');
  const texts = read.strings('keys_strings').map((bytes) => new TextDecoder().decode(bytes));
  const floats = Array.from(attributeOf(node, 'values_floats')?.floats ?? []);
  const integers = Array.from(read.ints('values_int64s'), Number);
  const values = floats.length > 0 ? floats : integers;
  if (texts.length === 0 || texts.length !== values.length || value.dtype !== 'string') {
    throw new NotUnderstood('encodes labels by other means than text to number');
  }
  const otherwise = floats.length > 0 ? (attributeOf(node, 'default_float')?.f ?? 0) : read.int('default_int64', -1);
  const table = new Map<string | number, number>(texts.map((text, at) => [text, values[at]!]));
  return each(value, () => [{ op: 'look up', table, otherwise }], floats.length > 0 ? 'float32' : 'int64');
}

function pick(value: Columns, indices: number[] | undefined): Columns {
  if (indices === undefined || value.dims.length !== 1) throw new NotUnderstood('picks columns by what is no constant');
  const columns = indices.map((index) => value.columns[index < 0 ? index + value.columns.length : index]);
  if (columns.includes(undefined)) throw new NotUnderstood('picks a column that is not there');
  return { ...value, columns: columns as Column[], dims: [columns.length] };
}

/** Whether the constant has no dimensions: a Gather by it drops the axis. */
function isScalar(name: string, walk: Walk): boolean {
  return walk.rankOf(name) === 0;
}

function concat(parts: Columns[]): Columns {
  const [first] = parts;
  if (first === undefined || parts.some(({ dims, dtype }) => dims.length !== 1 || dtype !== first.dtype)) {
    throw new NotUnderstood('joins values of different kinds');
  }
  const columns = parts.flatMap((part) => part.columns);
  return { ...first, columns, dims: [columns.length] };
}

function cast(node: NodeProto, value: Columns): Columns {
  const to = dtypeName(Number(attributeOf(node, 'to')?.i ?? 0n));
  if (to === value.dtype) return value;
  if (value.dtype === 'string' || (to !== 'float32' && to !== 'float64')) throw new NotUnderstood(`casts to ${to}`);
  return each(value, () => (to === 'float32' ? [{ op: 'round' }] : []), to);
}

/**
 * Indicators of one value times a matrix of zeros and ones: columns that are on for sets of what the value may be.
 * @returns undefined for any other multiplication, which makes scores
 */
function members(node: NodeProto, walk: Walk): Value | undefined {
  const matrix = walk.constantOf(node.input[1] ?? '');
  const value = walk.constantOf(node.input[0] ?? '') === undefined ? walk.valueOf(node.input[0] ?? '') : undefined;
  if (value?.kind !== 'columns' || matrix?.dims.length !== 2 || value.dims.length !== 1) return undefined;
  const [rows = 0, width = 0] = matrix.dims;
  const [first] = value.columns;
  const named = value.columns.map(({ steps }) => (steps.length === 1 && steps[0]?.op === 'is' ? steps[0].value : null));
  const ofOne = value.columns.every(({ input, at }) => input === first?.input && at === first.at);
  const apart = !named.includes(null) && new Set(named).size === rows;
  if (first === undefined || !ofOne || !apart || rows !== named.length) return undefined;
  if (!matrix.values.every((one: number) => one === 0 || one === 1)) return undefined;
  const columns = Array.from({ length: width }, (_, at): Column => {
    const table = new Map<string | number, number>();
    named.forEach((one, row) => {
      if (one !== null && matrix.values[row * width + at] === 1) table.set(one, 1);
    });
    return { input: first.input, at: first.at, steps: [{ op: 'look up', table, otherwise: 0 }] };
  });
  return { ...value, columns, dims: [width] };
}

const OPERATIONS = { Add: 'add', Sub: 'add', Mul: 'multiply', Div: 'divide' } as const;

function arithmetic(node: NodeProto, walk: Walk): Value | undefined {
  const [left = '', right = ''] = node.input;
  const onRight = walk.constantOf(right);
  // Two values that both depend on the input are no longer a column of one of them.
  if (onRight === undefined && walk.constantOf(left) === undefined) return undefined;
  const value = walk.valueOf(onRight === undefined ? right : left);
  if (value.kind !== 'columns') return undefined;
  const row = rowOf(onRight ?? walk.constantOf(left), value.columns.length);
  if (value.dims.length !== 1) throw new NotUnderstood('computes on values of other ranks');
  const round = value.dtype === 'float32';
  if (!round && value.dtype !== 'float64') throw new NotUnderstood(`computes with ${value.dtype}`);
  const opType = node.opType as keyof typeof OPERATIONS;
  if (onRight === undefined && opType === 'Div') throw new NotUnderstood('divides by a value');
  return each(value, (at): Step[] => {
    const by = row[at]!;
    if (opType !== 'Sub') return [{ op: OPERATIONS[opType], by, round }];
    return [onRight === undefined ? { op: 'subtract from', by, round } : { op: 'add', by: -by, round }];
  });
}
