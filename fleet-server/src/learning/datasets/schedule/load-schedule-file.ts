import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { readSchedule } from '@plumbline/shared/schedules';
import { hashed } from '../files/hashed.ts';
import { scheduleTable } from './schedule-table.ts';
import type { DataFile } from '../files/data-file.ts';

/** Reads one Primavera XER or Microsoft Project XML file as a table of activities. Throws `ScheduleError`. */
export async function loadScheduleFile(path: string): Promise<DataFile> {
  const source = basename(path);
  const hash = createHash('sha256');
  const schedule = await readSchedule(hashed(createReadStream(path), hash));
  const { header, rows, ignored } = scheduleTable(schedule);
  return {
    source,
    sha256: hash.digest('hex'),
    header,
    rows: rows.map((cells, place) => ({ line: place + 1, cells })),
    // Problems of a schedule are of calendars and relations, too; the activities they name are in the table.
    rejected: [],
    ...(Object.keys(ignored).length > 0 ? { ignoredColumns: ignored } : {}),
  };
}
