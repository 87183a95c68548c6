import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  alerts,
  audit,
  batchResults,
  driftDays,
  driftFindings,
  driftJudged,
  driftRefusals,
  driftWindows,
  eq,
  openDatabase,
  pipelineLog,
  pipelineRuns,
  pipelineSteps,
  qualityHolds,
  retrainingTurns,
  runs,
  type Database,
  type Db,
} from '../platform/db/index.ts';
import { cleanUp } from './upkeep.ts';

const DAY_MS = 86_400_000;
const NOTHING = { pipelineRuns: 0, batchRuns: 0, drift: 0, alerts: 0 };
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
const cleaned = () => cleanUp({ database, now: clock.now }, { pipelineRuns: 2, batchDays: 90, driftDays: 740 });
const audited = () => database.db.select().from(audit).where(eq(audit.action, 'upkeep.clean-up'));

describe('runs of pipelines', () => {
  it('beyond the newest of each are removed with steps and log, in one audit row, and then nothing more', async () => {
    for (let at = 1; at <= 5; at++) await ran(`n${at}`, at);
    await ran('w1', 1, { pipeline: 'weekly' });
    expect(await cleaned()).toEqual({ ...NOTHING, pipelineRuns: 3 });
    expect(await kept()).toEqual(['n4', 'n5', 'w1']);
    expect(await cleaned()).toEqual(NOTHING);
    const [row, ...others] = await audited();
    expect(others).toEqual([]);
    expect(JSON.parse(row!.details)).toEqual({
      ...NOTHING,
      pipelineRuns: 3,
      retention: { pipelineRuns: 2, batchDays: 90, driftDays: 740 },
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
    expect(await cleaned()).toEqual({ ...NOTHING, batchRuns: 1 });
    await clock.advance(300 * DAY_MS);
    expect(await cleaned()).toEqual({ ...NOTHING, batchRuns: 1 });
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

const insert = (rows: (tx: Db) => Promise<unknown>) => database.transaction(async (tx) => void (await rows(tx)));

const alert = (id: string, subject: string, at: number, clearedAt: number | null) => ({
  id,
  kind: 'drift',
  subject,
  scope: 'model',
  sentence: '',
  details: '{}',
  raisedAt: at,
  lastAt: at,
  count: 1,
  told: 1,
  clearedAt,
});

describe('drift and alerts of before', () => {
  const NOW = 2000 * DAY_MS;
  const OLD = 1000 * DAY_MS;
  const OF = { line: 'delay', version: '1.0.0' };
  const found = (id: string, toAt: number, standing = 0) => ({
    ...OF,
    id,
    subject: `model:delay@1.0.0/covariate:${id}`,
    kind: 'covariate',
    scope: 'fleet',
    scopeId: '',
    fromAt: toAt - DAY_MS,
    toAt,
    alarm: 1,
    standing,
    begunAt: toAt,
    body: '{}',
    judgedAt: toAt,
  });

  it('go by time; what stands, is held, answers an open turn, or says how far was judged, stays', async () => {
    await clock.advance(NOW - clock.now());
    const day = {
      ...OF,
      device: 'gw-1',
      site: 'north',
      sha256: 'ab',
      count: 1,
      windows: 1,
      quarantined: 0,
      body: '{}',
    };
    const turn = {
      ...OF,
      cause: 'time' as const,
      sentence: '',
      policy: '{}',
      champion: '1.0.0',
      tries: 1,
      attempts: 0,
      says: '',
    };
    const judged = { ...OF, counted: 1, judgedAt: OLD };
    const hold = { line: 'delay', feature: 'a', scope: 'fleet', scopeId: '', fromAt: OLD, openedAt: OLD };
    const refused = { device: 'gw-1', site: 'north', line: 'delay', code: 'window_past', field: 'to', expected: '' };
    await insert(async (tx) => {
      for (const fromAt of [OLD, NOW - DAY_MS]) {
        await tx.insert(driftDays).values({ ...day, fromAt, toAt: fromAt + DAY_MS, takenAt: fromAt });
        await tx
          .insert(driftWindows)
          .values({ device: 'gw-1', id: `w${fromAt}`, sha256: 'ab', fromAt, takenAt: fromAt });
        await tx.insert(driftRefusals).values({ ...refused, id: `r${fromAt}`, fromAt, refusedAt: fromAt });
      }
      for (const [at, family] of [
        [OLD, 'inputs'],
        [OLD + DAY_MS, 'inputs'],
        [OLD, 'outcomes'],
      ] as const) {
        await tx.insert(driftJudged).values({ ...judged, family, fromAt: at, toAt: at + DAY_MS });
      }
      const over = ['over', 'turned', 'held', 'held-once'].map((id) => found(id, OLD));
      await tx.insert(driftFindings).values([...over, found('stands', OLD, 1), found('new', NOW - DAY_MS)]);
      await tx.insert(qualityHolds).values([
        { ...hold, id: 'h1', finding: 'held', toAt: null },
        { ...hold, id: 'h2', finding: 'held-once', toAt: OLD + DAY_MS },
      ]);
      const times = { openedAt: OLD, changedAt: OLD, details: '{}', actor: 'ana', findings: '["turned"]' };
      await tx.insert(retrainingTurns).values({ ...turn, ...times, id: 'turn-1', state: 'awaiting-approval' as const });
      await tx
        .insert(alerts)
        .values([
          alert('seen', 'a', OLD, OLD),
          alert('again', 'a', OLD + 1, OLD + 2),
          alert('open', 'b', OLD, null),
          alert('late', 'c', OLD, NOW - DAY_MS),
        ]);
    });
    expect(await cleaned()).toEqual({ ...NOTHING, drift: 6, alerts: 1 });
    const { db } = database;
    const ids = async (table: typeof driftFindings | typeof alerts | typeof qualityHolds) =>
      (await db.select({ id: table.id }).from(table)).map(({ id }) => id).toSorted();
    expect(await ids(driftFindings)).toEqual(['held', 'new', 'stands', 'turned']);
    expect(await ids(alerts)).toEqual(['again', 'late', 'open']);
    expect(await ids(qualityHolds)).toEqual(['h1', 'h2']);
    const left = await db.select({ at: driftJudged.fromAt, family: driftJudged.family }).from(driftJudged);
    expect(left).toHaveLength(2);
    expect(left).toContainEqual({ at: OLD + DAY_MS, family: 'inputs' });
    for (const table of [driftDays, driftWindows, driftRefusals]) {
      expect(await db.select({ at: table.fromAt }).from(table)).toEqual([{ at: NOW - DAY_MS }]);
    }
    expect(await cleaned()).toEqual(NOTHING);
  });
});
