import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { checkMerged, checkWindow, mergeWindows, outcomesOf, type DriftWindow } from '@plumbline/shared/drift';
import { describe, expect, it } from 'vitest';
import { createOutbox } from '../link/outbox/index.ts';
import { createPredictor } from '../predict/predictor.ts';
import type { LoadedModel } from '../predict/load.ts';
import { createLinearInference, encodeLinear } from '../testing/linear-inference.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { mintRelease } from '../testing/mint.ts';
import { createLocalDrift } from './detect/local-drift.ts';
import { createExamples } from './examples/examples.ts';
import { matureOutcome } from './mature.ts';
import { observePredictions } from './observer.ts';
import { createStoredPredictions } from './stored-predictions.ts';
import { createWindows } from './windows.ts';
import { createLineMemory } from './windows/line-memory.ts';

const DAY_MS = 86_400_000;
const MONDAY = Date.UTC(2026, 5, 15);
const TUESDAY = MONDAY + DAY_MS;

const { reference: REFERENCE } = await openBundle((await mintRelease()).archive, async (bytes) => sha256Hex(bytes));
const sum = (counts: readonly number[] = []) => counts.reduce((all, count) => all + count, 0);

async function world(plans: Record<string, number> = {}) {
  const clock = createVirtualClock();
  const store = createMemoryStore();
  const random = createSeededRandom(1);
  const outbox = await createOutbox({ store, clock, random });
  const windows = await createWindows({ store, clock, random, windowMs: () => undefined });
  const predictions = await createStoredPredictions(store);
  const memory = await createLineMemory(store);
  const examples = await createExamples({ store, clock, settings: () => ({}) });
  const predictor = createPredictor({ clock });
  const planOf = (activity: string) => {
    const startAt = plans[activity];
    return startAt === undefined ? undefined : { entry: `plan-${activity}`, startAt };
  };
  const deps = { clock, store, outbox, windows, predictions, memory, examples, planOf };
  const counters = observePredictions(predictor, deps);
  const use = async (version: string, fault?: 'nan', value?: { scoreEdges?: number[] }) => {
    const { archive, assigned } = await mintRelease({ version });
    const { manifest, reference } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
    const linear = { weights: [1, 0], bias: 0, ...(fault && { fault }) };
    const session = await createLinearInference().load(encodeLinear(linear));
    // The second column of the graph's answer stands still: read as days it is what `a` is.
    const days = { kind: 'value', value: 'p', unit: 'days' } as const;
    const model: LoadedModel = {
      line: 'delay',
      sha256: assigned.sha256,
      version,
      counter: 1,
      manifest: value === undefined ? manifest : { ...manifest, output: days },
      reference: value === undefined || reference === undefined ? reference : { ...reference, ...value },
      session,
    };
    predictor.swap(model);
  };
  await use('1.0.0');
  const sent = async (): Promise<DriftWindow[]> => {
    await outbox.flush();
    const rows = (await outbox.nextBatch('evidence'))?.rows ?? [];
    return rows.flatMap(({ row }) => (row.kind === 'window' ? [row.window] : []));
  };
  const closed = async () => {
    const write = windows.close(undefined, clock.now());
    if (write !== undefined) await outbox.write(write);
    return sent();
  };
  const predict = (activity: string | undefined, asOf = MONDAY) =>
    predictor.predict([{ ...(activity !== undefined && { activity }), values: { a: 5, b: null }, asOf }]);
  return { ...deps, counters, predictor, use, closed, sent, predict };
}

const ENDED = { knownAt: MONDAY + 9 * DAY_MS };
const late = { ...ENDED, label: 1 } as const;
const inTime = { ...ENDED, label: 0 } as const;

