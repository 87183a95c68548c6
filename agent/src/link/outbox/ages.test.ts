import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import type { PredictionRow } from '@plumbline/shared/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RUNNING_TIME } from '../../store/keys.ts';
import { createMemoryStore, type MemoryStore } from '../../testing/memory-store.ts';
import { keepUp } from '../upkeep.ts';
import { createOutbox } from './outbox.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TTL_MS = 7 * DAY_MS;
const NOW = Date.UTC(2026, 0, 1);

function prediction(n: number, at: number): PredictionRow {
  const made = { line: 'delay', version: '1.0.0', sha256: 'a', asOf: at, score: 0.5 };
  return { kind: 'prediction', at, ref: String(n), ...made };
}

/** An outbox with its upkeep on a clock that shows whatever it is set to, while timers take their time. */
async function open(store: MemoryStore = createMemoryStore(), ttlMs: number | undefined = TTL_MS) {
  const timers = createVirtualClock(NOW);
  let offsetMs = 0;
  const clock = { now: () => timers.now() + offsetMs, after: timers.after };
  const outbox = await createOutbox(
    { store, clock, random: createSeededRandom(4) },
    ttlMs === undefined ? {} : { ttlMs },
  );
  const stop = new AbortController();
  const loop = keepUp(
    { clock, outbox, uplink: { pump: async () => undefined }, onProblem: () => undefined },
    stop.signal,
  );
  return {
    store,
    outbox,
    now: clock.now,
    pass: (ms: number) => timers.advance(ms),
    setClock: (at: number) => void (offsetMs = at - timers.now()),
    async end() {
      stop.abort();
      await loop;
    },
  };
}

type World = Awaited<ReturnType<typeof open>>;

async function waitingRefs({ outbox }: World): Promise<string[]> {
  const batch = await outbox.nextBatch('predictions');
  return batch?.rows.flatMap(({ row }) => (row.kind === 'prediction' ? [row.ref ?? ''] : [])) ?? [];
}

describe('the age of a row', () => {
  it('lets it expire a little after its time, and a gap says how many', async () => {
    const world = await open();
    await world.outbox.write({ rows: [prediction(1, NOW), prediction(2, NOW + 5)] });
    await world.pass(3 * DAY_MS);
    await world.outbox.write({ rows: [prediction(3, NOW + 9)] });
    await world.pass(4 * DAY_MS - HOUR_MS);
    expect(await waitingRefs(world)).toEqual(['1', '2', '3']);
    await world.pass(3 * HOUR_MS);
    expect(await waitingRefs(world)).toEqual(['3']);
    const gap = (await world.outbox.nextBatch('predictions'))?.rows[0]?.row;
    expect(gap).toMatchObject({
      kind: 'gap',
      from: 1,
      to: 2,
      count: 2,
      reason: 'expired',
      firstAt: NOW,
      lastAt: NOW + 5,
    });
    await world.end();
  });

  it('never lets go what people wrote, nor events', async () => {
    const world = await open();
    await world.outbox.write({ rows: [{ kind: 'event', at: 1, code: 'x' }] });
    await world.pass(30 * DAY_MS);
    expect((await world.outbox.nextBatch('reports'))?.rows).toMatchObject([{ row: { kind: 'event' } }]);
    await world.end();
  });

  it('stands beside a gap of another reason, and does not swallow it', async () => {
    const world = await open();
    await world.outbox.write({ rows: [1, 2, 3].map((n) => prediction(n, n)) });
    await world.outbox.quarantineFirst('predictions');
    await world.pass(8 * DAY_MS);
    expect((await world.outbox.nextBatch('predictions'))?.rows.map(({ row }) => row)).toMatchObject([
      { kind: 'gap', from: 1, to: 1, count: 1, reason: 'quarantined' },
      { kind: 'gap', from: 2, to: 3, count: 2, reason: 'expired' },
    ]);
    await world.end();
  });

  it('is as old after a restart as it was, less a quarter of an hour at most', async () => {
    const world = await open();
    await world.outbox.write({ rows: [prediction(1, NOW)] });
    await world.pass(5 * DAY_MS);
    await world.end();
    const after = await open(world.store.crash());
    expect(after.outbox.runningMs()).toBeGreaterThanOrEqual(5 * DAY_MS - 15 * 60_000);
    expect(after.outbox.counts().predictions.oldestMs).toBeGreaterThan(4 * DAY_MS);
    await after.pass(2 * DAY_MS - HOUR_MS);
    expect(await waitingRefs(after)).toEqual(['1']);
    await after.pass(3 * HOUR_MS);
    expect(await waitingRefs(after)).toEqual([]);
    await after.end();
  });

  it('is not lost with the count of the time this agent ran', async () => {
    const world = await open();
    await world.outbox.write({ rows: [prediction(1, NOW)] });
    await world.pass(2 * DAY_MS);
    await world.outbox.write({ rows: [prediction(2, NOW)] });
    await world.pass(HOUR_MS * 3);
    await world.end();
    world.store.damage(RUNNING_TIME, utf8('rot'));
    const after = await open(world.store.crash());
    expect(after.outbox.runningMs()).toBeGreaterThanOrEqual(2 * DAY_MS);
    await after.end();
  });

  it('row 27: is what timers say, wherever the clock jumps and however often the agent is killed', async () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('write' as const) }),
      fc.record({ what: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ what: fc.constant('kill' as const) }),
      fc.record({
        what: fc.constant('clock' as const),
        at: fc.constantFrom(0, Date.UTC(1970, 0, 2), Date.UTC(2036, 0, 1), NOW, NOW - DAY_MS, NOW + 40 * DAY_MS),
      }),
    );
    const holds = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      let world = await open();
      const bornAt = new Map<string, number>();
      let passedMs = 0;
      let kills = 0;
      const wrong: string[] = [];
      for (const one of steps) {
        if (one.what === 'write') {
          const n = bornAt.size + 1;
          await world.outbox.write({ rows: [prediction(n, world.now())] });
          bornAt.set(String(n), passedMs);
        } else if (one.what === 'pass') {
          await world.pass(one.hours * HOUR_MS);
          passedMs += one.hours * HOUR_MS;
        } else if (one.what === 'kill') {
          kills += 1;
          await world.end();
          world = await open(world.store.crash());
        } else world.setClock(one.at);
        const kept = new Set(await waitingRefs(world));
        for (const [ref, born] of bornAt) {
          const ageMs = passedMs - born;
          // Never early; late by a mark, and by what a kill makes the agent forget.
          if (ageMs < TTL_MS && !kept.has(ref)) wrong.push(`${ref} went at ${ageMs} ms`);
          if (ageMs > TTL_MS + 3 * HOUR_MS + kills * HOUR_MS && kept.has(ref))
            wrong.push(`${ref} stays at ${ageMs} ms`);
        }
      }
      await world.end();
      expect(wrong).toEqual([]);
    });
    expect(await fc.check(holds, { seed: 27, numRuns: 40 })).toMatchObject({ failed: false });
  });
});
