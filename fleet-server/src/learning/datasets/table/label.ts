import { DatasetError } from '../errors.ts';
import { isMissing } from '../values/parse-number.ts';

const LATE = new Set(['1', '1.0', 'true', 'yes', 'y', 'late', 'delayed']);
const ON_TIME = new Set(['0', '0.0', 'false', 'no', 'n', 'on time', 'on-time', 'on_time', 'not delayed', 'early']);

/** Text of the label column → label; null = missing. */
export type LabelReader = (text: string) => 0 | 1 | null;

/**
 * How to read a label column, from all its values. Throws `dataset_label` when there are more than two different values,
 * or when they do not say by themselves which one means late and `positive` does not either.
 */
export function labelReader(column: string, texts: readonly string[], positive: string | undefined): LabelReader {
  const values = new Set(texts.filter((text) => !isMissing(text)).map((text) => text.trim()));
  if (values.size > 2) {
    const shown = [...values].slice(0, 4).join(', ');
    throw refuse(
      column,
      `the label column '${column}' holds ${values.size} values (${shown}, …)`,
      'exactly two values',
    );
  }
  if (positive !== undefined) {
    if (values.has(positive)) return (text) => (isMissing(text) ? null : text.trim() === positive ? 1 : 0);
    throw refuse('positive', `no row has the label '${positive}'`, [...values].join(' or '));
  }
  const strange = [...values].find((value) => !LATE.has(value.toLowerCase()) && !ON_TIME.has(value.toLowerCase()));
  if (strange === undefined) return (text) => (isMissing(text) ? null : LATE.has(text.trim().toLowerCase()) ? 1 : 0);
  throw refuse(
    'positive',
    `the label '${strange}' in '${column}' does not say whether it means late`,
    'the role `positive`',
  );
}

function refuse(field: string, message: string, expected: string): DatasetError {
  return new DatasetError('dataset_label', message, { field, expected });
}
