import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArtifactFiles } from '../../../platform/adapters/index.ts';
import { list } from '../../../platform/audit/index.ts';
import { openDatabase, outboxEvents } from '../../../platform/db/index.ts';
import {
  archiveRun,
  artifactsOfRun,
  compareRuns,
  comparisonOf,
  failRun,
  finishRun,
  listRuns,
  metricsOfDays,
  showRun,
  startRun,
  stopOrphans,
  tagRun,
  trackRun,
  type Run,
  type RunDeps,
  type RunMetrics,
} from '../index.ts';

let clock: VirtualClock;
let folder: string;
let deps: RunDeps;
const ana = 'user:ana';
const metrics: RunMetrics = { values: { auc: 0.8, brier: null } };
const start = (experiment = 'delay', more = {}) => startRun(deps, ana, { experiment, kind: 'train', ...more });

beforeEach(async () => {
  clock = createVirtualClock();
  folder = await mkdtemp(join(tmpdir(), 'plumbline-runs-'));
  deps = {
    database: await openDatabase({ url: 'sqlite::memory:', clock }),
    artifacts: await openArtifactFiles(folder),
    now: clock.now,
  };
});
afterEach(async () => {
  await deps.database.close();
  await rm(folder, { recursive: true });
});

const file = (name: string) => ({ name, mediaType: 'text/plain', bytes: new Uint8Array(1) });

describe('a run', () => {
  it('is known before anything was computed, and keeps what it was told and what came out', async () => {
    const { id } = await start('delay', { dataset: { name: 'east', version: 'ab' }, settings: { folds: 5 }, seed: 7 });
    expect(await showRun(deps.database.db, id)).toMatchObject({ state: 'running', seed: 7, settings: { folds: 5 } });
    const result = { line: 'delay', version: '1.0.0' };
    const bytes = new TextEncoder().encode('<svg/>');
    const artifacts = [{ name: 'roc.svg', mediaType: 'image/svg+xml', bytes }];
    const ended = await finishRun(deps, ana, id, { metrics, result, artifacts });
    expect(ended).toMatchObject({ state: 'finished', metrics, result, dataset: { name: 'east', version: 'ab' } });
    expect(ended.codeVersion).toMatch(/^plumbline \d/);
    const [kept] = await artifactsOfRun(deps.database.db, id);
    expect(new Uint8Array(await deps.artifacts.get(kept!.sha256))).toEqual(bytes);
    const { rows } = await list(deps.database.db, { subject: `run:${id}` });
    expect(rows.map(({ action }) => action)).toEqual(['runs.finish', 'runs.start']);
    const events = await deps.database.db.select({ type: outboxEvents.type }).from(outboxEvents);
    expect(events).toEqual([{ type: 'run.ended' }]);
  });

  it.each([
    ['stopped', 'stopped'],
    ['one_class', 'failed'],
  ])('that ended by %s is %s, with the code', async (code, state) => {
    const work = () => Promise.reject(new CodedError(code, 'why'));
    await expect(trackRun(deps, ana, { experiment: 'delay', kind: 'train' }, work)).rejects.toMatchObject({ code });
    const { runs } = await listRuns(deps.database.db);
    expect(runs).toMatchObject([{ state, error: { code, message: 'why' } }]);
  });

  it('ends once', async () => {
    const { id } = await start();
    await finishRun(deps, ana, id, { metrics });
    await expect(finishRun(deps, ana, id, { metrics })).rejects.toMatchObject({ code: 'run_not_running' });
    await expect(failRun(deps, ana, id, new Error('late'))).rejects.toMatchObject({ code: 'run_not_running' });
    await expect(finishRun(deps, ana, 'run-0', { metrics })).rejects.toMatchObject({ code: 'run_unknown' });
  });

  it('whose process died is stopped when the server comes back; one that had ended is left alone', async () => {
    const [dead, done] = [await start(), await start()];
    await finishRun(deps, ana, done.id, { metrics });
    expect(await stopOrphans(deps)).toBe(1);
    expect(await showRun(deps.database.db, dead.id)).toMatchObject({
      state: 'stopped',
      error: { code: 'process_ended' },
    });
    expect(await showRun(deps.database.db, done.id)).toMatchObject({ state: 'finished' });
    expect(await stopOrphans(deps)).toBe(0);
  });

  it.each([
    [{ experiment: ' ' }, 'experiment'],
    [{ tags: { 'a b': 'x' } }, 'tags.a b'],
    [{ tags: { a: 'x'.repeat(257) } }, 'tags.a'],
    [{ settings: { all: 'x'.repeat(1_048_577) } }, 'settings'],
  ])('refuses %o by the name of the field', async (more, field) => {
    await expect(start('delay', more)).rejects.toMatchObject({ code: 'run_malformed', field });
    expect((await listRuns(deps.database.db)).runs).toEqual([]);
  });

  it('leaves nothing half-written when a file is refused', async () => {
    const { id } = await start();
    for (const artifacts of [[file('../x')], [file('a'), file('a')]]) {
      await expect(finishRun(deps, ana, id, { metrics, artifacts })).rejects.toMatchObject({ code: 'run_malformed' });
    }
    expect(await showRun(deps.database.db, id)).toMatchObject({ state: 'running' });
    expect(await artifactsOfRun(deps.database.db, id)).toEqual([]);
  });

  it('has tags that are set and taken away, and is put away without being deleted', async () => {
    const { id } = await start('delay', { tags: { team: 'east', old: 'x' } });
    expect((await tagRun(deps, ana, id, { old: null, best: 'yes' })).tags).toEqual({ team: 'east', best: 'yes' });
    await expect(archiveRun(deps, ana, id)).rejects.toMatchObject({ code: 'run_still_running' });
    await finishRun(deps, ana, id, { metrics });
    await archiveRun(deps, ana, id);
    await archiveRun(deps, ana, id);
    expect((await listRuns(deps.database.db)).runs).toEqual([]);
    expect((await listRuns(deps.database.db, { archived: true })).runs).toHaveLength(1);
  });
});

