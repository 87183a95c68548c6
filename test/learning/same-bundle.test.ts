import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../fleet-server/src/learning/datasets/index.ts';
import { releaseModel, trainModel } from '../../fleet-server/src/learning/pipelines/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { openJournalFile } from '../../fleet-server/src/learning/training/index.ts';
import { createModelLab, openArtifactFiles } from '../../fleet-server/src/platform/adapters/index.ts';
import { openDatabase } from '../../fleet-server/src/platform/db/index.ts';
import { makeDevelopmentKeys, openDesk, type Desk } from '../../fleet-server/src/supply/keys/index.ts';
import { importRepository } from '../../fleet-server/src/supply/repository/index.ts';

const MAIN = resolve(import.meta.dirname, '../../fleet-server/src/entry/cli/main.ts');
const ALGORITHMS = ['logistic', 'decision-tree'] as const;
const [FOLDS, PERMUTATIONS, SEED] = [3, 12, 1];

const clock = createVirtualClock();
const lab = createModelLab();
let folder: string;
let rows: string;
let desk: Desk;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-same-'));
  rows = join(folder, 'rows.csv');
  const { examples } = generateDataset({ seed: 5, rows: 260, signal: 1.2 });
  const lines = examples.map(({ values, label }) => [values['n0'], values['n1'], values['trade'], label].join(','));
  await writeFile(rows, ['planned,float,trade,late', ...lines].join('\n'));
  await makeDevelopmentKeys(join(folder, 'keys'), clock.now());
  desk = await openDesk(join(folder, 'keys'));
});
afterAll(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

/** Trains and seals on a server of its own with the same keys; hashes of the sealed archives, by variant. */
async function sealedHashes(name: string, workers: number, journal?: string): Promise<Record<string, string>> {
  const dataset = await openDataset([rows], { roles: { label: 'late' } });
  const trained = await trainModel(dataset, {
    seed: SEED,
    algorithms: ALGORITHMS,
    folds: FOLDS,
    gatePermutations: PERMUTATIONS,
    finalists: true,
    holdout: 0.2,
    workers,
    ...(journal === undefined ? {} : { journal: openJournalFile(journal) }),
  });
  const database = await openDatabase({ url: 'sqlite::memory:', clock });
  try {
    await importRepository({ database, desk, now: clock.now }, 'system', join(folder, 'keys'));
    const artifacts = await openArtifactFiles(join(folder, name));
    const deps = { database, artifacts, desk, lab, now: clock.now, versionsInUse: async () => [] };
    const { variants } = await releaseModel(deps, 'user:ana', 'delay', trained);
    return Object.fromEntries(variants.map(({ variant, archive }) => [variant, archive]));
  } finally {
    await database.close();
  }
}

const linesOf = async (path: string): Promise<number> =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').length - 1;

/** The journal that `plumbline train` leaves when it is killed in the middle of its search. */
async function killedJournal(): Promise<string> {
  const out = join(folder, 'killed');
  const flags = [
    '--algorithms',
    ALGORITHMS.join(','),
    '--folds',
    FOLDS,
    '--permutations',
    PERMUTATIONS,
    '--seed',
    SEED,
  ];
  const command = [MAIN, 'train', '--file', rows, '--label', 'late', ...flags.map(String), '--workers', '0'];
  const child = spawn(process.execPath, [...command, '--out', out], { stdio: 'ignore' });
  const ended = once(child, 'close');
  const journal = join(out, 'search.journal');
  while ((await linesOf(journal)) < 4 && child.exitCode === null) await sleep(5);
  child.kill('SIGKILL');
  await ended;
  return journal;
}

describe('the same rows and the same seed', () => {
  it('seal the same archives on one thread, on two, and after a kill in the middle of the search', async () => {
    const one = await sealedHashes('one', 1);
    expect(Object.values(one)[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(await sealedHashes('two', 2)).toEqual(one);
    const journal = await killedJournal();
    const kept = await linesOf(journal);
    expect(kept).toBeGreaterThanOrEqual(4);
    expect(await sealedHashes('resumed', 2, journal)).toEqual(one);
    // It went on from there: the rest of the search was added behind.
    expect(await linesOf(journal)).toBeGreaterThan(kept);
  }, 120_000);
});
