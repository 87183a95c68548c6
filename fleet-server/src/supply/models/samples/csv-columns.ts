import type { GraphInput } from '@plumbline/shared/manifest';
import type { ValueView } from '../../onnx/index.ts';
import { SampleError, typeText } from './errors.ts';
import type { SampleOptions } from './sample-set.ts';

/** Which cells of a row make a graph input; `dims` are its dimensions without the batch. */
export interface ColumnPlan {
  input: ValueView;
  columns: number[];
  dims: number[];
  /** The one column holds the whole tensor as JSON; `dims` then include the batch. */
  json?: true;
  /** By column: the mapping says that this feature must not be missing. */
  refuseMissing?: boolean[];
}

interface Matched {
  plans: ColumnPlan[];
  label: number | undefined;
  ignored: string[];
}

/**
 * Finds the columns of every graph input: by the features of a mapping, else by names `x[0]` or `x_0` (or `x` when it is
 * one wide), and what is then left in order, when the counts agree.
 * @throws SampleError samples_column_unknown, samples_input_missing, samples_shape
 */
export function matchColumns(
  file: string,
  header: readonly string[],
  inputs: readonly ValueView[],
  { label, mapping }: SampleOptions,
): Matched {
  const at = new Map(header.map((name, column) => [name, column]));
  const labelAt = label === undefined ? undefined : at.get(label);
  if (label !== undefined && labelAt === undefined) throw unknownColumn(file, label, 'the label', header);
  const scalar = mapping === undefined ? inputs.find(({ shape }) => shape?.length === 0) : undefined;
  if (scalar !== undefined) throw wrongWidth(file, scalar, 1);
  const plans = mapping
    ? inputs.map((input) => planByMapping(file, at, input, mapping))
    : planByName(file, header, inputs, labelAt);
  const used = new Set([...plans.flatMap(({ columns }) => columns), labelAt]);
  return { plans, label: labelAt, ignored: header.filter((_, column) => !used.has(column)) };
}

function planByMapping(
  file: string,
  at: Map<string, number>,
  input: ValueView,
  mapping: readonly GraphInput[],
): ColumnPlan {
  const meaning = mapping.find(({ name }) => name === input.name);
  if (meaning === undefined) {
    throw new SampleError('samples_input_missing', `the mapping does not speak of the input "${input.name}"`, {
      field: `mapping: inputs.${input.name}`,
      expected: typeText(input),
    });
  }
  const column = (...names: string[]): number => {
    const found = names.map((name) => at.get(name)).find((one) => one !== undefined);
    if (found === undefined) throw unknownColumn(file, names[0]!, `the input "${input.name}"`, [...at.keys()]);
    return found;
  };
  if (meaning.kind === 'tensor') return { input, columns: [column(meaning.column)], dims: meaning.shape, json: true };
  const columns = meaning.features.map(({ name, from }) =>
    'column' in from ? column(name, from.column) : column(name),
  );
  const dims = innerDims(input, columns.length);
  if (columns.length !== product(dims)) throw wrongWidth(file, input, columns.length);
  return { input, columns, dims, refuseMissing: meaning.features.map(({ missing }) => missing === 'refuse') };
}

function planByName(
  file: string,
  header: readonly string[],
  views: readonly ValueView[],
  labelAt: number | undefined,
): ColumnPlan[] {
  const named = new Map(views.map((input) => [input, namedColumns(header, input, views.length)]));
  const used = new Set([...named.values()].flatMap((columns) => columns ?? []));
  const free = [...header.keys()].filter((column) => column !== labelAt && !used.has(column));
  const rest = views.filter((input) => named.get(input) === undefined);
  const openWidth = rest.filter((input) => widthOf(input) === null);
  const known = rest.reduce((sum, input) => sum + (widthOf(input) ?? 0), 0);
  const agrees = openWidth.length === 0 ? known === free.length : openWidth.length === 1 && known < free.length;
  if (rest.length > 0 && !agrees)
    throw unmatched(
      file,
      rest,
      free.map((column) => header[column]!),
    );
  let next = 0;
  return views.map((input) => {
    const width = widthOf(input) ?? free.length - known;
    const columns = named.get(input) ?? free.slice(next, (next += width));
    return { input, columns, dims: innerDims(input, columns.length) };
  });
}

/** `x[0]`, `x_0`, or `x` itself when one column is all it wants and there are other inputs to tell it from. */
function namedColumns(header: readonly string[], input: ValueView, views: number): number[] | undefined {
  const width = widthOf(input);
  for (const named of [(i: number) => `${input.name}[${i}]`, (i: number) => `${input.name}_${i}`]) {
    const columns: number[] = [];
    for (let at = header.indexOf(named(0)); at >= 0; at = header.indexOf(named(columns.length))) columns.push(at);
    if (columns.length > 0 && (width === null || width === columns.length)) return columns;
  }
  const own = header.indexOf(input.name);
  return own >= 0 && (width === 1 || (width === null && views > 1)) ? [own] : undefined;
}

/** Values a row holds, or null where the graph leaves it open. */
function widthOf({ shape }: ValueView): number | null {
  const inner = shape === null ? [null] : shape.slice(1);
  return inner.every((dim) => typeof dim === 'number') ? product(inner) : null;
}

function innerDims({ shape }: ValueView, width: number): number[] {
  const inner = shape === null ? [null] : shape.slice(1);
  const known = product(inner.filter((dim) => typeof dim === 'number'));
  const open = inner.findIndex((dim) => typeof dim !== 'number');
  return inner.map((dim, axis) => (typeof dim === 'number' ? dim : axis === open ? Math.floor(width / known) : 1));
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, dim) => all * dim, 1);
}

function unknownColumn(file: string, name: string, purpose: string, header: readonly string[]): SampleError {
  return new SampleError('samples_column_unknown', `${file} has no column "${name}" for ${purpose}`, {
    field: `${file}: ${name}`,
    expected: header.slice(0, 20).join(' | '),
  });
}

function wrongWidth(file: string, input: ValueView, found: number): SampleError {
  return new SampleError(
    'samples_shape',
    `${file}: ${found} columns a row cannot be "${input.name}", which is ${typeText(input)}`,
    {
      field: `${file}: ${input.name}`,
      expected: typeText(input),
    },
  );
}

function unmatched(file: string, rest: ValueView[], free: string[]): SampleError {
  const wanted = rest.map((input) => `${input.name}: ${typeText(input)}`).join(', ');
  const shown = free.slice(0, 12).join(', ') + (free.length > 12 ? ', …' : '');
  return new SampleError('samples_shape', `${file} has ${free.length} columns (${shown}) for ${wanted}`, {
    field: `${file}: ${rest[0]!.name}`,
    expected: wanted,
  });
}
