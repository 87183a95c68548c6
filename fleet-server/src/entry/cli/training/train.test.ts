import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifactsOfRun, CODE_VERSION, showRun } from '../../../learning/experiments/index.ts';
import { generateDataset } from '../../../learning/training/generated-dataset.ts';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { writeAddress } from '../../../state-folder.ts';
import { createHttpApp } from '../../http/index.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { serveApp } from '../../testing/serve-app.ts';
import type { TrainingReport } from './training-report.ts';

const MAIN = resolve(import.meta.dirname, '../main.ts');

let folder: string;
let telling: string;
let small: SmallFleet;
let served: Awaited<ReturnType<typeof serveApp>>;
const lab = createModelLab();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-train-'));
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  served = await serveApp(createHttpApp(small.fleet));
  await writeAddress(folder, { url: served.url, mqttUrl: small.fleet.mqttUrl, pid: process.pid });
  await writeFile(join(folder, 'operator.token'), 'operator');
  telling = join(folder, 'telling.csv');
  await writeFile(telling, csvOf(260, 1.2));
});
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
  await rm(folder, { recursive: true });
});

function csvOf(rows: number, signal: number): string {
  const { examples } = generateDataset({ seed: 5, rows, signal });
  const lines = examples.map(({ values, label }) => [values['n0'], values['n1'], values['trade'], label].join(','));
  return ['planned,float,trade,late', ...lines].join('\n');
}

function start(...args: string[]) {
  return spawn(process.execPath, [MAIN, '--state', folder, 'train', '--json', '--label', 'late', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(...args);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** What the server keeps of the training is what stands in the folder, but for the model. */
async function expectRecorded({ run: id = '', dataset, chosen }: TrainingReport, out: string): Promise<void> {
  const { db } = small.fleet.database;
  const kept = await showRun(db, id);
  expect(kept).toMatchObject({
    experiment: 'delay',
    state: 'finished',
    dataset: { name: dataset.name, version: dataset.version },
    settings: { chosen, holdout: { share: 0.2 } },
    seed: 1,
    codeVersion: CODE_VERSION,
    metrics: { gate: { verdict: 'pass' }, folds: { values: { auc: Array(3).fill(expect.any(Number)) as number[] } } },
  });
  expect(kept.endedAt).toBeGreaterThan(kept.startedAt);
  const artifacts = await artifactsOfRun(db, id);
  const told = (await readdir(out)).filter((name) => name !== 'model.onnx' && name !== 'run.json');
  expect(artifacts.map(({ name }) => name).toSorted()).toEqual(told.toSorted());
  for (const { name, sha256 } of artifacts) {
    expect(new Uint8Array(await small.fleet.artifacts.get(sha256))).toEqual(
      new Uint8Array(await readFile(join(out, name))),
    );
  }
}

describe('plumbline train', () => {
  it('ends, killed in the middle and resumed, with the same model as undisturbed, on another number of threads', async () => {
    const search = [
      '--file',
      telling,
      '--algorithms',
      'logistic,decision-tree',
      '--permutations',
      '12',
      '--folds',
      '3',
      '--record',
      'delay',
    ];
    const [whole, halted] = [join(folder, 'whole'), join(folder, 'halted')];
    const undisturbed = await run(...search, '--workers', '1', '--out', whole);
    expect(undisturbed).toMatchObject({ code: 0, err: '' });
    const report = JSON.parse(undisturbed.out) as TrainingReport;
    await expectRecorded(report, whole);
    await served.close();

    const child = start(...search, '--workers', '0', '--out', halted);
    const journal = join(halted, 'search.journal');
    const linesOf = async (): Promise<number> =>
      (await readFile(journal, 'utf8').catch(() => '')).split('\n').length - 1;
    while ((await linesOf()) < 2 && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await linesOf()).toBeGreaterThan(0);
    expect(await readdir(halted)).toEqual(['search.journal']);

    const resumed = await run(...search, '--workers', '2', '--out', halted, '--resume');
    // The server is gone by now: the run is not on it, and everything else is there.
    expect(resumed.code).toBe(3);
    expect(JSON.parse(resumed.err)).toMatchObject({
      error: {
        code: 'run_not_recorded',
        field: 'record',
        expected: `later: plumbline runs record --from ${halted} --experiment delay`,
      },
    });
    expect(JSON.parse(resumed.out)).toMatchObject({ gate: { verdict: 'pass' } });
    expect(await readdir(halted)).toEqual(await readdir(whole));
    for (const name of ['model.onnx', 'card.json']) {
      expect(await readFile(join(halted, name))).toEqual(await readFile(join(whole, name)));
    }
    expect(await readdir(halted)).not.toContain('search.journal');

    expect(report).toMatchObject({
      dataset: { rows: 260, features: ['planned', 'float', 'trade'] },
      gate: { verdict: 'pass', reasons: [] },
      holdout: { chosen: { accuracy: { value: expect.any(Number) as number } } },
    });
    expect(report.algorithms.map(({ algorithm }) => algorithm).toSorted()).toEqual(['decision-tree', 'logistic']);
    const [best, second] = report.algorithms;
    expect(best!.cv!['brier']!.mean).toBeLessThanOrEqual(second!.cv!['brier']!.mean);
    expect(report.files.map((file) => file.slice(whole.length + 1))).toEqual(
      expect.arrayContaining(['model.onnx', 'card.json', 'figures.json', 'index.html']),
    );
  }, 120_000);

  it('exits with 4 and the reasons when the gate refuses', async () => {
    const noise = join(folder, 'noise.csv');
    await writeFile(noise, csvOf(60, 0));
    const { code, out, err } = await run('--file', noise, '--algorithms', 'logistic', '--workers', '0');
    expect({ code, err }).toEqual({ code: 4, err: '' });
    const { gate, notes } = JSON.parse(out) as TrainingReport;
    expect(gate.verdict).toBe('refuse');
    expect(gate.reasons.map((reason) => reason.code)).toContain('not_better_than_base_rate');
    expect(notes.join()).toContain('Nothing was held out');
  });
});
