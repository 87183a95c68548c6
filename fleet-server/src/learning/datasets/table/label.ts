import { compileExpression } from '../expression/evaluate.ts';
import { parseExpression } from '../expression/parse.ts';
import { columnsOf } from '../expression/syntax.ts';
import { DatasetError } from '../errors.ts';
import { isMissing } from '../values/parse-number.ts';
import type { DataRow } from '../files/data-file.ts';
import type { TableRoles } from './roles.ts';

const LATE = new Set(['1', '1.0', 'true', 'yes', 'y', 'late', 'delayed']);
const ON_TIME = new Set(['0', '0.0', 'false', 'no', 'n', 'on time', 'on-time', 'on_time', 'not delayed', 'early']);
const SHOWN_CLASSES = 12;

export interface LabelSource {
  /** Of the cells of a row; null = missing. */
  read: (cells: readonly string[]) => 0 | 1 | null;
  /** Columns that the label is made from. */
  columns: string[];
  /** What 1 means, in words. */
  target: string;
}

/**
 * How to read the label, from all rows. Throws `label_not_binary` or `label_is_identifier` when a column has more than two
 * values and no `positive`, `dataset_label` when its two values do not say which one means late, ExpressionError.
 */
export function labelSource(header: readonly string[], rows: readonly DataRow[], roles: TableRoles): LabelSource {
  const { label, positive } = roles;
  const index = label === undefined ? -1 : header.indexOf(label);
  const textOf = (cells: readonly string[]) => (cells[index] ?? '').trim();
  const values = index < 0 ? new Map<string, number>() : countValues(rows, textOf);
  if (positive !== undefined && label !== undefined && values.has(positive)) {
    const read = (cells: readonly string[]) => (isMissing(textOf(cells)) ? null : textOf(cells) === positive ? 1 : 0);
    return { read, columns: [label], target: `'${label}' is '${positive}'` };
  }
  if (positive !== undefined) return conditionOf(header, rows, positive, label, [...values.keys()]);
  if (label === undefined) throw refuse('label', 'nobody said what the label is', 'a column, or `positive`');
  const strange = requireTwo(label, values, rows.length);
  if (strange !== undefined) {
    const message = `the label '${strange}' in '${label}' does not say whether it means late`;
    throw refuse('positive', message, 'the role `positive`');
  }
  const read = (cells: readonly string[]) =>
    isMissing(textOf(cells)) ? null : LATE.has(textOf(cells).toLowerCase()) ? 1 : 0;
  return { read, columns: [label], target: `'${label}' says late` };
}

function countValues(rows: readonly DataRow[], textOf: (cells: readonly string[]) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { cells } of rows) {
    const text = textOf(cells);
    if (!isMissing(text)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function conditionOf(
  header: readonly string[],
  rows: readonly DataRow[],
  positive: string,
  label: string | undefined,
  values: string[],
): LabelSource {
  if (label !== undefined && !/[=<>!]|\bin\b\s*\(/i.test(positive)) {
    const expected = `a condition, or ${values.slice(0, SHOWN_CLASSES).join(' or ')}`;
    throw refuse('positive', `no row has the label '${positive}'`, expected);
  }
  const expression = parseExpression(positive);
  const holds = compileExpression(expression, header, rows);
  const columns = [...new Set([...(label === undefined ? [] : [label]), ...columnsOf(expression)])];
  const read = (cells: readonly string[]) => {
    const result = holds(cells);
    return result === null ? null : result ? 1 : 0;
  };
  return { read, columns, target: positive };
}

/** The first of at most two values that does not say by itself what it means. */
function requireTwo(label: string, values: ReadonlyMap<string, number>, rows: number): string | undefined {
  if (values.size <= 2) {
    return [...values.keys()].find((one) => !LATE.has(one.toLowerCase()) && !ON_TIME.has(one.toLowerCase()));
  }
  const byCount = [...values].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const [first] = byCount[0]!;
  const numeric = first !== '' && Number.isFinite(Number(first));
  const expected = numeric ? `\`positive\`, such as '${label} > 0'` : `\`positive\`, such as '${label} == "${first}"'`;
  if (values.size > rows / 2) {
    const message = `the label column '${label}' has ${values.size} different values in ${rows} rows: it names rows or measures something`;
    throw new DatasetError('label_is_identifier', message, { kind: 'refused', field: label, expected });
  }
  const named = byCount.slice(0, SHOWN_CLASSES).map(([value, count]) => `'${value}' (${count})`);
  const more = values.size > SHOWN_CLASSES ? ` and ${values.size - SHOWN_CLASSES} more` : '';
  const message = `the label column '${label}' has ${values.size} classes: ${named.join(', ')}${more}`;
  throw new DatasetError('label_not_binary', message, { kind: 'refused', field: label, expected });
}

function refuse(field: string, message: string, expected: string): DatasetError {
  return new DatasetError('dataset_label', message, { field, expected });
}
