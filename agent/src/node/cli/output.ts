export { describeError, EXIT_CODES, exitCodeOf, table } from '@plumbline/shared/api';

/** The answer of a command, on standard output. */
export function print(value: unknown, json: boolean, show: () => string): void {
  console.log(json ? JSON.stringify(value) : show());
}
