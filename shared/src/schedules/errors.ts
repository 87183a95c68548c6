import { CodedError } from '../errors/index.ts';

export type ScheduleErrorCode =
  | 'schedule_format_unknown' // neither XER nor Microsoft Project XML
  | 'schedule_too_large' // more bytes, rows or activities than the limit
  | 'schedule_line_too_long'
  | 'schedule_empty' // nothing that could be planned
  | 'schedule_not_text' // NUL bytes, or not the encoding it declares
  | 'xer_truncated' // no %E at the end: rows are missing
  | 'xer_malformed' // rows before a table, a table without fields or without a column that is needed
  | 'xml_malformed' // not well-formed, or cut short
  | 'xml_document_type' // a DOCTYPE: entities are never expanded
  | 'xml_too_deep'
  | 'xml_wrong_root';

/** The file as a whole cannot be read. A single bad row is a problem of the schedule, not an error. */
export class ScheduleError extends CodedError<ScheduleErrorCode> {
  override readonly name = 'ScheduleError';
}

export interface ScheduleLimits {
  sizeBytes: number;
  /** Rows of an XER file, elements of an XML file. */
  rows: number;
  /** Longest line, or text of one XML element. */
  lineCharacters: number;
  activities: number;
  relations: number;
  /** Days one calendar names apart from its week. */
  calendarDays: number;
  /** Problems kept whole; all are counted. */
  problems: number;
}

export const DEFAULT_SCHEDULE_LIMITS: ScheduleLimits = {
  sizeBytes: 512 * 1024 * 1024,
  rows: 5_000_000,
  lineCharacters: 4_000_000,
  activities: 500_000,
  relations: 2_000_000,
  calendarDays: 50_000,
  problems: 1_000,
};

export function tooLarge(what: string, limit: number, field: string): ScheduleError {
  return new ScheduleError('schedule_too_large', `the file has more than ${limit} ${what}`, {
    kind: 'too-large',
    field,
    expected: `at most ${limit} ${what}`,
  });
}
