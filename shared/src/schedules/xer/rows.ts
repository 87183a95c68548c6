import type { TextSource } from '../csv/index.ts';
import { ScheduleError, tooLarge, type ScheduleLimits } from '../errors.ts';
import type { ProblemList } from '../problems.ts';
import { readLines } from './lines.ts';

/** One %R of a table: cells by the names of its %F; what is empty or absent is ''. */
export interface XerRow {
  table: string;
  line: number;
  cell(name: string): string;
}

/**
 * Rows of the tables asked for; other tables are counted and passed over. Throws `xer_malformed` on what is no XER file
 * and `xer_truncated` when the closing %E is missing.
 */
export async function* readXerRows(
  source: TextSource,
  wanted: ReadonlySet<string>,
  limits: ScheduleLimits,
  problems: ProblemList,
  counts: Record<string, number>,
): AsyncGenerator<XerRow> {
  let table = '';
  let columns: Map<string, number> | undefined;
  let width = 0;
  let rows = 0;
  let ended = false;
  for await (const { line, text } of readLines(source, limits)) {
    if (line === 1 && !text.startsWith('ERMHDR'))
      throw malformed(line, 'the file does not begin with ERMHDR', 'ERMHDR');
    if (line === 1 || text === '' || ended) continue;
    const mark = text.slice(0, 2);
    if (mark === '%E') ended = true;
    else if (mark === '%T') {
      table = text.slice(3).trim();
      columns = undefined;
      counts[table] ??= 0;
    } else if (mark === '%F') {
      if (table === '') throw malformed(line, 'fields stand before any table', '%T before %F');
      const names = text.split('\t').slice(1);
      columns = new Map(names.map((name, index) => [name.trim(), index]));
      width = names.length;
    } else if (mark === '%R') {
      if (++rows > limits.rows) throw tooLarge('rows', limits.rows, `line ${line}`);
      if (columns === undefined)
        throw malformed(line, `a row of '${table}' stands before its fields`, '%T and %F before %R');
      counts[table] = (counts[table] ?? 0) + 1;
      if (!wanted.has(table)) continue;
      const cells = text.split('\t');
      if (cells.length - 1 > width) {
        const message = `line ${line} has ${cells.length - 1} cells, ${table} has ${width} fields`;
        problems.add('xer_wrong_column_count', `line ${line}`, table, message, `${width} cells`);
        continue;
      }
      const own = columns;
      yield { table, line, cell: (name) => cells[(own.get(name) ?? -2) + 1]?.trim() ?? '' };
    } else {
      problems.add('xer_unknown_line', `line ${line}`, table, 'the line is none of %T, %F, %R, %E', 'a line of XER');
    }
  }
  if (!ended) {
    throw new ScheduleError('xer_truncated', 'the file ends without %E, so rows are missing', {
      field: 'file',
      expected: '%E as the last line',
    });
  }
}

function malformed(line: number, message: string, expected: string): ScheduleError {
  return new ScheduleError('xer_malformed', `line ${line}: ${message}`, { field: `line ${line}`, expected });
}
