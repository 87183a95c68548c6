import { parseDate } from '../values/parse-date.ts';
import { isMissing, parseNumber } from '../values/parse-number.ts';
import { rankCorrelation } from '../quality/ranks.ts';
import type { SourceFinding } from '../dataset.ts';
import type { DataRow } from '../files/data-file.ts';
import type { LearnableColumns } from './learnable-columns.ts';

export interface SuspectInput {
  header: readonly string[];
  rows: readonly DataRow[];
  learnable: LearnableColumns;
  /** Columns that the label was made from. */
  labelColumns: readonly string[];
  /** The column that says when a prediction is asked for. */
  time: string | undefined;
  /** Refs of rows by column in which a number was infinite. */
  infinite: ReadonlyMap<string, string[]>;
}

/** Fewer rows in which both columns say something prove nothing. */
const MINIMUM_PAIRS = 20;
const SAME = 0.999;
/** A number of fewer different values follows another one by chance. */
const MINIMUM_DISTINCT = 6;
const SHOWN_ROWS = 5;

/**
 * What only the table itself can tell: features that repeat the columns of the label, or follow them in order, dates that lie
 * after the moment of the prediction, and numbers that were infinite.
 */
export function suspectColumns(input: SuspectInput): SourceFinding[] {
  const { header, rows, learnable, labelColumns, infinite } = input;
  const findings: SourceFinding[] = [];
  for (const [field, refs] of infinite) {
    const sentence = `${refs.length} values of '${field}' are infinite or too large; they are missing now`;
    findings.push({ code: 'infinite_values', severity: 'warn', field, sentence, rows: refs.slice(0, SHOWN_ROWS) });
  }
  for (const source of labelColumns) {
    const texts = textsOf(rows, header.indexOf(source));
    for (const { name, index, type } of learnable.columns) {
      const finding = follows(name, textsOf(rows, index), type, source, texts);
      if (finding) findings.push(finding);
    }
  }
  return [...findings, ...lateDates(input)];
}

function follows(
  field: string,
  texts: readonly string[],
  type: 'number' | 'category',
  source: string,
  sources: readonly string[],
): SourceFinding | undefined {
  const both = [...texts.keys()].filter((row) => !isMissing(texts[row]!) && !isMissing(sources[row]!));
  if (both.length < MINIMUM_PAIRS) return undefined;
  const same = both.filter((row) => texts[row] === sources[row]).length;
  if (same >= SAME * both.length) {
    const sentence = `'${field}' says the same as '${source}', from which the label is made, in ${same} of ${both.length} rows`;
    return { code: 'leak_label_copy', severity: 'refuse', field, sentence };
  }
  if (type !== 'number') return undefined;
  const pairs = both.map((row) => [parseNumber(texts[row]!), parseNumber(sources[row]!)] as const);
  const numbers = pairs.filter((pair): pair is readonly [number, number] => pair[0] !== null && pair[1] !== null);
  if (numbers.length < MINIMUM_PAIRS || new Set(numbers.map(([value]) => value)).size < MINIMUM_DISTINCT)
    return undefined;
  const [own, other] = [numbers.map(([value]) => value), numbers.map(([, value]) => value)];
  const correlation = rankCorrelation(own, other);
  if (Math.abs(correlation) < SAME) return undefined;
  const sentence = `'${field}' rises and falls with '${source}', from which the label is made (rank correlation ${correlation.toFixed(4)})`;
  return { code: 'leak_label_source', severity: 'refuse', field, sentence };
}

/** Left out already, like every date without a role; named, because a column made from one is as bad. */
function lateDates({ header, rows, learnable, time }: SuspectInput): SourceFinding[] {
  if (time === undefined) return [];
  const starts = textsOf(rows, header.indexOf(time)).map(parseDate);
  return learnable.dates.flatMap(({ name, index }): SourceFinding[] => {
    const after = textsOf(rows, index).filter((text, row) => {
      const [date, start] = [parseDate(text), starts[row] ?? null];
      return date !== null && start !== null && date > start;
    }).length;
    if (after === 0) return [];
    const sentence = `the date '${name}' lies after the moment of the prediction in ${after} of ${rows.length} rows; it is no feature, and nothing made from it may be one`;
    return [{ code: 'date_after_start', severity: 'note', field: name, sentence }];
  });
}

function textsOf(rows: readonly DataRow[], index: number): string[] {
  return rows.map(({ cells }) => (cells[index] ?? '').trim());
}
