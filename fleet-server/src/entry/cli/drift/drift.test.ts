import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSeededRandom } from '@plumbline/shared/testing';
import type { FileComparison } from './compare.ts';
import { addDrift } from './drift.ts';
import type { Replay } from './replay-errors.ts';

let folder: string;
let printed: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-drift-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function file(name: string, rows: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${rows.join('\n')}\n`);
  return path;
}

async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--as <token>').option('--json', '', false);
  addDrift(program);
  await program.parseAsync(args, { from: 'user' });
  return printed.splice(0).join('\n');
}

const replay = async (...args: string[]) => JSON.parse(await run('--json', 'drift', 'replay', ...args)) as Replay;

/** Rows of numbers and words; `by` is added to the numbers, and `crane` takes a part of the trades. */
function rowsOf(seed: number, count: number, { by = 0, crane = 0 } = {}): string[] {
  const { next } = createSeededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const hours = (next() + next() + next() + by).toFixed(4);
    const trade = next() < crane ? 'crane' : next() < 0.6 ? 'steel' : 'paint';
    return `${i},2024-01-${String(1 + (i % 28)).padStart(2, '0')},${hours},${trade},${next() < 0.1 ? '' : Math.floor(next() * 5)}`;
  });
}
const HEADER = 'row,day,hours,trade,crew';

describe('drift replay', () => {
  it.each(['hddm-a', 'page-hinkley', 'adwin', 'e-detector', 'psi', 'chi2'])(
    'finds the row from which errors are commoner, by %s, and says no more than a program needs',
    async (detector) => {
      const { next } = createSeededRandom(7);
      const stream = [
        'id,wrong',
        ...Array.from({ length: 3_000 }, (_, i) => `${i},${next() < (i < 1_500 ? 0.1 : 0.4) ? 1 : 0}`),
      ];
      const path = await file('errors.csv', stream);
      const found = await replay('--file', path, '--error', 'wrong', '--detector', detector);
      expect(Object.keys(found)).toEqual(['n', 'alarms']);
      expect(found.n).toBe(3_000);
      expect(found.alarms).toHaveLength(1);
      expect(found.alarms.map((alarm) => Object.keys(alarm))).toEqual([
        ['position', 'detector', 'statistic', 'threshold'],
      ]);
      expect(found.alarms[0]).toMatchObject({ detector });
      expect(found.alarms[0]?.position).toBeGreaterThan(1_500);
      expect(found.alarms[0]?.position).toBeLessThanOrEqual(2_000);
    },
  );

  it.each(['psi', 'chi2'])('holds windows against a reference, by %s, at the last row of each', async (detector) => {
    const reference = await file('reference.csv', [HEADER, ...rowsOf(1, 2_000)]);
    const path = await file('stream.csv', [
      HEADER,
      ...rowsOf(2, 1_000),
      ...rowsOf(3, 500, { by: 1 }),
      ...rowsOf(4, 499),
    ]);
    const flags = ['--file', path, '--reference', reference, '--detector', detector, '--window', '250'];
    const { n, alarms } = await replay(...flags);
    expect(n).toBe(1_999);
    expect(alarms.map(({ position }) => position)).toEqual([1_250, 1_500]);
    expect(await run('drift', 'replay', ...flags)).toContain('hours');
  });

  it.each<[string, string[], object]>([
    [
      'a column that is not there',
      ['--error', 'wrnog', '--detector', 'adwin'],
      { code: 'column_unknown', field: 'wrnog' },
    ],
    [
      'a column of other values',
      ['--error', 'hours', '--detector', 'adwin'],
      { code: 'error_not_0_1', field: 'hours' },
    ],
    ['neither errors nor a reference', ['--detector', 'chi2'], { code: 'config_invalid', field: '--error' }],
    ['windows of three rows', ['--error', 'row', '--detector', 'chi2', '--window', '3'], { code: 'window_too_small' }],
    [
      'a reference without that column',
      ['--reference', 'OTHER', '--detector', 'psi'],
      { code: 'column_unknown', field: 'weight' },
    ],
    [
      'columns for a detector of errors',
      ['--reference', 'SELF', '--detector', 'hddm-a'],
      { code: 'error_column_required' },
    ],
    [
      'windows larger than the file',
      ['--reference', 'SELF', '--detector', 'psi', '--window', '999'],
      { code: 'window_too_large' },
    ],
  ])('refuses %s, and names it', async (_, flags, error) => {
    const path = await file('short.csv', [HEADER, ...rowsOf(5, 60)]);
    const other = await file('other.csv', ['weight', '1', '2', '2']);
    const given = flags.map((flag) => (flag === 'OTHER' ? other : flag === 'SELF' ? path : flag));
    await expect(run('drift', 'replay', '--file', path, ...given)).rejects.toMatchObject(error);
  });

  it('refuses a file that is not there, one without rows, and a row that is cut short', async () => {
    const flags = ['--error', 'wrong', '--detector', 'adwin'];
    const bad = (path: string) => run('drift', 'replay', '--file', path, ...flags);
    await expect(bad(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'file_unreadable' });
    await expect(bad(await file('bare.csv', ['wrong']))).rejects.toMatchObject({ code: 'file_empty' });
    await expect(bad(await file('cut.csv', ['id,wrong', '1,0', '2']))).rejects.toMatchObject({
      code: 'csv_wrong_column_count',
      field: 'line 3',
    });
  });
});

const compare = async (before: string[], after: string[], ...flags: string[]) => {
  const files = [await file('before.csv', [HEADER, ...before]), await file('after.csv', [HEADER, ...after])];
  return JSON.parse(await run('--json', 'drift', 'compare', ...files, ...flags)) as FileComparison;
};
const moved = ({ columns }: FileComparison) => columns.filter(({ alarm }) => alarm).map(({ name }) => name);

describe('drift compare', () => {
  it('finds nothing between two halves of one stream, and does not compare dates and row numbers', async () => {
    const found = await compare(rowsOf(11, 3_000), rowsOf(12, 1_000));
    expect(found).toMatchObject({ alarm: false, reference: { rows: 3_000 }, current: { rows: 1_000 } });
    expect(found.columns.map(({ name, type }) => [name, type])).toEqual([
      ['hours', 'number'],
      ['trade', 'category'],
      ['crew', 'number'],
    ]);
    expect(found.skipped.map(({ name }) => name)).toEqual(['row', 'day']);
  });

  it('finds the columns that have moved, a level that is new too, and leaves out what is to be ignored', async () => {
    const [before, after] = [rowsOf(13, 2_000), rowsOf(14, 400, { by: 0.4, crane: 0.3 })];
    expect(moved(await compare(before, after))).toEqual(['hours', 'trade']);
    expect(moved(await compare(before, after, '--ignore', 'hours'))).toEqual(['trade']);
    await expect(compare(before, after, '--ignore', 'huors')).rejects.toMatchObject({ field: 'huors' });
  });
});
