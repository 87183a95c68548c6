import { inferType } from '../inspect/infer-type.ts';
import { parseDate } from '../values/parse-date.ts';
import { isMissing, parseNumber } from '../values/parse-number.ts';
import { columnsOf, ExpressionError, type Comparison, type Expression, type Literal } from './syntax.ts';

/** Of the cells of one row: true, false, or null where a missing or unreadable cell leaves it open (Kleene). */
export type Condition = (cells: readonly string[]) => boolean | null;

/**
 * An expression over the columns of a table. @throws ExpressionError `expression_column` when one is not there,
 * `expression_type` when a column of texts is compared with a number or put in order by a text that is no date
 */
export function compileExpression(
  expression: Expression,
  header: readonly string[],
  rows: readonly { cells: readonly string[] }[],
): Condition {
  const types = new Map<string, string>();
  for (const column of columnsOf(expression)) {
    const index = header.indexOf(column);
    if (index < 0) {
      throw new ExpressionError('expression_column', `there is no column '${column}'`, {
        field: 'positive',
        expected: `one of ${header.join(', ')}`,
      });
    }
    types.set(column, inferType(rows.map((row) => row.cells[index] ?? '')).type);
  }
  return compile(expression, header, types);
}

function compile(expression: Expression, header: readonly string[], types: ReadonlyMap<string, string>): Condition {
  if (expression.kind === 'not') {
    const of = compile(expression.of, header, types);
    return (cells) => negated(of(cells));
  }
  if (expression.kind === 'and' || expression.kind === 'or') {
    const all = expression.of.map((one) => compile(one, header, types));
    const decisive = expression.kind === 'or';
    return (cells) => {
      const results = all.map((one) => one(cells));
      return results.includes(decisive) ? decisive : results.includes(null) ? null : !decisive;
    };
  }
  const index = header.indexOf(expression.column);
  const type = types.get(expression.column) ?? 'category';
  const literals = expression.kind === 'in' ? expression.literals : [expression.literal];
  const operator = expression.kind === 'in' ? '==' : expression.operator;
  const tests = literals.map((literal) => comparison(expression.column, type, operator, literal));
  return (cells) => {
    const text = (cells[index] ?? '').trim();
    if (isMissing(text)) return null;
    const results = tests.map((test) => test(text));
    return results.includes(true) ? true : results.includes(null) ? null : false;
  };
}

function comparison(column: string, type: string, operator: Comparison, literal: Literal) {
  const equality = operator === '==' || operator === '!=';
  if (literal.type === 'number') {
    if (type !== 'number') throw mistyped(column, type, `a ${type === 'date' ? 'date' : 'text'} in quotes`);
    return ordered(operator, literal.value, parseNumber);
  }
  if (literal.type === 'boolean') {
    if (type === 'number' || type === 'date' || !equality)
      throw mistyped(column, type, type === 'number' ? '1 or 0' : '== or !=');
    const wanted = String(literal.value);
    return (text: string) => (text.toLowerCase() === wanted) === (operator === '==');
  }
  const date = type === 'date' ? parseDate(literal.value) : null;
  if (date !== null) return ordered(operator, date, parseDate);
  if (equality) {
    const number = type === 'number' ? parseNumber(literal.value) : null;
    if (number !== null) return ordered(operator, number, parseNumber);
    if (type === 'number') throw mistyped(column, type, 'a number');
    return (text: string) => (text === literal.value.trim()) === (operator === '==');
  }
  throw mistyped(column, type, type === 'number' ? 'a number' : type === 'date' ? 'a date in quotes' : '==, != or in');
}

function ordered(operator: Comparison, value: number, read: (text: string) => number | null) {
  const holds: Record<Comparison, (left: number) => boolean> = {
    '==': (left) => left === value,
    '!=': (left) => left !== value,
    '<': (left) => left < value,
    '<=': (left) => left <= value,
    '>': (left) => left > value,
    '>=': (left) => left >= value,
  };
  return (text: string) => {
    const left = read(text);
    return left === null ? null : holds[operator](left);
  };
}

function negated(value: boolean | null): boolean | null {
  return value === null ? null : !value;
}

function mistyped(column: string, type: string, expected: string): ExpressionError {
  const kinds: Record<string, string> = { number: 'numbers', date: 'dates', category: 'texts', empty: 'nothing' };
  return new ExpressionError('expression_type', `'${column}' holds ${kinds[type] ?? type}`, {
    field: 'positive',
    expected: `${expected} to compare '${column}' with`,
  });
}
