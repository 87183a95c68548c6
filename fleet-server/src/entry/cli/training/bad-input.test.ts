import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDataset } from '../../../learning/training/generated-dataset.ts';
import type { TrainingReport } from './training-report.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');
const ROWS = generateDataset({ seed: 5, rows: 120, signal: 1.5 }).examples.map(({ values, label }) => ({
  x: values['n0'] ?? '',
  y: values['n1'] ?? '',
  late: label as number,
}));
type Row = (typeof ROWS)[number];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-bad-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, rows: object[]): Promise<string> {
  const file = join(folder, `${name}.csv`);
  const lines = rows.map((row) => Object.values(row).join(','));
  await writeFile(file, [Object.keys(rows[0]!).join(','), ...lines].join('\n'));
  return file;
}

async function train(name: string, rows: object[], flags: string[]) {
  const [file, out] = [await write(name, rows), join(folder, name)];
  const quick = ['--algorithms', 'logistic', '--permutations', '20', '--folds', '3', '--workers', '0', '--out', out];
  const command = [MAIN, 'train', '--json', '--file', file, '--label', 'late', ...quick, ...flags];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, wrote: existsSync(join(out, 'model.onnx')) };
}

describe('rows that no honest figure can come of', () => {
  it.each<[what: string, rows: (row: Row, i: number) => object, flags: string[], code: string, field: string]>([
    ['one class', (row) => ({ ...row, late: 1 }), [], 'one_class', 'label'],
    ['nothing but constant and empty columns', ({ late }) => ({ a: 7, b: '', late }), [], 'no_features', 'features'],
    ['as many classes as rows', (row, i) => ({ ...row, late: `c${i}` }), [], 'label_is_identifier', 'late'],
    ['all rows at one time', (row) => ({ ...row, s: '2026-01-01' }), ['--time', 's'], 'no_honest_split', 'examples'],
  ])('end with exit 4, a code and nothing written: %s', async (what, rows, flags, code, field) => {
    const ended = await train(what, ROWS.map(rows), flags);
    expect(ended).toMatchObject({ code: 4, stdout: '', wrote: false });
    expect(JSON.parse(ended.stderr)).toMatchObject({
      error: {
        code,
        field,
        message: expect.stringMatching(/./) as string,
        expected: expect.stringMatching(/./) as string,
      },
    });
  });
});

describe('rows with something wrong in them', () => {
  it.each<[what: string, rows: (row: Row, i: number) => object, flags: string[], findings: string[]]>([
    [
      'columns that say nothing, infinite values and groups across folds',
      ({ x, y, late }, i) => ({ x, y: i % 9 ? y : 'Infinity', same: 7, gap: '', g: `p${i % 12}`, late }),
      ['--group', 'g', '--split', 'stratified'],
      ['warn column_constant same', 'warn column_empty gap', 'warn infinite_values y', 'warn groups_across_folds'],
    ],
    [
      'the answer given away, and rows that stand there twice',
      (_, i) => ({ ...ROWS[i % 60]!, over: 9 * ROWS[i % 60]!.late + (i % 60) / 200 }),
      [],
      ['refuse leak_separates over', 'warn duplicates_across_folds'],
    ],
  ])('are told by name, and refuse where a figure would be false: %s', async (what, rows, flags, findings) => {
    const ended = await train(what, ROWS.map(rows), flags);
    expect(ended).toMatchObject({ stderr: '', wrote: true });
    const { dataset, gate } = JSON.parse(ended.stdout) as TrainingReport;
    const told = dataset.findings.map(({ severity, code, field }) => `${severity} ${code} ${field}`);
    expect(told).toEqual(expect.arrayContaining(findings.map((one) => expect.stringContaining(one) as string)));
    expect(ended.code).toBe(gate.verdict === 'pass' ? 0 : 4);
    const mustRefuse = findings.some((one) => one.startsWith('refuse'));
    expect(gate.verdict === 'refuse' || !mustRefuse).toBe(true);
  });
});
