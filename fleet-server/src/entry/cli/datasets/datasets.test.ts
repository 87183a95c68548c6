import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { appendEntries } from '../../../sites/activities/index.ts';
import { submitForApproval } from '../../../supply/models/index.ts';
import { createHttpApp } from '../../http/index.ts';
import { serveApp } from '../../testing/serve-app.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { addDatasets } from './datasets.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 1);
const lab = createModelLab();
let small: SmallFleet;
let http: Awaited<ReturnType<typeof serveApp>>;
let printed: string[];

/** 120 activities in 20 buildings, two days apart. */
const rows = Array.from({ length: 120 }, (_, row) => ({
  id: `A-${row}`,
  a: (row * 17) % 23,
  trade: ['steel', 'wood', 'glass'][row % 3]!,
  slip: ((row * 37) % 61) - 30,
  status: ((row * 37) % 61) - 30 > 10 ? (row % 2 ? 'late' : 'very late') : 'on time',
  start: new Date(Date.UTC(2025, 0, 1) + row * 2 * DAY_MS).toISOString().slice(0, 10),
  planned_end: new Date(Date.UTC(2025, 0, 20) + row * 2 * DAY_MS).toISOString().slice(0, 10),
  building: `b${row % 20}`,
  site: row % 2 ? 'north' : 'south',
}));

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles, startAt: NOW });
  http = await serveApp(createHttpApp(small.fleet));
  await writeFile(join(small.folder, 'operator.token'), `${small.fleet.operatorToken}\n`);
  const at = { url: http.url, mqttUrl: small.fleet.mqttUrl, pid: process.pid };
  await writeFile(join(small.folder, 'server.json'), JSON.stringify(at));
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[0])[];
  const lines = rows.map((row) => names.map((name) => row[name]).join(','));
  await writeFile(join(small.folder, 'activities.csv'), [names.join(','), ...lines].join('\n'));
  await writeFile(join(small.folder, 'activities.ndjson'), rows.map((row) => JSON.stringify(row)).join('\n'));
  const columnData = names.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  await writeFile(join(small.folder, 'activities.parquet'), new Uint8Array(parquetWriteBuffer({ columnData })));
  await submitForApproval(small.fleet, 'ana', await small.model('delay'));
  const head = { activity: 'F-1', base: null, actor: 'ana', at: 1 };
  const value = { startAt: NOW - 40 * DAY_MS, dueAt: NOW - 20 * DAY_MS, values: { a: 3, trade: 'wood' } };
  await small.fleet.database.transaction((tx) =>
    appendEntries(tx, 'north', [
      { ...head, id: 'plan-0001', field: 'plan', value },
      { ...head, id: 'outcome-1', field: 'outcome', value: { label: 1, observedAt: NOW - 10 * DAY_MS } },
    ]),
  );
});
afterAll(async () => {
  await http.close();
  await small[Symbol.asyncDispose]();
  await lab.close();
});
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text));
});
afterEach(() => vi.restoreAllMocks());

/** Runs `plumbline …` as main does. */
async function run(...args: string[]): Promise<string> {
  const program = new Command('plumbline').exitOverride().configureOutput({ writeErr: () => undefined });
  program.option('--state <dir>').option('--as <token>').option('--json', '', false);
  addDatasets(program);
  await program.parseAsync(['--state', small.folder, ...args], { from: 'user' });
  return printed.splice(0).join('\n');
}

/** Words of a shell line; single and double quotes as they are used in the documentation. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain!,
  );
}

describe('every command of datasets.md', () => {
  it('runs, in the order in which it is shown', async () => {
    const text = await readFile(new URL('../../../../../shared/docs/datasets.md', import.meta.url), 'utf8');
    const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
    const answers = new Map<string, string>();
    const versions: string[] = [];
    const made = new Map<string, string>();
    for (const line of commands) {
      const words = wordsOf(line).map((word) =>
        word
          .replace('VERSION', versions[0] ?? 'VERSION')
          .replace('LATER', versions[1] ?? 'LATER')
          .replace(/FRAMING|FINISHING/, (part) => made.get(part.toLowerCase()) ?? part)
          .replace(/^(activities|copy)\.\w+$/, (name) => join(small.folder, name)),
      );
      expect(words.shift()).toBe('plumbline');
      const answer = await run(...words);
      const [, name = '', version = ''] = /^(\w+)@([0-9a-f]{64}): \d+ rows(?:$|, \d+ from|;)/.exec(answer) ?? [];
      if (name === 'delays') versions.push(version);
      else made.set(name, version);
      answers.set(line, answer);
    }
    expect(versions).toHaveLength(2);
    const answerTo = (begin: string) =>
      [...answers].find(([line]) => line.startsWith(`plumbline datasets ${begin}`))?.[1];
    expect(answerTo('inspect activities.csv')).toMatch(/^table, version \w+: 120 of 120 rows kept\nlabel 1: slip > 10/);
    expect(answerTo('quality activities.csv')).toContain('findings: ');
    expect(answerTo('show delays@')).toContain('120 rows, ');
    expect(answerTo('split delays@VERSION --by group')).toMatch(
      /delays\.train@.*\ndelays\.holdout@.*\nno group on both/,
    );
    expect(answerTo('split delays@VERSION --by time')).toMatch(/cut at 2025-.*the first part was known then/);
    expect(answerTo('filter delays@VERSION --where "trade in')).toMatch(/^framing@\w{64}: 69 rows; 51 left out$/);
    expect(answerTo('concat')).toMatch(/^spring@\w{64}: 99 rows; 30 stood there more than once$/);
    expect(await run('datasets', 'show', `spring@${made.get('spring')}`)).toContain('concat: 69 rows');
    expect(answerTo('from-fleet')).toMatch(/: 121 rows, 1 from the fleet$/);
    expect(answerTo('history')).toMatch(/files\n.*outcomes of the fleet for delay/);
    expect(answerTo('diff')).toMatch(/^rows: 1 added, 0 removed, 0 changed, 120 unchanged\nadded: F-1/);
    expect(answerTo('export delays@VERSION --format csv')).toMatch(
      /copy\.csv: \d+ bytes; its roles: .*copy\.csv\.yaml$/,
    );
    expect(answerTo('inspect copy.parquet')).toContain(`version ${versions[0]!.slice(0, 16)}: 120 of 120`);
  });
});

it('answers programs in JSON, and refuses with the code of the verb', async () => {
  const csv = join(small.folder, 'activities.csv');
  const shown = JSON.parse(
    await run('--json', 'datasets', 'quality', csv, '--label', 'status', '--positive', 'late'),
  ) as {
    findings: { code: string; severity: string }[];
  };
  expect(shown.findings).toEqual(
    expect.arrayContaining([expect.objectContaining({ code: 'identifier', field: 'id' })]),
  );
  await expect(run('datasets', 'inspect', csv, '--label', 'status')).rejects.toMatchObject({
    code: 'label_not_binary',
  });
  await expect(run('datasets', 'show', 'delays@00000000')).rejects.toMatchObject({ code: 'dataset_unknown' });
  await expect(run('datasets', 'show', 'delays')).rejects.toMatchObject({ code: 'dataset_reference' });
  await expect(run('datasets', 'filter', 'delays@00000000', '--where', 'a > 1', '--name', 'a@b')).rejects.toMatchObject(
    {
      code: 'dataset_name',
      field: 'name',
    },
  );
  await expect(run('datasets', 'split', 'delays@1', '--by', 'luck')).rejects.toMatchObject({
    code: 'commander.invalidArgument',
  });
});
