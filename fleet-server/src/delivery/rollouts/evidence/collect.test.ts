import type { GraphOutput } from '@plumbline/shared/manifest';
import { createVirtualClock } from '@plumbline/shared/testing';
import type { ModelReport } from '@plumbline/shared/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assignments,
  devices,
  driftVerdicts,
  modelVersions,
  openDatabase,
  rolloutDevices,
  siteLog,
  telemetry,
  type Database,
} from '../../../platform/db/index.ts';
import { recordReport } from '../../../sites/devices/index.ts';
import { gates } from '../gates/gates.ts';
import { collectEvidence } from './collect.ts';

const CREATED = 1000;
const OURS = 'ab'.repeat(32);
const THEIRS = 'cd'.repeat(32);
const ROLLOUT = { id: 'r-1', line: 'delay', version: '1.1.0', createdAt: CREATED };

const clock = createVirtualClock(2000);
let database: Database;
let counter = 0;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

const collect = (
  options: Parameters<typeof collectEvidence>[2] = {},
  plan?: Parameters<typeof collectEvidence>[1]['plan'],
) => collectEvidence(database.db, { ...ROLLOUT, ...(plan && { plan }) }, options);

async function member(device: string, more: Partial<typeof rolloutDevices.$inferInsert> = {}, site = 'north') {
  await database.transaction(async (tx) => {
    await tx.insert(devices).values({
      id: device,
      site,
      profile: 'linux-x64-dev',
      agent: '0.1.0',
      publicKey: '{}',
      keyId: device,
      tags: '[]',
      enrolledAt: 0,
      reportCounter: 0,
      assignedSeq: 0,
    });
    await tx.insert(rolloutDevices).values({ rollout: 'r-1', device, stage: 0, ...more });
    if (typeof more.assignmentSeq !== 'number') return;
    await tx.insert(assignments).values({
      device,
      seq: more.assignmentSeq,
      line: 'delay',
      version: '1.1.0',
      counter: 3,
      sha256: OURS,
      cause: 'r-1',
      bytes: Buffer.alloc(1),
      issuedAt: 0,
    });
  });
}

const report = (device: string, model: Partial<ModelReport>) =>
  recordReport({ database, now: clock.now }, device, {
    v: 1,
    agent: '0.1.0',
    profile: 'linux-x64-dev',
    nonce: 'first-nonce',
    counter: (counter += 1),
    at: 0,
    assignmentSeq: 0,
    models: [{ model: 'delay', state: 'committed', ...model }],
    outbox: {},
    trust: { root: 1, timestamp: 1, snapshot: 1, targets: 1, stale: false },
  });
const served = (sha256: string, predictions: number, p95Micros: number, memoryMb?: number) => ({
  sha256,
  since: 0,
  predictions,
  errors: 2,
  p95Micros,
  ...(memoryMb !== undefined && { memoryMb }),
});
const running = { sha256: OURS, version: '1.1.0', counter: 3 };
const shadow = { records: 50, agreement: 1, meanShift: 0, maxShift: 0, latencyRatio: 1.5, memoryRatio: 1.2 };

/** An activity due at 1500 that was late, predicted once by each version. */
async function activities(
  site: string,
  count: number,
  values: (i: number) => Record<string, unknown>,
  dueAt = 1500,
  delayDays?: number,
) {
  await database.transaction(async (tx) => {
    for (let i = 0; i < count; i += 1) {
      const activity = `${site}-${dueAt}-${i}`;
      const head = { activity, base: null, actor: 'ana' };
      const log = [
        { ...head, id: `plan-of-${activity}`, at: 0, field: 'plan', value: { startAt: 0, dueAt, values: values(i) } },
        {
          ...head,
          id: `end-of-${activity}`,
          at: 1800,
          field: 'outcome',
          value: { label: 1, observedAt: 1800, ...(delayDays !== undefined && { delayDays }) },
        },
      ];
      for (const [n, { id, at, field, ...rest }] of log.entries()) {
        const entry = JSON.stringify({ id, at, field, ...rest });
        await tx.insert(siteLog).values({ site, cursor: dueAt * 1000 + i * 2 + n, id, activity, field, at, entry });
      }
      for (const [version, sha256, score] of [
        ['1.0.0', THEIRS, 0.5],
        ['1.1.0', OURS, 0.8],
      ] as const) {
        const row = { device: `gw-${site}`, site, kind: 'prediction', line: 'delay', body: '{}', receivedAt: 0 };
        const at = 1200 + i;
        const said = { activity, version, sha256, score, at, asOf: at };
        await tx.insert(telemetry).values({ ...row, ...said, stream: `${site}-${version}-${dueAt}`, seq: i + 1 });
      }
    }
  });
}

