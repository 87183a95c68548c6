import { DatasetError } from '../errors.ts';
import { slashOrder } from '../values/parse-date.ts';
import type { DataRow } from '../files/data-file.ts';
import type { TableRoles } from './roles.ts';

/**
 * Days with slashes are read month first. A column in which some can only be day first, and none month first, would lose
 * the one half of its rows and be misread in the other. @throws DatasetError `dataset_day_first`
 */
export function refuseDayFirst(header: readonly string[], rows: readonly DataRow[], roles: TableRoles): void {
  for (const role of ['time', 'due', 'known'] as const) {
    const name = roles[role];
    if (name === undefined) continue;
    const at = header.indexOf(name);
    const orders = rows.map(({ cells }) => slashOrder(cells[at] ?? ''));
    const first = orders.indexOf('day-first');
    if (first === -1 || orders.includes('month-first')) continue;
    const day = rows[first]?.cells[at] ?? '';
    throw new DatasetError(
      'dataset_day_first',
      `'${name}' writes days day first, as in ${day} (line ${rows[first]?.line})`,
      {
        field: role,
        expected: 'dates such as 2024-06-30 or 30.6.2024; with slashes the month comes first',
      },
    );
  }
}
