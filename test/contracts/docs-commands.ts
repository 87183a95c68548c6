import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../../fleet-server/src/learning/experiments/index.ts';
import { eventually, type TestFleet } from '../harness/index.ts';
import { blocksOf, testedOf } from './docs-blocks.ts';
import { runCommand, wordsOf, type Ended } from '../harness/run-command.ts';

const COMMIT = '5'.repeat(40);
const TIMEOUT_MS = 120_000;
const shell = promisify(execFile);

/** A server with `delay@1.0.0` published and on a gateway, and a folder with `delays.csv` whose rows it was judged on. */
export interface DocsWorld {
  fleet: TestFleet;
  folder: string;
  rows: number;
  env: NodeJS.ProcessEnv;
}

/** What a line must say; a function looks further than the output. */
type Expected = RegExp | ((ended: Ended, world: DocsWorld) => Promise<void> | void);

/** By page and in its order: every line that is marked as tested, and what it says. `$NAME` stands for that variable. */
const PAGES: Record<string, [start: string, ...Expected[]][]> = {
  'pipelines.md': [
    ['pipelines put', /^delay-weekly: create, 9 steps, next \d{4}-/, /shown this once: whsec_\S{40}/],
    ['pipelines run', /^p-[0-9a-f]+ of delay-weekly is queued$/m, awaitsApproval],
    [
      'pipelines status',
      /: waiting, ordered by user:ci, /,
      new RegExp(`^commit ${COMMIT}$`, 'm'),
      /^register +succeeded .* run-[0-9a-f]+ of delay, logistic for delay$/m,
      /^approve +waiting .*delay@2\.0\.0 awaits its second signature$/m,
      /^rollout +pending/m,
    ],
    ['pipelines graph', /✓ data \[succeeded\]: site-table@\w+, 240 rows, new/, /… approve \[waiting\] ← optimize/],
    ['pipelines graph', / → run\.svg$/m, fileSays('run.svg', /^<svg [^]*approve[^]*<\/svg>\s*$/)],
    ['pipelines logs', /^\S+ search: \d+ of \d+ fits/m],
    ['pipelines list', /^delay-weekly +active +9 .* waiting$/m, isSigned],
  ],
  'experiments.md': [
    ['runs list', /^\$RUN +delay +train +finished +0\.\d{4}/m, /^\$OTHER +delay +train +finished +0\.\d{4}/m],
    ['runs show', /^\$RUN: train of delay, finished$/m, /^chosen\.algorithm +logistic$/m, /^quality gate: pass$/m],
    ['runs compare', /^setting +\$RUN +\$OTHER$/m, /^dataset\.name +"site-table/m, /^auc +0\.\d{4} +0\.\d{4}$/m],
    ['runs plots', /^\d+ files in .*; look at index\.html$/m, fileSays('drawings/roc.svg', /^<svg /)],
    ['models alias', /^delay: champion is 1\.0\.0$/m],
    ['models compare', /^ +1\.0\.0 +2\.0\.0$/m, /^rows +240 +192$/m, /^auc +– +0\.\d{3} \(0\.\d{3} … /m],
    ['models alias', /^delay: champion is 2\.0\.0$/m],
    ['models deprecate', /^delay@1\.0\.0 is deprecated: learned elsewhere$/m],
    [
      'models lineage',
      /^source activities\.csv, 240 rows +was read into +dataset site-table@/m,
      /followed by +version delay@2/,
    ],
    ['models card', /^# delay@2\.0\.0$/m, /^\| AUC \| 0\.\d{3} /m, /^- approver: `[0-9a-f]{64}`$/m],
    ['models history', /^champion was 2\.0\.0$/m, /^gateway-1 +north +1\.0\.0 +said/m],
    ['models history', /^On 2025-03-01 06:00, of delay: nothing was released; no device had any of it\.$/m],
  ],
  'scoring.md': [
    [
      'score',
      /^delay@2\.0\.0\/plain: 240 rows → scores\.csv$/m,
      fileSays('scores.csv', /^line,as_of,score,label,.*reason_3/),
    ],
    ['batch create', /^mornings: delays\.csv by delay@champion, next \d{4}-/],
    ['batch list', /^mornings +delay@champion +delays\.csv +0 5 \* \* 1-5 +active/m],
    ['batch run', /^mornings: active, next /, hasRun],
    ['batch show', /^ *1 .* delay@2\.0\.0 +240 +0 +succeeded$/m],
    ['batch results', /^mornings → mornings\.ndjson$/m, saysTheSame],
    [
      'audit replay',
      /^same: It says (0\.\d+) again \(\1 on node\), from server, proven by the digest\.$/m,
      /of slab-3 on north/,
      /^ordered +models\.approve by approver:/m,
    ],
  ],
  '../../README.md': [
    ['datasets register', /^delays@[0-9a-f]{64}: 240 rows$/m],
    ['runs list', /^\$RUN /m, /^\$OTHER /m],
    ['runs compare', /^setting +\$RUN +\$OTHER$/m],
    ['models history', /^On 2025-03-01 00:00, of delay: nothing was released/m],
    ['models card', /^# delay@2\.0\.0$/m],
    ['score', /^delay@2\.0\.0\/plain: 240 rows → scored\.csv$/m],
    ['audit replay', /^same: /m, /^prediction +\$PREDICTION of slab-3/m, /^signed by +approver /m],
    ['pipelines run', /^p-[0-9a-f]+ of delay-weekly is queued$/m],
  ],
};

async function awaitsApproval(_: Ended, { fleet }: DocsWorld): Promise<void> {
  const isWaiting = async () => {
    await fleet.server.advance();
    const { runs } = await fleet.client.get<{ runs: { state: string; error: unknown }[] }>(
      '/api/v1/pipelines/delay-weekly',
    );
    if (runs[0]?.state === 'failed') throw new Error(JSON.stringify(runs[0].error));
    return runs[0]?.state === 'waiting';
  };
  await eventually('the pipeline waits for a person', isWaiting, { withinMs: 60_000, turnMs: 100 });
}

/** Its rollout is another matter: the one before it has not ended. */
async function isSigned(_: Ended, { fleet }: DocsWorld): Promise<void> {
  expect(await fleet.approve()).toMatchObject([{ signed: true }]);
  const { runs } = await fleet.client.get<{ runs: { id: string }[] }>('/api/v1/pipelines/delay-weekly');
  await fleet.client.post(`/api/v1/pipeline-runs/${runs[0]!.id}/cancel`, {});
}

async function hasRun(_: Ended, { fleet }: DocsWorld): Promise<void> {
  const isOver = async () => {
    await fleet.server.advance();
    const { runs } = await fleet.client.get<{ runs: { state: string }[] }>('/api/v1/batch/mornings');
    return runs[0]?.state === 'succeeded';
  };
  await eventually('the job has run', isOver, { withinMs: 60_000, turnMs: 100 });
}

/** The scheduled job and the file that was scored by hand: the same model over the same rows. */
async function saysTheSame(_: Ended, { folder, rows }: DocsWorld): Promise<void> {
  const [head = '', ...scored] = (await readFile(join(folder, 'scores.csv'), 'utf8')).trim().split('\n');
  const at = head.split(',').indexOf('score');
  const batch = (await readFile(join(folder, 'mornings.ndjson'), 'utf8')).trim().split('\n');
  const scores = batch.map((line) => (JSON.parse(line) as { score: number }).score);
  expect(scores).toHaveLength(rows);
  expect(scores).toEqual(scored.map((line) => Number(line.split(',')[at])));
}

function says(expected: RegExp) {
  return ({ out }: Ended, { env }: DocsWorld) => expect(out).toMatch(filledIn(expected, env));
}

function fileSays(name: string, expected: RegExp): Expected {
  return async (_, { folder }) => expect(await readFile(join(folder, name), 'utf8')).toMatch(expected);
}

/** Commands of the pages and of the README against the server that is there by then, one page after the other. */
export function docsCommands(at: () => DocsWorld): void {
  describe('the commands of a page', () => {
    let world: DocsWorld;

    beforeAll(async () => {
      const { folder, fleet, env } = at();
      world = { ...at(), env: { ...env, PLUMBLINE_STATE: fleet.stateDir, COMMIT } };
      const [, pipeline = ''] = /```yaml\n([^]*?)```/.exec(await textOf('pipelines.md')) ?? [];
      await writeFile(join(folder, 'delay-weekly.yaml'), pipeline);
      const data = join(fleet.stateDir, 'pipelines/data');
      await mkdir(data, { recursive: true });
      await writeFile(join(data, 'activities.csv'), await dated(join(folder, 'delays.csv')));
    });

    it.each(Object.keys(PAGES))('say what they should: %s', { timeout: TIMEOUT_MS }, async (page) => {
      const lines = await linesOf(page, world);
      const { env, folder } = world;
      const calls = await wordsOf(lines, env);
      expect(calls.map((words) => words.slice(0, 2).join(' '))).toEqual(
        PAGES[page]!.map(([start]) => expect.stringMatching(new RegExp(`^${start}`)) as string),
      );
      for (const [index, [, ...expected]] of PAGES[page]!.entries()) {
        const ended = await runCommand(calls[index]!, { cwd: folder, env });
        expect([lines[index], ended.code, ended.err]).toEqual([lines[index], 0, '']);
        for (const one of expected) await (typeof one === 'function' ? one : says(one))(ended, world);
      }
    });
  });
}

const isOurs = (line: string) => /^(?:npx )?plumbline /.test(line);

/** Lines that call the command; the others of a page run now, before them, as a shell would. */
async function linesOf(page: string, world: DocsWorld): Promise<string[]> {
  const { env, folder, fleet } = world;
  if (page === 'experiments.md') {
    const { runs } = await fleet.client.get<{ runs: Run[] }>('/api/v1/runs?kind=train&experiment=delay');
    const told = runs.filter(({ dataset }) => dataset !== null);
    env['RUN'] = told.find(({ dataset }) => dataset?.name.startsWith('site-table'))?.id;
    env['OTHER'] = told.find(({ dataset }) => !dataset?.name.startsWith('site-table'))?.id;
  }
  const lines = testedOf(await blocksOf(page)).flat();
  const others = lines.filter((line) => !isOurs(line));
  if (others.length > 0) {
    const { stdout } = await shell('bash', ['-c', `set -euo pipefail\n${others.join('\n')}`], { cwd: folder, env });
    const { predictions } = JSON.parse(stdout) as { predictions: { id: string }[] };
    env['PREDICTION'] = predictions[0]!.id;
  }
  return lines.filter(isOurs);
}

/** `$NAME` in an expectation is the value of that variable. */
function filledIn({ source, flags }: RegExp, env: NodeJS.ProcessEnv): RegExp {
  return new RegExp(
    source.replaceAll(/\\\$([A-Z]+)/g, (_, name: string) =>
      (env[name] ?? `no ${name}`).replaceAll(/\W/g, String.raw`\$&`),
    ),
    flags,
  );
}

/** The rows with a day each and without a project: what the pipeline of the page reads. */
async function dated(path: string): Promise<string> {
  const [, ...rows] = (await readFile(path, 'utf8')).trim().split('\n');
  const lines = rows.map((row, index) => {
    const [days, crew, trade, , late] = row.split(',');
    const start = new Date(Date.UTC(2025, 0, 1 + index)).toISOString().slice(0, 10);
    return [start, days, crew, trade, late].join(',');
  });
  return ['start,planned_days,crew,trade,late', ...lines].join('\n');
}

async function textOf(page: string): Promise<string> {
  return readFile(new URL(`../../shared/docs/${page}`, import.meta.url), 'utf8');
}
