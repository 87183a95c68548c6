import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding, Hold } from '../../shared/src/drift/index.ts';
import { datasetVersion, registerDataset, type Dataset } from '../../fleet-server/src/learning/datasets/index.ts';
import {
  createRetrainer,
  listTurns,
  orderTurn,
  putRetrainPolicy,
  resumeAutomation,
  scoresOfVersion,
  stopAutomation,
  whyWithheld,
  type Retrainer,
  type Turn,
  type WrittenRetrainPolicy,
} from '../../fleet-server/src/learning/retraining/index.ts';
import { recordOf } from '../../fleet-server/src/learning/pipelines/index.ts';
import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';
import { train, type TrainingResult } from '../../fleet-server/src/learning/training/index.ts';
import { list as listAudit } from '../../fleet-server/src/platform/audit/index.ts';
import { getModel } from '../../fleet-server/src/supply/models/index.ts';
import { freezeFleet, liftFreeze } from '../../fleet-server/src/sites/devices/index.ts';
import { approveAll, FAILING, turnOnce } from './loop/play.ts';
import { openRooms, type Rooms } from './rooms.ts';
import { withExamples } from './shuffle.ts';

const DAY_MS = 86_400_000;
const TRAINED_AT = 600 * DAY_MS;
const CHANGED_AT = 560 * DAY_MS;
const NOW = 1100 * DAY_MS;
const GRID = { logistic: [{ c: 1 }] };

/** From `CHANGED_AT` on what meant late means in time: every old score is wrong, and no input has moved. */
function changed(): Dataset {
  const dataset = generateDataset({ seed: 3, rows: 1040, signal: 2 });
  const examples = dataset.examples.map((one) =>
    one.startAt < CHANGED_AT ? one : { ...one, label: (1 - one.label) as 0 | 1 },
  );
  const base = { ...dataset, examples };
  return { ...base, version: datasetVersion(base) };
}

const finding: Finding = {
  id: 'f-1',
  kind: 'concept',
  line: 'delay',
  version: '1.0.0',
  scope: { of: 'fleet', id: '' },
  from: NOW - 30 * DAY_MS,
  to: NOW - DAY_MS,
  since: { at: CHANGED_AT, low: CHANGED_AT, high: CHANGED_AT + DAY_MS },
  alarm: true,
  statistic: 90,
  threshold: 20,
  p: 1e-9,
  effect: 0.6,
  n: 300,
  devices: 9,
  sites: 9,
  tests: [],
  sure: 'once in 1,000 windows',
  sentence: 'the same scores end otherwise',
  todo: 'retrain',
  shares: [],
};

let rooms: Rooms;
let dataset: Dataset;
let known: Dataset;
let trained: TrainingResult;
let line: string;
let lines = 0;
let findings: Finding[];
let holds: Hold[];
let retrainer: Retrainer;

const open = () =>
  createRetrainer({
    ...rooms,
    log: FAILING,
    evidence: {
      findings: async (_line, version) => findings.filter((one) => one.version === version),
      holds: async () => holds,
    },
  });
const policy = (change: Partial<WrittenRetrainPolicy> = {}) =>
  putRetrainPolicy(rooms, 'user:ana', {
    line,
    dataset: `${dataset.name}@${dataset.version}`,
    mode: 'release',
    on: { drift: { kinds: ['concept'] } },
    minimumLabels: 100,
    search: { algorithms: ['logistic'], grid: GRID, folds: 2, workers: 0 },
    ...change,
  });
const turns = async () => (await listTurns(rooms.database.db, line)).toReversed();
const actions = async () => (await listAudit(rooms.database.db)).rows.map(({ action }) => action);

beforeAll(async () => {
  rooms = await openRooms(TRAINED_AT);
  dataset = changed();
  known = withExamples(
    dataset,
    dataset.examples.filter(({ knownAt }) => knownAt < TRAINED_AT),
  );
  trained = await train(known, { seed: 1, algorithms: ['logistic'], grid: GRID, folds: 2, workers: 0 });
  await registerDataset(rooms, 'user:ana', dataset);
});
afterAll(() => rooms[Symbol.asyncDispose]());

beforeEach(() => {
  line = `line-${(lines += 1)}`;
  [findings, holds] = [[finding], []];
  rooms.setNow(NOW);
  retrainer = open();
});
afterEach(async () => {
  await retrainer.close();
  await policy({ mode: 'off' });
});

/** A champion from before the change. */
async function withChampion() {
  rooms.setNow(TRAINED_AT);
  await rooms.register(line, known, trained);
  rooms.setNow(NOW);
}

