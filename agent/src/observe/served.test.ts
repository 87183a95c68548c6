import { openBundle } from '@plumbline/shared/manifest';
import { sleep } from '@plumbline/shared/ports';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { sha256Hex } from '@plumbline/shared/trust';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOutbox } from '../link/outbox/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import { createPredictor } from '../predict/predictor.ts';
import { servedKey } from '../store/keys.ts';
import { createLinearInference, encodeLinear } from '../testing/linear-inference.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { mintRelease } from '../testing/mint.ts';
import { createServed } from './served.ts';

const MINUTE_MS = 60_000;
let manifest: LoadedModel['manifest'];

beforeAll(async () => {
  const { archive } = await mintRelease();
  manifest = (await openBundle(archive, async (bytes) => sha256Hex(bytes))).manifest;
});

/** A process on a disk, with a stopwatch that the models themselves move. */
async function life(store = createMemoryStore(), clock = createVirtualClock()) {
  let elapsedMs = 0;
  const damaged: string[] = [];
  const outbox = await createOutbox({ store, clock, random: createSeededRandom(1) });
  const predictor = createPredictor({ clock, stopwatch: { elapsedMs: () => elapsedMs } });
  const served = await createServed({
    store,
    clock,
    outbox,
    predictor,
    onDamaged: (key) => damaged.push(key),
  });
  /** @param tookMs of a run, whatever its rows */
  const use = async (sha256: string, tookMs = 1, fault?: 'nan', waitMs = 0) => {
    const linear = await createLinearInference().load(
      encodeLinear({ weights: [1, 0], bias: 0, ...(fault && { fault }) }),
    );
    const session: LoadedModel['session'] = {
      ...linear,
      async run(feeds, outputs) {
        elapsedMs += tookMs;
        if (waitMs > 0) await sleep(clock, waitMs);
        return linear.run(feeds, outputs);
      },
    };
    predictor.swap({ line: 'delay', sha256, version: '1.0.0', counter: 1, manifest, reference: undefined, session });
  };
  const ask = async (times: number, records = 1) => {
    for (let i = 0; i < times; i += 1) {
      await predictor
        .predict(Array.from({ length: records }, () => ({ values: { a: 5, b: null }, asOf: 0 })))
        .catch(() => undefined);
    }
  };
  return { store, clock, outbox, predictor, served, damaged, use, ask };
}

describe('what an archive did in service', () => {
  it('is counted since it was first asked, with the time that 95 % of its calls took at most', async () => {
    const { served, use, ask, clock } = await life();
    await use('first', 2);
    expect(served.of('delay')).toEqual({});
    await clock.advance(MINUTE_MS);
    await ask(100);
    const { served: told, servedBefore } = served.of('delay');
    expect(told).toMatchObject({ sha256: 'first', since: clock.now(), predictions: 100, errors: 0 });
    expect((told?.p95Micros ?? 0) / 2000).toBeCloseTo(1, 1);
    expect(servedBefore).toBeUndefined();
  });

  it('stands beside the one that answered before it on the same device', async () => {
    const { served, use, ask } = await life();
    await use('first', 2);
    await ask(60);
    await use('second', 6);
    expect(served.of('delay')).toEqual({ servedBefore: expect.objectContaining({ sha256: 'first', predictions: 60 }) });
    await ask(50);
    const { served: now, servedBefore: before } = served.of('delay');
    expect(now).toMatchObject({ sha256: 'second', predictions: 50 });
    expect((now?.p95Micros ?? 0) / (before?.p95Micros ?? Number.NaN)).toBeCloseTo(3, 0);
  });

  it('divides the time of a call by its records', async () => {
    const { served, use, ask } = await life();
    await use('first', 10);
    await ask(5, 100);
    expect(served.of('delay').served?.predictions).toBe(500);
    expect((served.of('delay').served?.p95Micros ?? 0) / 100).toBeCloseTo(1, 1);
  });

  it('counts records without an answer by the fault of the model, and none by the fault of who asked', async () => {
    const { served, use, ask, predictor } = await life();
    await use('first', 1, 'nan');
    await ask(3, 2);
    await expect(predictor.predict([{ values: { a: 'tall', b: null }, asOf: 0 }])).rejects.toMatchObject({
      kind: 'invalid',
    });
    expect(served.of('delay').served).toMatchObject({ predictions: 0, errors: 6 });
    expect(served.of('delay').served).not.toHaveProperty('p95Micros');
  });

  it('leaves out what a model says after another one took its place', async () => {
    const { served, use, ask, predictor, clock } = await life();
    await use('first', 1, undefined, 1000);
    const late = predictor.predict([{ values: { a: 5, b: null }, asOf: 0 }]);
    await use('second');
    await ask(1);
    await clock.advance(1000);
    await late;
    expect(served.of('delay')).toEqual({ served: expect.objectContaining({ sha256: 'second', predictions: 1 }) });
  });

  it('begins anew for an archive that comes back', async () => {
    const { served, use, ask } = await life();
    await use('first');
    await ask(5);
    await use('second');
    await ask(2);
    await use('first');
    await ask(1);
    expect(served.of('delay')).toMatchObject({
      served: { sha256: 'first', predictions: 1 },
      servedBefore: { sha256: 'second', predictions: 2 },
    });
  });

  it('knows what the agent took of memory while each answered', async () => {
    const { served, use, ask } = await life();
    await use('first');
    await ask(1);
    served.weighed(90);
    await use('second');
    served.weighed(300);
    await ask(1);
    served.weighed(120);
    expect(served.of('delay')).toMatchObject({ served: { memoryMb: 120 }, servedBefore: { memoryMb: 90 } });
  });
});

describe('its counts on disk', () => {
  it('are whole after a clean end, and behind by a minute at most after a crash', async () => {
    const before = await life();
    await before.use('first', 2);
    await before.ask(10);
    await before.outbox.flush();
    await before.clock.advance(MINUTE_MS);
    await before.ask(10);
    await before.outbox.flush();
    await before.ask(5);
    const crashed = await life(before.store.crash(), before.clock);
    await crashed.use('first');
    expect(crashed.served.of('delay').served).toMatchObject({ sha256: 'first', predictions: 20 });
    await crashed.ask(4);
    crashed.served.keep();
    await crashed.outbox.flush();
    const after = await life(crashed.store.crash(), before.clock);
    await after.use('first');
    expect(after.served.of('delay').served?.predictions).toBe(24);
  });

  it('cost a write a minute, not one a prediction', async () => {
    const { store, outbox, use, ask } = await life();
    await use('first');
    await ask(1);
    await outbox.flush();
    const commits = store.commits();
    for (let i = 0; i < 20; i += 1) {
      await ask(1);
      await outbox.flush();
    }
    expect(store.commits()).toBe(commits);
  });

  it('that cannot be read are told and begin anew', async () => {
    const { store, clock } = await life();
    const notOurs = new TextEncoder().encode('{"now":{"sha256":5}}');
    await store.commit([{ put: servedKey('delay'), value: notOurs }]);
    const { damaged, served, use, ask } = await life(store, clock);
    await use('first');
    await ask(1);
    expect(damaged).toEqual([servedKey('delay')]);
    expect(served.of('delay').served?.predictions).toBe(1);
  });
});