const verdict = (version: string, fromAt: number, toAt: number, alarm: 0 | 1, comparisons: object[] = []) =>
  database.transaction((tx) =>
    tx.insert(driftVerdicts).values({
      line: 'delay',
      version,
      fromAt,
      toAt,
      alarm,
      count: 200,
      sentence: `alarm of ${version} from ${fromAt}`,
      details: JSON.stringify({ comparisons }),
      assessedAt: toAt,
    }),
  );

describe('evidence of devices', () => {
  it('is empty of a rollout without members', async () => {
    expect(await collect()).toEqual({
      line: 'delay',
      version: '1.1.0',
      devices: [],
      drift: { judged: 0, alarms: [] },
      quality: { candidate: [], champion: [] },
      fairness: [],
      absent: [],
    });
  });

  it('says who was assigned what, in order of name, and what each last said', async () => {
    await member('gw-2', { stage: 1 }, 'south');
    await member('gw-1', { assignmentSeq: 7, assignedAt: 1500, acknowledgedAt: 1900 });
    await report('gw-1', { running, target: { sha256: OURS, counter: 3, assignmentSeq: 7 }, proof: 'proven', shadow });
    expect((await collect()).devices).toEqual([
      {
        device: 'gw-1',
        site: 'north',
        stage: 0,
        assigned: { seq: 7, sha256: OURS, at: 1500 },
        lastSeenAt: clock.now(),
        model: {
          state: 'committed',
          targetSeq: 7,
          targetSha256: OURS,
          runningSha256: OURS,
          proof: 'proven',
          reason: undefined,
          detail: undefined,
          shadow,
          served: undefined,
          latencyRatio: 1.5,
          memoryRatio: 1.2,
        },
        isAcknowledged: true,
      },
      {
        device: 'gw-2',
        site: 'south',
        stage: 1,
        assigned: undefined,
        lastSeenAt: null,
        model: undefined,
        isAcknowledged: false,
      },
    ]);
  });

  const HALF = { served: served(OURS, 50, 300), servedBefore: served(THEIRS, 50, 200) };
  it.each<[string, Partial<ModelReport>, { latencyRatio?: number; memoryRatio?: number }]>([
    ['in service, where both have answered 50', { running, shadow, ...HALF }, { latencyRatio: 1.5 }],
    [
      'of the shadow run, where the old model has answered fewer',
      { running, shadow: { ...shadow, latencyRatio: 9 }, ...HALF, servedBefore: served(THEIRS, 49, 200) },
      { latencyRatio: 9 },
    ],
    ['of neither, where nothing was compared', { running, served: served(OURS, 50, 300) }, {}],
    [
      'of neither, where the counts are of another archive than the one that runs',
      { running, served: served(THEIRS, 50, 300), servedBefore: served(OURS, 50, 200) },
      {},
    ],
    [
      'of neither, where the old one took no time that a clock could tell',
      { running, ...HALF, servedBefore: served(THEIRS, 50, 0) },
      {},
    ],
    [
      'of memory in service, where no shadow run could measure it',
      { running, served: served(OURS, 50, 0, 90), servedBefore: served(THEIRS, 50, 0, 60) },
      { memoryRatio: 1.5 },
    ],
  ])('takes a ratio %s', async (_which, model, wanted) => {
    await member('gw-1', { assignmentSeq: 7, assignedAt: 1500 });
    await report('gw-1', model);
    const [device] = (await collect()).devices;
    expect(device?.model).toMatchObject({ latencyRatio: undefined, ...wanted });
  });

  it('counts what was asked, not only what was answered', async () => {
    await member('gw-1', { assignmentSeq: 7, assignedAt: 1500 });
    await report('gw-1', { running, served: served(OURS, 98, 300) });
    expect((await collect()).devices[0]?.model?.served).toEqual({ predictions: 100, errors: 2 });
  });
});

