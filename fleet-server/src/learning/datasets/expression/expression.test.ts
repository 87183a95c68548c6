import * as fc from 'fast-check';
import { codeOf, isCodedError } from '@plumbline/shared/errors';
import { describe, expect, test } from 'vitest';
import { compileExpression } from './evaluate.ts';
import { parseExpression } from './parse.ts';
import { columnsOf } from './syntax.ts';

const header = ['delay', 'status', 'Schedule Adherence', 'finished', 'ok', 'in', '2nd [note]'];
const rows = [
  ['40', 'very late', '0', '2024-03-01', 'true', 'a', 'x'],
  ['-3.5', 'on time', '1', '2024-01-01', 'False', 'b', ''],
  ['', 'NA', '1', '2024-06-01', 'TRUE', 'a', 'y'],
].map((cells) => ({ cells }));

const values = (text: string) => {
  const holds = compileExpression(parseExpression(text), header, rows);
  return rows.map(({ cells }) => holds(cells));
};
const refusal = (text: string) => {
  try {
    return values(text);
  } catch (error) {
    return `${codeOf(error)}: ${isCodedError(error) ? error.expected : ''}`;
  }
};

describe('a condition', () => {
  test.each<[string, (boolean | null)[]]>([
    ['delay > 30', [true, false, null]],
    ['delay>=-3.5', [true, true, null]],
    ['delay != 40', [false, true, null]],
    ['Schedule Adherence == 0', [true, false, false]],
    ['Schedule Adherence = "0"', [true, false, false]],
    ['status in ("late", \'very late\')', [true, false, null]],
    ['status not in ("late", "very late")', [false, true, null]],
    ['not status == "very late"', [false, true, null]],
    ['delay > 30 or finished > "2024-05-01"', [true, false, true]],
    ['delay > 30 and finished > "2024-05-01"', [false, false, null]],
    ['(delay > 30 or ok == true) and not (finished < "2024-04-01")', [false, false, true]],
    ['ok == false', [false, true, false]],
    ['`in` == "a"', [true, false, true]],
    ["`2nd [note]` != 'x'", [false, null, true]],
    ['status == "Very late"', [false, false, null]],
  ])('%s', (text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['delay >', "expression_syntax: a number, or a text in quotes such as 'late'"],
    ['delay 30', 'expression_syntax: a comparison (==, !=, <, <=, >, >=) or `in`'],
    ['> 30', 'expression_syntax: the name of a column'],
    ['delay > 30 delay < 2', 'expression_syntax: `and`, `or`, or the end'],
    ['(delay > 30', 'expression_syntax: a closing bracket'],
    ['status in ()', "expression_syntax: a number, or a text in quotes such as 'late'"],
    ["status == 'late", 'expression_syntax: a closed quote, a name or a comparison'],
    ['slip > 30', `expression_column: one of ${header.join(', ')}`],
    ['status > 30', "expression_type: a text in quotes to compare 'status' with"],
    ['status > "late"', "expression_type: ==, != or in to compare 'status' with"],
    ['delay == "late"', "expression_type: a number to compare 'delay' with"],
    ['finished > 3', "expression_type: a date in quotes to compare 'finished' with"],
    [`${'('.repeat(40)}delay > 1${')'.repeat(40)}`, 'expression_syntax: fewer brackets'],
  ])('%s is refused', (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test('names its columns once each', () => {
    expect(columnsOf(parseExpression('a > 1 and (not b in (1) or a < 9)'))).toEqual(['a', 'b']);
  });

  test('of any text is read or refused with a code, and never runs anything', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        const result = refusal(text);
        expect(Array.isArray(result) || result.startsWith('expression_')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
