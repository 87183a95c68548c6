import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  audit,
  batchResults,
  eq,
  openDatabase,
  pipelineLog,
  pipelineRuns,
  pipelineSteps,
  runs,
  type Database,
} from '../platform/db/index.ts';
import { cleanUp } from './upkeep.ts';

const DAY_MS = 86_400_000;
let clock: VirtualClock;
let database: Database;

beforeEach(async () => {
  clock = createVirtualClock(1_000);
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

type RunState = (typeof pipelineRuns.$inferInsert)['state'];

/** A run that began at `at`, with one step and one line of log. */
async function ran(
  id: string,
  at: number,
  step: { state?: RunState; pipeline?: string; outputs?: object; fromRun?: string } = {},
): Promise<void> {
  const { state = 'succeeded', pipeline = 'nightly', outputs = {}, fromRun } = step;
  const head = { spec: '{}', parameters: '{}', cause: '{}', noCache: 0, note: '', actor: 'ana' };
  await database.transaction(async (tx) => {
    await tx.insert(pipelineRuns).values({ id, pipeline, state, createdAt: at, ...head });
    await tx.insert(pipelineSteps).values({
      run: id,
      step: 'one',
      attempt: 1,
      state: fromRun === undefined ? 'succeeded' : 'cached',
      outputs: JSON.stringify(outputs),
      says: '',
      startedAt: at,
      fromRun: fromRun ?? null,
    });
    await tx.insert(pipelineLog).values({ run: id, seq: 1, step: 'one', at, line: 'said' });
  });
}

async function trained(pipelineRun: string, version: string | null): Promise<void> {
  const head = {
    experiment: 'delay',
    kind: 'train' as const,
    state: 'finished' as const,
    settings: '{}',
    metrics: '{}',
  };
  const tags = JSON.stringify({ pipelineRun });
  const line = version === null ? null : 'delay';
  await database.transaction((tx) =>
    tx
      .insert(runs)
      .values({ id: `of-${pipelineRun}`, ...head, codeVersion: '1', actor: 'ana', tags, line, version, startedAt: 1 }),
  );
}

const kept = async () => {
  const ids = async (table: typeof pipelineSteps | typeof pipelineLog) =>
    (await database.db.select({ run: table.run }).from(table)).map(({ run }) => run).toSorted();
  const all = (await database.db.select({ id: pipelineRuns.id }).from(pipelineRuns)).map(({ id }) => id).toSorted();
  expect([await ids(pipelineSteps), await ids(pipelineLog)]).toEqual([all, all]);
  return all;
};
const cleaned = () => cleanUp({ database, now: clock.now }, { pipelineRuns: 2, batchDays: 90 });
const audited = () => database.db.select().from(audit).where(eq(audit.action, 'upkeep.clean-up'));

describe('runs of pipelines', () => {
  it('beyond the newest of each are removed with steps and log, in one audit row, and then nothing more', async () => {
    for (let at = 1; at <= 5; at++) await ran(`n${at}`, at);
    await ran('w1', 1, { pipeline: 'weekly' });
    expect(await cleaned()).toEqual({ pipelineRuns: 3, batchRuns: 0 });
    expect(await kept()).toEqual(['n4', 'n5', 'w1']);
    expect(await cleaned()).toEqual({ pipelineRuns: 0, batchRuns: 0 });
    const [row, ...others] = await audited();
    expect(others).toEqual([]);
    expect(JSON.parse(row!.details)).toEqual({
      pipelineRuns: 3,
      batchRuns: 0,
      retention: { pipelineRuns: 2, batchDays: 90 },
    });
  });

  it.each(['queued', 'running', 'waiting'] as const)('that are %s stay, however old', async (state) => {
    await ran('old', 1, { state });
    await ran('n1', 2);
    await ran('n2', 3);
    await cleaned();
    expect(await kept()).toEqual(['n1', 'n2', 'old']);
  });

  it('that a version, a release or a kept run came from stay, and what those took their results from', async () => {
    await ran('root', 1);
    await ran('source', 2, { fromRun: 'root' });
    await ran('useless', 3);
    await ran('registered', 4, { fromRun: 'source' });
    await ran('nothing-came', 5);
    await ran('released', 6, { outputs: { release: 'delay@1.0.0' } });
    await ran('again', 7, { fromRun: 'released', outputs: { release: 'delay@1.0.0' } });
    await trained('registered', '1.0.0');
    await trained('nothing-came', null);
    await ran('reused', 8);
    await ran('n1', 9, { fromRun: 'reused' });
    await ran('n2', 10, { state: 'failed' });
    await cleaned();
    expect(await kept()).toEqual(['n1', 'n2', 'registered', 'released', 'reused', 'root', 'source']);
  });
});

describe('results of batch jobs', () => {
  it('go when they are too old by the clock; the newest of a job stays', async () => {
    const head = { state: 'succeeded' as const, dueAt: 1, startedAt: 1, rows: 1, bad: 0, summary: '{}' };
    await database.transaction((tx) =>
      tx.insert(batchResults).values([
        { job: 'nightly', run: 1, finishedAt: DAY_MS, ...head },
        { job: 'nightly', run: 2, finishedAt: 5 * DAY_MS, ...head },
        { job: 'nightly', run: 3, finishedAt: 6 * DAY_MS, ...head },
        { job: 'once', run: 1, finishedAt: DAY_MS, ...head },
      ]),
    );
    await clock.advance(94 * DAY_MS);
    expect(await cleaned()).toEqual({ pipelineRuns: 0, batchRuns: 1 });
    await clock.advance(300 * DAY_MS);
    expect(await cleaned()).toEqual({ pipelineRuns: 0, batchRuns: 1 });
    const left = await database.db.select({ job: batchResults.job, run: batchResults.run }).from(batchResults);
    expect(left).toEqual(
      expect.arrayContaining([
        { job: 'nightly', run: 3 },
        { job: 'once', run: 1 },
      ]),
    );
    expect(left).toHaveLength(2);
    expect(await audited()).toHaveLength(2);
  });
});
