import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.ts';

describe('a table as CSV', () => {
  it('quotes what needs it and keeps numbers', () => {
    expect(
      toCsv(
        ['a', 'b'],
        [
          ['x, y', -1.5],
          ['say "so"', null],
        ],
      ),
    ).toBe('a,b\r\n"x, y",-1.5\r\n"say ""so""",\r\n');
  });

  it.each(['=1+1', '+1', '-cmd', '@SUM(A1)', '\tx'])('makes no formula of %j', (text) => {
    expect(toCsv(['a'], [[text]])).toMatch(/^a\r\n"?'/);
  });
});
