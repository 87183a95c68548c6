import { isCodedError, messageOf, type ErrorKind } from '@plumbline/shared/errors';

export const EXIT_CODES = 'Exit: 0 true, 1 our fault, 2 wrong usage, 3 unavailable (try again), 4 refused or invalid.';

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
  if (!isCodedError(error)) return 1;
  return error.code === 'config_invalid' ? 2 : EXIT[error.kind];
}

/** One error, once, for whoever reads: a person or a program. */
export function printError(error: unknown, json: boolean): void {
  const { code, field, expected } = isCodedError(error) ? error : { code: 'internal_error' };
  if (json) {
    console.error(JSON.stringify({ error: { code, message: messageOf(error), field, expected } }));
    return;
  }
  console.error(`error: ${messageOf(error)} [${code}]`);
  if (field !== undefined) console.error(`  field:    ${field}`);
  if (expected !== undefined) console.error(`  expected: ${expected}`);
}

/** Columns lined up under their heads. */
export function table(head: string[], rows: (string | number | undefined)[][]): string {
  const text = [head, ...rows.map((row) => row.map((cell) => (cell === undefined ? '–' : String(cell))))];
  const widths = head.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  return text
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The answer of a command, on standard output. */
export function print(value: unknown, json: boolean, show: () => string): void {
  console.log(json ? JSON.stringify(value) : show());
}
