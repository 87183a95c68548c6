import type { Dataset, Example } from '../../datasets/index.ts';
import { ExperimentError } from '../errors.ts';

/** Rows by the group they belong to; null where the row does not say. */
export interface Slice {
  name: string;
  groups: (string | null)[];
}

const BINS = 4;
/** A column with more levels is a name, not a group. */
const MOST_LEVELS = 24;

/**
 * Slices of rows by columns: `site`, `group`, a category, or a number in bins of equal size. Without columns the sites
 * and every category that is not private; a private one must be asked for, because the result leaves the rows.
 * @throws ExperimentError `slice_unknown` naming the columns there are
 */
export function slicesOf(
  dataset: Pick<Dataset, 'features'>,
  examples: readonly Example[],
  columns?: readonly string[],
): Slice[] {
  const { features } = dataset;
  const open = features.filter((feature) => feature.type === 'category' && feature.private !== true);
  const names = columns ?? ['site', ...open.map(({ name }) => name)];
  const slices = names.map((name): Slice => {
    const feature = features.find((one) => one.name === name);
    if (feature === undefined && (name === 'site' || name === 'group')) {
      return { name, groups: examples.map((example) => example[name]) };
    }
    if (feature === undefined) throw unknownSlice(name, ['site', 'group', ...features.map((one) => one.name)]);
    const values = examples.map((example) => example.values[name] ?? null);
    return {
      name,
      groups:
        feature.type === 'number'
          ? binned(values)
          : values.map((one) => (one === null || one === '' ? null : String(one))),
    };
  });
  if (columns !== undefined) return slices;
  return slices.filter(({ groups }) => {
    const levels = new Set(groups).size;
    return levels > 1 && levels <= MOST_LEVELS;
  });
}

/** Quartiles of the values there are; equal values share a bin. */
function binned(values: readonly unknown[]): (string | null)[] {
  const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const edges = Array.from(
    { length: BINS - 1 },
    (_, bin) => numbers[Math.floor(((bin + 1) * numbers.length) / BINS)] ?? 0,
  );
  const distinct = [...new Set(edges)];
  return values.map((value) => {
    if (typeof value !== 'number') return null;
    const bin = distinct.filter((edge) => value >= edge).length;
    const [from, to] = [distinct[bin - 1], distinct[bin]];
    if (from === undefined) return to === undefined ? 'all' : `below ${short(to)}`;
    return to === undefined ? `from ${short(from)}` : `${short(from)} to ${short(to)}`;
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function unknownSlice(name: string, known: readonly string[]): ExperimentError {
  return new ExperimentError('slice_unknown', `no column ${name} to slice by`, {
    field: 'slices',
    expected: known.slice(0, 30).join(' | '),
  });
}