describe('the windows', () => {
  it('count an activity once for a line, by its first word on it, and a nameless record every time', async () => {
    const { predict, closed, use } = await world();
    await predict('slab');
    await predict('slab');
    await predict(undefined);
    await predict(undefined);
    await use('1.0.1');
    await predict('slab');
    await predict('roof');
    const windows = await closed();
    expect(windows.map(({ count }) => count)).toEqual([3, 1]);
    expect(windows[0]?.features['a']).toEqual([0, 0, 0, 3, 0]);
    expect(windows[0]?.features['b']).toEqual([0, 0, 0, 0, 3]);
    expect(
      windows.every((window) => checkWindow(window, REFERENCE, { receivedAt: MONDAY, releasedAt: 0 }) === undefined),
    ).toBe(true);
    // The second version goes on where the first one was: `a` stood still, whoever answered.
    expect(windows.map(({ shape }) => shape['a'])).toMatchObject([
      { repeats: 2, compared: 2, octaves: [[2, 3]] },
      { repeats: 1, compared: 1, octaves: [[2, 1]] },
    ]);
  });

  it('do not count what began before the line came to this device, and count late what began since', async () => {
    const { predict, closed } = await world({ old: MONDAY - 1, young: MONDAY + 5 });
    await predict('old', MONDAY + 10);
    await predict('young', MONDAY + 3 * DAY_MS);
    expect((await closed()).map(({ from, count }) => [from, count])).toEqual([[MONDAY + 3 * DAY_MS, 1]]);
  });

  it('are of the UTC day, each with a name of its own, and leave when a prediction of a later day comes', async () => {
    const { predict, sent, closed } = await world();
    await predict('a', MONDAY + 5);
    await predict('b', TUESDAY);
    const [first] = await sent();
    expect([first?.from, first?.to, first?.count]).toEqual([MONDAY, TUESDAY, 1]);
    const ids = (await closed()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe(first?.id);
  });

  it('send one window a day, however the days of a batch are mixed', async () => {
    const { predictor, closed } = await world();
    const days = [3, 1, 2, 3, 1, 2, 1, 3];
    await predictor.predict(days.map((day) => ({ values: { a: 1, b: 1 }, asOf: MONDAY + day * DAY_MS })));
    expect((await closed()).map(({ from, count }) => [(from - MONDAY) / DAY_MS, count]).toSorted()).toEqual([
      [1, 3],
      [2, 2],
      [3, 3],
    ]);
  });

  it('take an outcome once per prediction, and keep their feature bins when it came first', async () => {
    const deps = await world();
    await deps.predict('slab');
    expect(matureOutcome(deps, 'slab', late)).toBe(1);
    expect(matureOutcome(deps, 'slab', late)).toBe(0);
    await deps.predict('roof');
    await deps.closed();
    expect(matureOutcome(deps, 'roof', inTime)).toBe(1);
    await deps.predict('wall');
    const [first, second] = await deps.closed();
    expect(first).toMatchObject({ count: 2, matured: { positive: expect.arrayContaining([1]) } });
    expect(second).toMatchObject({ from: MONDAY, count: 1, matured: { negative: expect.arrayContaining([1]) } });
    expect(second?.id).not.toBe(first?.id);
    expect(second?.features['a']).toEqual([0, 0, 0, 1, 0]);
  });

  it('are told to the detectors of this device once, whatever people say later', async () => {
    const deps = await world();
    const localDrift = await createLocalDrift({ store: deps.store, isOn: () => true });
    await deps.predict('slab');
    for (const outcome of [late, inTime, { ...ENDED, label: undefined }, inTime, late] as const) {
      expect(matureOutcome({ ...deps, localDrift }, 'slab', outcome)).toBe(1);
    }
    await deps.predict('slab');
    matureOutcome({ ...deps, localDrift }, 'slab', inTime);
    expect(localDrift.all()).toMatchObject([{ judged: 1 }]);
    await deps.predict('roof');
    matureOutcome({ ...deps, localDrift }, 'roof', late);
    expect(localDrift.all()).toMatchObject([{ judged: 2 }]);
  });

  it('take back what was corrected, also in a further window, and what people contradict each other about', async () => {
    const deps = await world();
    await deps.predict('slab');
    matureOutcome(deps, 'slab', late);
    await deps.closed();
    expect(matureOutcome(deps, 'slab', inTime)).toBe(1);
    expect(matureOutcome(deps, 'slab', { ...ENDED, label: undefined })).toBe(1);
    expect(matureOutcome(deps, 'slab', inTime)).toBe(1);
    const merged = mergeWindows(await deps.closed());
    expect(sum(merged.matured?.positive)).toBe(1);
    expect(sum(merged.corrections?.positive)).toBe(1);
    expect(sum(merged.matured?.negative)).toBe(2);
    expect(sum(merged.corrections?.negative)).toBe(1);
    const held = outcomesOf(merged);
    expect([sum(held.negative), sum(held.positive)]).toEqual([1, 0]);
    expect(checkMerged(merged)).toBeUndefined();
  });

  it.each([
    ['its outcome was seen before it was made', 'slab', MONDAY, 1],
    ['another version of the line had spoken first', 'slab', MONDAY + 1, 2],
  ])('take no outcome of a prediction when %s', async (_, activity, knownAt, versions) => {
    const deps = await world();
    for (let i = 0; i < versions; i += 1) {
      await deps.use(`1.0.${i}`);
      await deps.predict(activity);
    }
    expect(matureOutcome(deps, activity, { label: 1, knownAt })).toBe(versions - 1);
    expect((await deps.closed()).filter(({ matured }) => matured !== undefined)).toHaveLength(versions - 1);
  });

  it('count values between the edges of their reference, and take no late or in time for them', async () => {
    const deps = await world();
    await deps.use('2.0.0', undefined, { scoreEdges: [0.001, 0.5] });
    const [said] = await deps.predict('slab');
    expect(said).toMatchObject({ unit: 'days' });
    expect(said).not.toHaveProperty('label');
    expect(matureOutcome(deps, 'slab', late)).toBe(0);
    const [counted] = await deps.closed();
    expect(counted!.score.slice(0, 3)).toEqual([0, 1, 0]);
    expect(counted).not.toHaveProperty('matured');
    const rows = (await deps.outbox.nextBatch('predictions'))?.rows ?? [];
    expect(rows.map(({ row }) => row)).toMatchObject([{ kind: 'prediction', score: said!.score, unit: 'days' }]);
  });

  it('count no value whose reference has no edges: any bin would be a guess', async () => {
    const deps = await world();
    await deps.use('2.0.0', undefined, {});
    await deps.predict('slab');
    const [counted] = await deps.closed();
    expect(counted!.count).toBe(1);
    expect(counted!.score.every((count) => count === 0)).toBe(true);
    expect(counted!.features['a']).toEqual([0, 0, 0, 1, 0]);
  });

  it('and rows name the activity that was asked about, where one was', async () => {
    const { predict, outbox } = await world();
    await predict('slab');
    await predict(undefined);
    await outbox.flush();
    const rows = (await outbox.nextBatch('predictions'))?.rows ?? [];
    expect(rows.map(({ row }) => row.kind === 'prediction' && row.activity)).toEqual(['slab', undefined]);
  });

  it('tell failures of the model from questions it could not take', async () => {
    const { predictor, counters, closed, use } = await world();
    const bad = predictor.predict([{ values: { a: 'wet' }, asOf: MONDAY }]);
    await expect(bad).rejects.toMatchObject({ code: 'value_type' });
    await use('1.0.1', 'nan');
    await expect(predictor.predict([{ values: { a: 1 }, asOf: MONDAY }])).rejects.toMatchObject({
      code: 'output_not_finite',
    });
    expect(counters).toMatchObject({ refusedCalls: 1, modelErrors: 1 });
    expect((await closed()).map(({ errors, count }) => [errors, count])).toEqual([[1, 0]]);
  });
});