describe('evidence of quality', () => {
  const LATER = { now: 3000 };

  it('compares the candidate with all others of the line, site by site', async () => {
    await activities('north', 3, () => ({}));
    await activities('south', 2, () => ({}));
    const { quality } = await collect(LATER);
    expect(quality.candidate.map(({ cluster, count }) => [cluster, count])).toEqual([
      ['north', 3],
      ['south', 2],
    ]);
    expect(quality.candidate[0]?.loss).toBeCloseTo(3 * 0.04, 10);
    expect(quality.champion[1]?.loss).toBeCloseTo(2 * 0.25, 10);
  });

  it('leaves out what falls due later, though it has ended', async () => {
    await activities('north', 3, () => ({}), 5000);
    expect((await collect(LATER)).quality).toEqual({ candidate: [], champion: [] });
    expect((await collect({ now: 5001 })).quality.candidate).toHaveLength(1);
  });

  it('has a slice for each category of which both models have 20 outcomes, the largest first', async () => {
    await activities('north', 65, (i) => ({
      trade: i < 20 ? 'concrete' : i < 60 ? 'steel' : 'glass',
      name: `slab ${i}`,
      level: i,
      only: 'one',
      mixed: i === 0 ? 7 : 'word',
    }));
    const { fairness } = await collect(LATER);
    expect(fairness.map(({ slice, candidate, champion }) => [slice, candidate[0]?.count, champion[0]?.count])).toEqual([
      ['trade = steel', 40, 40],
      ['trade = concrete', 20, 20],
    ]);
  });

  it('has sixteen slices at most', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `trait-${i}`);
    await activities('north', 40, (i) => Object.fromEntries(names.map((name) => [name, i % 2 === 0 ? 'a' : 'b'])));
    expect((await collect(LATER)).fairness).toHaveLength(16);
  });

  it('is not read where no gate asks for it', async () => {
    await activities('north', 3, () => ({}));
    const asked = { gates: gates.parse({}), stages: [] };
    expect((await collect(LATER, asked)).quality.candidate).toEqual([]);
    const named = { gates: gates.parse({ quality: { worseBy: 0 } }), stages: [] };
    expect((await collect(LATER, named)).quality.candidate).toHaveLength(1);
  });
});

/** Versions as the registry knows them, by what they answer. */
const answer = (outputs: Record<string, GraphOutput>) =>
  database.transaction(async (tx) => {
    for (const [i, [version, output]] of Object.entries(outputs).entries()) {
      const about = { line: 'delay', version, counter: i + 1, algorithm: 'a', card: '{}', createdAt: 0 };
      const subject = JSON.stringify({ output });
      await tx.insert(modelVersions).values({ ...about, subject, state: 'published' });
    }
  });