describe('the loop', () => {
  it('answers a change with a model of the rows since, through two ends of its server, up to a release', async () => {
    await withChampion();
    await policy();
    await retrainer.look();
    await retrainer.close();
    expect(await turns()).toMatchObject([{ state: 'examining' }]);
    retrainer = open();
    await retrainer.look();
    await retrainer.idle();
    const [turn] = await turns();
    expect(turn).toMatchObject({ state: 'awaiting-approval', cause: 'drift', champion: '1.0.0', findings: ['f-1'] });
    expect(turn?.details).toMatchObject({ window: { form: 'since-change' }, comparison: { winner: 'candidate' } });
    const released = await getModel(rooms.database.db, line, turn?.candidate ?? '');
    expect(released).toMatchObject({ state: 'awaiting-approval', card: { turn: turn?.id, knownBefore: NOW } });
    // As if the server had ended after the candidate was submitted and before that was written down.
    await rooms.database.transaction((tx) => forget(tx, turn));
    retrainer = open();
    await retrainer.look();
    await retrainer.idle();
    expect(await turns()).toMatchObject([{ state: 'awaiting-approval', candidate: turn?.candidate }]);
    await approveAll(rooms);
    await retrainer.look();
    expect(await turns()).toMatchObject([{ state: 'completed' }]);
    expect(await actions()).toEqual(
      expect.arrayContaining(['retraining.open', 'retraining.decide', 'retraining.turn']),
    );
    rooms.setNow(NOW + DAY_MS);
    await retrainer.look();
    expect(await turns()).toHaveLength(1);
  });

  it('begun anew forty days later by another server, releases the model that it would have', async () => {
    const recent = { windows: ['recent' as const], recentDays: 400 };
    const released = async (): Promise<number[]> => {
      const [turn] = await turns();
      expect(turn).toMatchObject({ state: 'awaiting-approval', openedAt: NOW });
      const candidate = await getModel(rooms.database.db, line, turn?.candidate ?? '');
      return scoresOfVersion(rooms, candidate, dataset.examples.slice(0, 50).map(recordOf));
    };
    await withChampion();
    await policy(recent);
    await retrainer.look();
    await retrainer.idle();
    const scores = await released();
    await policy({ mode: 'off' });
    line = `line-${(lines += 1)}`;
    await withChampion();
    await policy(recent);
    retrainer = open();
    await retrainer.look();
    await retrainer.close();
    rooms.setNow(NOW + 40 * DAY_MS);
    retrainer = open();
    await retrainer.look();
    await retrainer.idle();
    expect(await released()).toEqual(scores);
  });

  it('neither opens on a fault of the data nor learns from its rows, and only names a winner where it only examines', async () => {
    const hold: Hold = {
      line: 'delay',
      feature: 'n0',
      scope: { of: 'fleet', id: '' },
      from: CHANGED_AT,
      to: null,
      finding: 'f-2',
    };
    holds = [hold];
    await withChampion();
    await policy();
    await turnOnce(rooms, retrainer);
    expect(await turns()).toEqual([]);
    holds = [{ ...hold, to: CHANGED_AT + 100 * DAY_MS }];
    rooms.setNow(NOW + DAY_MS);
    await policy({ mode: 'examine' });
    await turnOnce(rooms, retrainer);
    const [turn] = await turns();
    expect(turn).toMatchObject({ state: 'completed', candidate: null });
    expect(turn?.says).toContain('the candidate is better');
    expect(turn?.details['leftOut']).toMatchObject([expect.stringContaining('100 rows of the fleet')]);
  });

  it('is stopped by one switch, turns that are examined included, and does not go on by itself', async () => {
    await withChampion();
    await policy();
    await retrainer.look();
    await stopAutomation(rooms, 'user:ana', 'incident 7');
    await retrainer.look();
    await retrainer.idle();
    expect(await turns()).toMatchObject([{ state: 'stopped', says: 'automation is stopped by user:ana: incident 7' }]);
    expect(await whyWithheld(rooms.database.db, { alert: 'device_offline' })).toContain('incident 7');
    await expect(orderTurn(rooms, 'user:ana', line)).rejects.toMatchObject({ code: 'automation_stopped' });
    await expect(stopAutomation(rooms, 'user:bo', 'again')).rejects.toMatchObject({ code: 'automation_stopped' });
    rooms.setNow(NOW + 200 * DAY_MS);
    await retrainer.look();
    expect(await turns()).toHaveLength(1);
    await resumeAutomation(rooms, 'user:ana', 'mended');
    expect(await whyWithheld(rooms.database.db, { alert: 'device_offline' })).toBeUndefined();
    await orderTurn(rooms, 'user:bo', line);
    expect((await turns())[1]).toMatchObject({ state: 'examining', cause: 'person', tries: 2 });
    await freezeFleet(rooms, 'user:ana', 'storm');
    await retrainer.look();
    expect((await turns())[1]).toMatchObject({ state: 'stopped', says: 'automation is stopped by user:ana: storm' });
    await liftFreeze(rooms, 'user:ana', 'over');
  });

  it('sees to the drift of its line alone, and withholds what a pipeline would do a second time', async () => {
    const { db } = rooms.database;
    expect(await whyWithheld(db, { drift: line })).toBeUndefined();
    await policy();
    expect(await whyWithheld(db, { drift: line })).toContain('policy of retraining');
    expect(await whyWithheld(db, { drift: 'cost' })).toBeUndefined();
    await policy({ mode: 'off' });
    expect(await whyWithheld(db, { drift: line })).toBeUndefined();
  });

  it.each<[string, object, object]>([
    ['nothing to open on', { on: {} }, { code: 'retrain_policy_malformed', field: 'on' }],
    ['a kind that is no drift', { on: { drift: { kinds: ['quality'] } } }, { field: 'on.drift.kinds.0' }],
    ['a word that is not known', { onn: {} }, { code: 'retrain_policy_malformed' }],
    ['a dataset that is not there', { dataset: 'gone@01234567' }, { code: 'dataset_unknown', field: 'dataset' }],
    ['a rollout policy that is not there', { mode: 'rollout', rolloutPolicy: 'gone' }, { code: 'policy_unknown' }],
  ])('refuses a policy with %s', async (_what, change, error) => {
    await expect(policy(change)).rejects.toMatchObject(error);
  });
});

async function forget(tx: Parameters<Parameters<Rooms['database']['transaction']>[0]>[0], turn: Turn | undefined) {
  const { eq, retrainingTurns } = await import('../../fleet-server/src/platform/db/index.ts');
  const lost = { state: 'examining' as const, candidate: null };
  await tx
    .update(retrainingTurns)
    .set(lost)
    .where(eq(retrainingTurns.id, turn?.id ?? ''));
}
