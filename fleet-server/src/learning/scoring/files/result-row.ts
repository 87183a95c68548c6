import type { GraphOutput } from '@plumbline/shared/manifest';
import type { Reason } from '@plumbline/shared/wire';
import type { Outcome } from '../score/scorer.ts';

/** What became of one row of a file, as it is written down; either a score or an error. */
export interface ResultRow {
  /** Where the row begins in the source, from 1; of Parquet and datasets its number. */
  line: number;
  id?: string;
  asOf?: number;
  /** A chance, or a value in `unit`. */
  score?: number;
  unit?: string;
  label?: string;
  probabilities?: Record<string, number>;
  reasons?: Reason[];
  error?: { code: string; field?: string; message: string };
}

export function resultOf(head: { line: number; id?: string }, asOf: number | undefined, outcome: Outcome): ResultRow {
  const { line, id } = head;
  const row: ResultRow = { line, ...(id !== undefined && { id }), ...(asOf !== undefined && { asOf }) };
  if (!outcome.ok) {
    const { code, field, message } = outcome.error;
    return { ...row, error: { code, ...(field !== undefined && { field }), message } };
  }
  const { scored, reasons } = outcome;
  return { ...row, ...scored, ...(reasons !== undefined && { reasons }) };
}

export type ResultFormat = 'csv' | 'ndjson';

export interface ResultWriter {
  /** Written first; empty where there is none. */
  header: string;
  /** One line, its end included. */
  lineOf(row: ResultRow): string;
}

export function resultWriter(
  format: ResultFormat,
  of: { output: GraphOutput; id: boolean; reasons: number },
): ResultWriter {
  if (format === 'ndjson') return { header: '', lineOf: (row) => `${JSON.stringify(row)}\n` };
  const classes = of.output.kind === 'classes' ? of.output.classes : undefined;
  const hasUnit = of.output.kind === 'value' && of.output.unit !== undefined;
  const places = Array.from({ length: of.reasons }, (_, at) => at);
  const names = [
    'line',
    ...(of.id ? ['id'] : []),
    'as_of',
    'score',
    ...(hasUnit ? ['unit'] : []),
    ...(classes === undefined ? [] : ['label', ...classes.map((one) => `probability_${one}`)]),
    ...places.flatMap((at) => [`reason_${at + 1}`, `reason_${at + 1}_value`, `reason_${at + 1}_contribution`]),
    'error',
    'error_field',
    'error_message',
  ];
  return {
    header: csvLine(names),
    lineOf: ({ line, id, asOf, score, unit, label, probabilities, reasons, error }) =>
      csvLine([
        line,
        ...(of.id ? [id] : []),
        asOf === undefined ? undefined : new Date(asOf).toISOString(),
        score,
        ...(hasUnit ? [unit] : []),
        ...(classes === undefined ? [] : [label, ...classes.map((one) => probabilities?.[one])]),
        ...places.flatMap((at) => [reasons?.[at]?.feature, reasons?.[at]?.value, reasons?.[at]?.contribution]),
        error?.code,
        error?.field,
        error?.message,
      ]),
  };
}

function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map((cell) => quoted(cell === null || cell === undefined ? '' : String(cell))).join(',')}\n`;
}

/** RFC 4180. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
