import { CsvError } from './errors.ts';

export interface CsvLimits {
  /** Longest row, its quotes and line breaks included. */
  rowCharacters: number;
  columns: number;
  /** Data rows, without the header. */
  rows: number;
}

export const DEFAULT_CSV_LIMITS: CsvLimits = { rowCharacters: 1_000_000, columns: 1_024, rows: 5_000_000 };

/** `line` is where the row begins, 1-based; a row with quoted line breaks spans several lines. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/** `push` answers the rows that a chunk of text completed, `end` the last one when no line break closed it. */
export interface CsvSplitter {
  push(text: string): CsvRecord[];
  end(): CsvRecord[];
}

type Place = 'cell-start' | 'plain' | 'quoted' | 'quote-in-quoted';

/**
 * RFC 4180 rows from chunks of text, as a machine of four places that may be cut anywhere. Line ends are LF, CRLF or CR.
 * Lenient where spreadsheets are: a quote inside a plain cell is an ordinary character, and text after a closing
 * quote belongs to the cell. Blank lines are skipped.
 */
export function createCsvSplitter(limits: CsvLimits): CsvSplitter {
  let place: Place = 'cell-start';
  let cells: string[] = [];
  let cell = '';
  let line = 1;
  let startLine = 1;
  let length = 0;
  let afterReturn = false;
  let done: CsvRecord[] = [];

  const closeCell = () => {
    if (cells.length >= limits.columns) throw tooWide(startLine, limits.columns);
    cells.push(cell);
    cell = '';
    place = 'cell-start';
  };
  const closeRow = () => {
    closeCell();
    const blank = cells.length === 1 && cells[0] === '';
    if (!blank) done.push({ line: startLine, cells });
    cells = [];
    length = 0;
  };
  const takeQuoted = (character: string) => {
    if (character === '"') place = 'quote-in-quoted';
    else cell += character;
  };
  const takePlain = (character: string) => {
    if (character === ',') closeCell();
    else if (character === '\n' || character === '\r') closeRow();
    else if (character === '"' && place === 'cell-start') place = 'quoted';
    else if (character === '"' && place === 'quote-in-quoted') {
      cell += '"';
      place = 'quoted';
    } else {
      cell += character;
      place = 'plain';
    }
  };
  const take = (character: string) => {
    const secondOfCrlf = character === '\n' && afterReturn;
    afterReturn = character === '\r';
    if (secondOfCrlf && place !== 'quoted') {
      // The CR already closed the row and counted the line.
      return;
    }
    if (++length > limits.rowCharacters) throw tooLong(startLine, limits.rowCharacters);
    if (place === 'quoted') takeQuoted(character);
    else takePlain(character);
    if (character === '\r' || (character === '\n' && !secondOfCrlf)) line++;
    if (length === 0) startLine = line;
  };

  const drain = () => {
    const records = done;
    done = [];
    return records;
  };
  return {
    push(text) {
      for (let index = 0; index < text.length; index++) take(text[index]!);
      return drain();
    },
    end() {
      if (place === 'quoted') throw unclosed(startLine);
      if (length > 0) closeRow();
      return drain();
    },
  };
}

function tooLong(line: number, limit: number): CsvError {
  return new CsvError('csv_row_too_long', `the row at line ${line} is longer than ${limit} characters`, {
    kind: 'too-large',
    field: `line ${line}`,
    expected: `at most ${limit} characters in a row`,
  });
}

function tooWide(line: number, limit: number): CsvError {
  return new CsvError('csv_too_many_columns', `the row at line ${line} has more than ${limit} columns`, {
    kind: 'too-large',
    field: `line ${line}`,
    expected: `at most ${limit} columns`,
  });
}

function unclosed(line: number): CsvError {
  return new CsvError('csv_unclosed_quote', `the row at line ${line} opens a quote that is never closed`, {
    field: `line ${line}`,
    expected: 'a closing quote',
  });
}
