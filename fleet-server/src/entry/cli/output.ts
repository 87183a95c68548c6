import { isCodedError, messageOf, type ErrorKind } from '@plumbline/shared/errors';

/** 0 true · 1 our fault · 2 wrong usage · 3 try again later · 4 refused, and that is the right answer. */
const EXIT: Record<ErrorKind, number> = {
  invalid: 4,
  unauthenticated: 4,
  forbidden: 4,
  'not-found': 4,
  conflict: 4,
  'too-large': 4,
  refused: 4,
  unavailable: 3,
  internal: 1,
};

export function exitCodeOf(error: unknown): number {
  return isCodedError(error) ? EXIT[error.kind] : 1;
}

/** One error, once, for whoever reads: a person or a program. */
export function printError(error: unknown, json: boolean): void {
  const known = isCodedError(error) ? error : undefined;
  if (json) {
    const { code = 'internal_error', field, expected } = known ?? {};
    console.error(JSON.stringify({ error: { code, message: messageOf(error), field, expected } }));
    return;
  }
  console.error(`error: ${messageOf(error)}${known === undefined ? '' : ` [${known.code}]`}`);
  if (known?.field !== undefined) console.error(`  field:    ${known.field}`);
  if (known?.expected !== undefined) console.error(`  expected: ${known.expected}`);
  if (known === undefined && error instanceof Error && error.stack !== undefined) console.error(error.stack);
}

/** Columns lined up; numbers to the right. */
export function table(head: string[], rows: (string | number | null | undefined)[][]): string {
  const text = [
    head,
    ...rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell)))),
  ];
  const widths = head.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  return text
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function print(value: unknown, json: boolean, show: () => string): void {
  console.log(json ? JSON.stringify(value) : show());
}
