import { isCodedError } from '@plumbline/shared/errors';
import { requireLearnable } from '../assemble.ts';
import type { Dataset } from '../dataset.ts';
import { DatasetError } from '../errors.ts';
import { cellOf, exportColumns } from '../export/columns.ts';
import { compileExpression, type Condition } from '../expression/evaluate.ts';
import { parseExpression } from '../expression/parse.ts';
import { columnsOf, ExpressionError } from '../expression/syntax.ts';
import { datasetVersion } from '../version.ts';

export interface FilteredDataset {
  dataset: Dataset;
  /** Rows of the whole for which the condition does not hold. */
  leftOut: number;
  /** Of these, rows whose missing cells leave it open. */
  open: number;
}

/**
 * The rows for which a condition over the columns of an export holds. Features keep their types and categories, so that
 * the parts of a dataset can be put together again.
 * @throws ExpressionError with the field `where`; DatasetError `too_few_rows`, `one_class`, `dataset_same`
 */
export function filterDataset(whole: Dataset, where: string, name: string): FilteredDataset {
  const { examples } = whole;
  const { columns } = exportColumns(whole);
  const { condition, used } = compiled(where, columns, examples);
  const results = examples.map((example) => condition(used.map((column) => cellOf(column, example))));
  const kept = examples.filter((_, row) => results[row] === true);
  if (kept.length === examples.length) {
    throw new DatasetError('dataset_same', `'${where}' holds for all ${kept.length} rows of ${whole.name}`, {
      kind: 'refused',
      field: 'where',
      expected: 'a condition that leaves rows out',
    });
  }
  requireLearnable(kept);
  const { findings: _findings, censoring: _censoring, ...rest } = whole;
  const made = { ...rest, name, examples: kept, rejected: [], counts: { kept: kept.length } };
  return {
    dataset: {
      ...made,
      version: datasetVersion(made),
      derivedFrom: [{ dataset: `${whole.name}@${whole.version}`, operation: `filter: ${where}` }],
    },
    leftOut: examples.length - kept.length,
    open: results.filter((one) => one === null).length,
  };
}

function compiled(
  where: string,
  columns: ReturnType<typeof exportColumns>['columns'],
  examples: Dataset['examples'],
): { condition: Condition; used: typeof columns } {
  try {
    const expression = parseExpression(where);
    const names = new Set(columnsOf(expression));
    const used = columns.filter((column) => names.has(column.name));
    const strange = used.length < names.size;
    const header = (strange ? columns : used).map((column) => column.name);
    const rows = strange ? [] : examples.map((one) => ({ cells: used.map((column) => cellOf(column, one)) }));
    return { condition: compileExpression(expression, header, rows), used };
  } catch (error) {
    if (!(error instanceof ExpressionError) || !isCodedError(error)) throw error;
    const { code, message, expected } = error;
    throw new ExpressionError(code, message, { field: 'where', ...(expected !== undefined && { expected }) });
  }
}
