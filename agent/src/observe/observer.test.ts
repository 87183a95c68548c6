import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import type { DriftWindow } from '@plumbline/shared/drift';
import { describe, expect, it } from 'vitest';
import { createOutbox } from '../link/outbox/index.ts';
import { createPredictor } from '../predict/predictor.ts';
import type { LoadedModel } from '../predict/load.ts';
import { createLinearInference, encodeLinear } from '../testing/linear-inference.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex } from '@plumbline/shared/trust';
import { mintRelease } from '../testing/mint.ts';
import { matureOutcome } from './mature.ts';
import { observePredictions } from './observer.ts';
import { createStoredPredictions } from './stored-predictions.ts';
import { createWindows } from './windows.ts';

const JANUARY = Date.UTC(2026, 0, 15);
const FEBRUARY = Date.UTC(2026, 1, 15);

async function world(plans: Record<string, number> = {}) {
  const clock = createVirtualClock();
  const store = createMemoryStore();
  const outbox = await createOutbox({ store, clock, random: createSeededRandom(1) });
  const windows = await createWindows(store, () => undefined);
  const predictions = await createStoredPredictions(store);
  const predictor = createPredictor({ clock });
  const planOf = (activity: string) => {
    const startAt = plans[activity];
    return startAt === undefined ? undefined : { entry: `plan-${activity}`, startAt };
  };
  const deps = { clock, outbox, windows, predictions, planOf };
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
  const predict = (activity: string | undefined, asOf = JANUARY) =>
    predictor.predict([{ ...(activity !== undefined && { activity }), values: { a: 5, b: null }, asOf }]);
  return { ...deps, counters, predictor, use, closed, sent, predict };
}

describe('the windows', () => {
  it('count an activity once per model version, and a nameless record every time', async () => {
    const { predict, closed, use } = await world();
    await predict('slab');
    await predict('slab');
    await predict(undefined);
    await predict(undefined);
    await use('1.0.1');
    await predict('slab');
    const windows = await closed();
    expect(windows.map(({ count }) => count)).toEqual([3, 1]);
    expect(windows[0]?.features['a']).toEqual([0, 0, 0, 3, 0]);
    expect(windows[0]?.features['b']).toEqual([0, 0, 0, 0, 3]);
  });

  it('do not count what began in an earlier period', async () => {
    const { predict, closed } = await world({ old: JANUARY, new: FEBRUARY });
    await predict('old', FEBRUARY);
    await predict('new', FEBRUARY);
    expect((await closed()).map(({ from, count }) => [from, count])).toEqual([[Date.UTC(2026, 1, 1), 1]]);
  });

  it('close when a prediction of a later month comes', async () => {
    const { predict, sent } = await world();
    await predict('a', JANUARY);
    await predict('b', FEBRUARY);
    expect((await sent()).map(({ from, to, count }) => [from, to, count])).toEqual([
      [Date.UTC(2026, 0, 1), Date.UTC(2026, 1, 1), 1],
    ]);
  });

  it('take an outcome once per prediction, and keep their feature bins when it came first', async () => {
    const deps = await world();
    await deps.predict('slab');
    expect(matureOutcome(deps, 'slab', 1)).toBe(1);
    expect(matureOutcome(deps, 'slab', 1)).toBe(0);
    await deps.predict('roof');
    await deps.closed();
    expect(matureOutcome(deps, 'roof', 0)).toBe(1);
    await deps.predict('wall');
    const [first, second] = await deps.closed();
    expect(first).toMatchObject({ count: 2, matured: { positive: expect.arrayContaining([1]) } });
    expect(second).toMatchObject({ count: 1, matured: { negative: expect.arrayContaining([1]) } });
    expect(second?.features['a']).toEqual([0, 0, 0, 1, 0]);
  });

  it('count values between the edges of their reference, and take no late or in time for them', async () => {
    const deps = await world();
    await deps.use('2.0.0', undefined, { scoreEdges: [0.001, 0.5] });
    const [said] = await deps.predict('slab');
    expect(said).toMatchObject({ unit: 'days' });
    expect(said).not.toHaveProperty('label');
    expect(matureOutcome(deps, 'slab', 1)).toBe(1);
    expect(matureOutcome(deps, 'slab', 1)).toBe(0);
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

  it('tell failures of the model from questions it could not take', async () => {
    const { predictor, counters, closed, use } = await world();
    const bad = predictor.predict([{ values: { a: 'wet' }, asOf: JANUARY }]);
    await expect(bad).rejects.toMatchObject({ code: 'value_type' });
    await use('1.0.1', 'nan');
    await expect(predictor.predict([{ values: { a: 1 }, asOf: JANUARY }])).rejects.toMatchObject({
      code: 'output_not_finite',
    });
    expect(counters).toMatchObject({ refusedCalls: 1, modelErrors: 1 });
    expect((await closed()).map(({ errors, count }) => [errors, count])).toEqual([[1, 0]]);
  });
});
