import { expect, it } from 'vitest';
import { toCsv } from '../../../parts/tables/csv.ts';
import { LOG_HEADER, logRow, type LogEntry } from './log-table.ts';

const head = { id: 'site-entry-1', activity: 'A-1', base: null, actor: 'ana' };
const columns = (entry: LogEntry, zone = 'Europe/Berlin') => {
  const row = logRow(entry, zone);
  expect(row).toHaveLength(LOG_HEADER.length);
  return Object.fromEntries(LOG_HEADER.map((name, i) => [name, row[i]]).filter(([, value]) => value !== undefined));
};

it('an entry is a row with the columns of its field, in the time of the site', () => {
  const at = Date.UTC(2026, 2, 1, 6, 30);
  expect(
    columns({ ...head, at, field: 'progress', value: { percentComplete: 40, observedAt: at, cause: 'frost' } }),
  ).toEqual({
    id: 'site-entry-1',
    activity: 'A-1',
    field: 'progress',
    'said by': 'ana',
    'said at (UTC)': '2026-03-01T06:30:00.000Z',
    'said at (site)': '2026-03-01 07:30:00 GMT+1',
    'in place of': null,
    'percent complete': 40,
    cause: 'frost',
    observed: '2026-03-01 07:30:00 GMT+1',
  });
});

it('an hour that the clocks show twice is told apart', () => {
  const [first, second] = [0, 1].map((hour) =>
    columns({ ...head, at: Date.UTC(2026, 9, 25, hour, 30), field: 'note', value: { text: '' } }),
  );
  expect(first?.['said at (site)']).toBe('2026-10-25 02:30:00 GMT+2');
  expect(second?.['said at (site)']).toBe('2026-10-25 02:30:00 GMT+1');
});

it('a remark that a spreadsheet would run, and a clock that runs wild, stay words', () => {
  const entry: LogEntry = { ...head, at: 9e15, field: 'note', value: { text: '=HYPERLINK("x")' } };
  expect(columns(entry)).toMatchObject({ 'said at (UTC)': 9e15, 'said at (site)': '9000000000000000' });
  expect(toCsv(LOG_HEADER, [logRow(entry, 'UTC')])).toContain(`"'=HYPERLINK(""x"")"`);
});
