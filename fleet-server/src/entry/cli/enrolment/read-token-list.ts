import { readFile } from 'node:fs/promises';
import { CodedError, messageOf } from '@plumbline/shared/errors';
import { readCsv, type CsvRow } from '@plumbline/shared/schedules';

export class TokenListError extends CodedError<'token_list_unreadable' | 'token_list_malformed'> {
  override readonly name = 'TokenListError';
}

/** One line of the list, as the API takes it. */
export interface ListedToken {
  line: number;
  site: string;
  device: string;
  tags: string[];
  profile?: string;
  /** Of its site, where the register does not know them yet. */
  zone?: string;
  region?: string;
}

const COLUMNS = ['site', 'device', 'tags', 'profile', 'zone', 'region'] as const;
const MAX_ROWS = 5000;

/**
 * Reads devices to be from CSV: `site,device,tags,profile,zone,region` in any order, all but the first two may be left
 * out; tags stand apart by spaces or semicolons, zone (IANA) and region are of the site.
 * @throws TokenListError naming every bad line; CsvError for a file that is no CSV
 */
export async function readTokenList(path: string): Promise<ListedToken[]> {
  const file = await readFile(path).catch((cause: unknown) => {
    throw new TokenListError('token_list_unreadable', `${path}: ${messageOf(cause)}`, { field: 'file', cause });
  });
  const { header, rows } = await readCsv([file], { rows: MAX_ROWS });
  const unknown = header.filter((name) => !COLUMNS.some((column) => column === name));
  if (unknown.length > 0 || !header.includes('site') || !header.includes('device')) {
    throw malformed(
      [`line 1: the columns are ${header.join(', ')}`],
      'site, device, and if you like tags, profile, zone, region',
    );
  }
  const read: ListedToken[] = [];
  const problems: string[] = [];
  for await (const row of rows) {
    const token = row.kind === 'row' ? tokenOf(row, header) : row.message;
    if (typeof token === 'string') problems.push(token);
    else read.push(token);
  }
  if (problems.length > 0) throw malformed(problems, 'every line right; none was sent');
  if (read.length === 0) throw malformed(['no line but the header'], 'a line for each device');
  return read;
}

function tokenOf({ line, cells }: Extract<CsvRow, { kind: 'row' }>, header: readonly string[]): ListedToken | string {
  const cell = (name: (typeof COLUMNS)[number]) => cells[header.indexOf(name)]?.trim() ?? '';
  const missing = (['site', 'device'] as const).filter((name) => cell(name) === '');
  if (missing.length > 0) return `line ${line}: no ${missing.join(' and no ')}`;
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

function malformed(problems: string[], expected: string): TokenListError {
  return new TokenListError('token_list_malformed', problems.join('\n'), { field: 'file', expected });
}