describe('evidence of what days were worth', () => {
  const DAYS: GraphOutput = { kind: 'value', value: 'value', unit: 'days' };
  const LATER = { now: 2000 };
  const LATE: GraphOutput = { kind: 'classes', probabilities: 'p', classes: ['0', '1'], positive: '1' };
  it('is the absolute error in days, although both answers would pass for chances', async () => {
    await answer({ '1.0.0': DAYS, '1.1.0': DAYS });
    await activities('north', 3, () => ({}), 1500, 10.8);
    const { quality, measure, unmeasured } = await collect(LATER);
    expect(quality.candidate).toEqual([{ cluster: 'north', count: 3, loss: expect.closeTo(30, 9) as number }]);
    expect(quality.champion).toEqual([{ cluster: 'north', count: 3, loss: expect.closeTo(30.9, 9) as number }]);
    expect(measure).toEqual({ name: 'mean absolute error', unit: 'days' });
    expect(unmeasured).toBeUndefined();
  });

  it('of a quantile is the pinball loss', async () => {
    const upper: GraphOutput = { ...DAYS, quantile: 0.9 };
    await answer({ '1.0.0': upper, '1.1.0': upper });
    await activities('north', 1, () => ({}), 1500, 10.8);
    const { quality, measure } = await collect(LATER);
    expect(quality.candidate[0]!.loss).toBeCloseTo(9, 9);
    expect(measure!.name).toBe('pinball loss at 0.9');
  });

  it('is not known from outcomes that name no days, and says so', async () => {
    await answer({ '1.0.0': DAYS, '1.1.0': DAYS });
    await activities('north', 3, () => ({}));
    const { quality, unmeasured } = await collect(LATER);
    expect(quality).toEqual({ candidate: [], champion: [] });
    expect(unmeasured).toBe('6 matured outcomes say late or in time, and none by how many days');
  });

  it.each<[string, Record<string, GraphOutput>, string]>([
    ['chances', { '1.0.0': LATE, '1.1.0': DAYS }, 'a value in days, and 1.0.0 before it the chance of 1'],
    ['days', { '1.0.0': DAYS, '1.1.0': LATE }, 'the chance of 1, and 1.0.0 before it a value in days'],
    [
      'another quantile',
      { '1.0.0': DAYS, '1.1.0': { ...DAYS, quantile: 0.9 } },
      'the 0.9 quantile in days, and 1.0.0 before it a value in days',
    ],
  ])('of a line that answered %s before is not comparable', async (_what, outputs, says) => {
    await answer(outputs);
    await activities('north', 3, () => ({}), 1500, 10.8);
    const { quality, unmeasured } = await collect(LATER);
    expect(quality.champion).toEqual([]);
    expect(unmeasured).toBe(`the candidate answers ${says}`);
  });
});

describe('evidence of drift', () => {
  it('is of windows of the candidate that reach into the time of the rollout', async () => {
    await verdict('1.1.0', 0, CREATED, 1);
    await verdict('1.1.0', CREATED - 500, CREATED + 500, 0);
    await verdict('1.1.0', CREATED + 500, CREATED + 1500, 1);
    await verdict('1.0.0', CREATED + 500, CREATED + 1500, 1);
    expect((await collect()).drift).toEqual({ judged: 2, alarms: [`alarm of 1.1.0 from ${CREATED + 500}`] });
  });

  const wind = { name: 'wind', p: 0.004, effect: 0.6, alarm: false };
  const others = Array.from({ length: 9 }, (_, i) => ({ name: `f${i}`, p: 0.3, effect: 0.1, alarm: false }));
  it.each<[string, object[][], string | undefined]>([
    ['large, likely and not sure', [[wind, ...others]], 'wind has likely moved (effect 0.60, p = 4.0e-3)'],
    ['the largest of two', [[wind, { ...wind, name: 'crew', effect: 0.9 }, ...others]], 'crew has likely moved'],
    ['likely by the number of features asked alone', [[{ ...wind, p: 0.006 }, ...others]], undefined],
    ['likely and too small to matter', [[{ ...wind, effect: 0.29 }, ...others]], undefined],
    ['an alarm already', [[{ ...wind, alarm: true }, ...others]], undefined],
    ['gone by the newest window', [[wind, ...others], others], undefined],
  ])('knows of a change that is %s', async (_, windows, said) => {
    for (const [i, comparisons] of windows.entries())
      await verdict('1.1.0', CREATED + i, CREATED + i + 1, 0, comparisons);
    const { undecided } = (await collect()).drift;
    expect(undecided?.slice(0, said?.length)).toBe(said);
  });
});
