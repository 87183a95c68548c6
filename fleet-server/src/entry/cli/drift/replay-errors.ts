import { DETECTORS, type Alarm, type DetectorName } from '@plumbline/shared/drift';
import { CodedError } from '@plumbline/shared/errors';
import { noRows } from './count-columns.ts';
import { columnOf, openTable } from './open-table.ts';

export interface ReplayAlarm extends Alarm {
  /** Number of the data row at which it fired; the first row after the header is 1. */
  position: number;
  detector: DetectorName;
}

export interface Replay {
  /** Data rows read. */
  n: number;
  alarms: ReplayAlarm[];
}

/**
 * Lets a detector watch a column of errors, one row after the other.
 * @throws CodedError `column_unknown`, `error_not_0_1`, `file_empty`
 */
export async function replayErrors(
  path: string,
  { column, detector: name, window }: { column: string; detector: DetectorName; window: number },
): Promise<Replay> {
  const table = await openTable(path);
  const place = columnOf(table, column, path);
  const detector = DETECTORS[name];
  let state = detector.start({ window });
  let n = 0;
  const alarms: ReplayAlarm[] = [];
  for await (const { line, cells } of table.rows) {
    n += 1;
    const taken = detector.take(state, { n: 1, errors: errorOf(cells[place] ?? '', column, line) });
    state = taken.state;
    if (taken.alarm !== undefined) alarms.push({ position: n, detector: name, ...taken.alarm });
  }
  if (n === 0) throw noRows(path);
  return { n, alarms };
}

const ERRORS: Record<string, 0 | 1> = { 0: 0, 1: 1, '0.0': 0, '1.0': 1, false: 0, true: 1 };

function errorOf(text: string, column: string, line: number): 0 | 1 {
  const plain = text.trim().toLowerCase();
  const error = Object.hasOwn(ERRORS, plain) ? ERRORS[plain] : undefined;
  if (error !== undefined) return error;
  throw new CodedError('error_not_0_1', `line ${line}: column '${column}' holds '${text}'`, {
    field: column,
    expected: '1 where the prediction was wrong, 0 where it was right',
  });
}