describe('the list of runs', () => {
  it('comes page by page, the newest first, every run once', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) {
      // Pairs begin in the same millisecond.
      if (count % 2 === 0) await clock.advance(10);
      ids.push((await start(count < 5 ? 'delay' : 'other')).id);
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRuns(deps.database.db, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.runs.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(ids.toSorted());
    expect(seen[0]).toBe(ids[6]);
    expect((await listRuns(deps.database.db, { experiment: 'other' })).runs).toHaveLength(2);
    await expect(listRuns(deps.database.db, { cursor: 'x' })).rejects.toMatchObject({ code: 'runs_cursor' });
  });
});

const run = (auc: number[], key: string, settings: Record<string, unknown>): Run =>
  ({
    id: key,
    settings,
    dataset: null,
    seed: 1,
    codeVersion: 'x',
    metrics: {
      values: { auc: 0.5 },
      folds: { key: 'k', rowsTrain: auc.map(() => 80), rowsValid: auc.map(() => 20), values: { auc } },
    },
  }) as unknown as Run;

describe('runs side by side', () => {
  it('show the settings that differ and no others', () => {
    const { parameters } = comparisonOf([
      run([0.5], 'a', { folds: 5, deep: { depth: 3 } }),
      run([0.5], 'b', { folds: 5, deep: { depth: 4 }, extra: true }),
    ]);
    expect(parameters).toEqual([
      { path: 'settings.deep.depth', values: [3, 4] },
      { path: 'settings.extra', values: [null, true] },
    ]);
  });

  it('pair over the same folds, with the corrected interval of Nadeau and Bengio', () => {
    const first = [0.7, 0.72, 0.69, 0.71, 0.73];
    const { metrics: found, sameFolds } = comparisonOf([
      run(first, 'a', {}),
      run([0.74, 0.75, 0.7, 0.76, 0.75], 'b', {}),
    ]);
    const differences = [0.04, 0.03, 0.01, 0.05, 0.02];
    const variance = differences.reduce((sum, one) => sum + (one - 0.03) ** 2, 0) / 4;
    const half = 2.776445105 * Math.sqrt((1 / 5 + 20 / 80) * variance);
    const [difference] = found[0]!.differences;
    expect(sameFolds).toBe(true);
    expect(difference!.mean).toBeCloseTo(0.03, 10);
    expect(difference!.low).toBeCloseTo(0.03 - half, 6);
    expect(difference!.high).toBeCloseTo(0.03 + half, 6);
  });

  it('do not pair over other folds, and need to be two', async () => {
    const other = run([0.5, 0.6], 'b', {});
    other.metrics.folds!.key = 'other';
    const { metrics: found, sameFolds } = comparisonOf([run([0.5, 0.6], 'a', {}), other]);
    expect({ sameFolds, differences: found[0]!.differences }).toEqual({ sameFolds: false, differences: [null] });
    const { id } = await start();
    await expect(compareRuns(deps.database.db, [id, id])).rejects.toMatchObject({ code: 'runs_too_few' });
  });
});

const fold = (mae: number, r2: number) => ({ mae, rmse: mae + 1, r2, rowsTrain: 60, rowsValid: 30 });

describe('the figures of a regression of delay days', () => {
  it('are means over folds, unknown where one fold has none, and pair by the very folds', () => {
    const settings = { datasetVersion: 'ab', split: 'group', folds: 2, seed: 1 };
    const trained = (...folds: object[]) =>
      metricsOfDays({
        result: { chosen: 0, settings, table: [{ folds }] },
        gate: { verdict: 'pass', reasons: [] },
        holdout: { chosen: { mae: { value: 5, low: 4, high: 6 }, rmse: { value: 7 }, r2: { value: Number.NaN } } },
      } as unknown as Parameters<typeof metricsOfDays>[0]);
    const one = trained(fold(4, 0.5), fold(6, Number.NaN));
    expect(one).toMatchObject({
      values: { mae: 5, rmse: 6, r2: null },
      holdout: { mae: 5, rmse: 7, r2: null },
      folds: { rowsValid: [30, 30], values: { mae: [4, 6], r2: [0.5, null] } },
      gate: { verdict: 'pass' },
    });
    expect(one.values).not.toHaveProperty('pinball');
    expect(trained(fold(1, 1), fold(2, 1)).folds?.key).toBe(one.folds?.key);
  });
});
