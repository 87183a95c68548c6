import { CodedError } from '@plumbline/shared/errors';

export type Literal =
  | { type: 'number'; value: number }
  | { type: 'text'; value: string }
  | { type: 'boolean'; value: boolean };

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A condition over the cells of one row. */
export type Expression =
  | { kind: 'compare'; column: string; operator: Comparison; literal: Literal }
  | { kind: 'in'; column: string; literals: Literal[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'and'; of: Expression[] }
  | { kind: 'or'; of: Expression[] };

export type ExpressionErrorCode =
  | 'expression_syntax' // it cannot be read; says where
  | 'expression_column' // it names a column the file does not have
  | 'expression_type'; // a number is compared with text, or the other way round

export class ExpressionError extends CodedError<ExpressionErrorCode> {
  override readonly name = 'ExpressionError';
}

/** Columns that an expression reads, each once. */
export function columnsOf(expression: Expression): string[] {
  const all = 'column' in expression ? [expression.column] : [expression.of].flat().flatMap(columnsOf);
  return [...new Set(all)];
}
