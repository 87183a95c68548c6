import { readCsv, type CsvRow } from '@plumbline/shared/schedules/csv';

/** One line of the list, as the API takes it. */
export interface ListedDevice {
  line: number;
  site: string;
  device: string;
  tags: string[];
  profile?: string;
  zone?: string;
  region?: string;
}

export interface DeviceListRead {
  devices: ListedDevice[];
  /** With the number of the line, the first of the file being 1. */
  faults: string[];
}

export const COLUMNS = ['site', 'device', 'tags', 'profile', 'zone', 'region'] as const;
const MAX_ROWS = 5000;

/** The list as `plumbline devices tokens` takes it: site and device, and if you like the rest, in any order. */
export async function readList(text: string): Promise<DeviceListRead> {
  try {
    const { header, rows } = await readCsv([new TextEncoder().encode(text)], { rows: MAX_ROWS });
    const unknown = header.filter((name) => !COLUMNS.some((column) => column === name));
    if (unknown.length > 0) return refused(`line 1: no column ${unknown.join(', ')}; there are ${COLUMNS.join(', ')}`);
    const missing = ['site', 'device'].filter((name) => !header.includes(name));
    if (missing.length > 0) return refused(`line 1: no column ${missing.join(' and no column ')}`);
    return await readRows(header, rows);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

async function readRows(header: readonly string[], rows: AsyncIterable<CsvRow>): Promise<DeviceListRead> {
  const devices: ListedDevice[] = [];
  const faults: string[] = [];
  const lines = new Map<string, number>();
  for await (const row of rows) {
    if (row.kind !== 'row') {
      faults.push(row.message);
      continue;
    }
    const one = deviceOf(row.line, row.cells, header);
    const missing = (['site', 'device'] as const).filter((name) => one[name] === '');
    const before = lines.get(one.device);
    if (missing.length > 0) faults.push(`line ${row.line}: no ${missing.join(' and no ')}`);
    else if (before !== undefined) faults.push(`line ${row.line}: ${one.device} stands on line ${before} already`);
    else devices.push(one);
    lines.set(one.device, before ?? row.line);
  }
  return { devices, faults };
}

function deviceOf(line: number, cells: readonly string[], header: readonly string[]): ListedDevice {
  const cell = (name: (typeof COLUMNS)[number]) => cells[header.indexOf(name)]?.trim() ?? '';
  return {
    line,
    site: cell('site'),
    device: cell('device'),
    tags: cell('tags')
      .split(/[\s;]+/)
      .filter((tag) => tag !== ''),
    ...Object.fromEntries(
      (['profile', 'zone', 'region'] as const).flatMap((name) => (cell(name) === '' ? [] : [[name, cell(name)]])),
    ),
  };
}

function refused(fault: string): DeviceListRead {
  return { devices: [], faults: [fault] };
}
