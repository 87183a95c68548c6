import type { ActivityRecord } from '@plumbline/shared/manifest';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { utf8 } from '@plumbline/shared/trust';
import { describe, expect, it } from 'vitest';
import { createOutbox } from '../link/outbox/index.ts';
import type { LoadedModel } from '../predict/load.ts';
import type { PredictorListener } from '../predict/predictor.ts';
import { RECENT_INPUTS, recentKey } from '../store/keys.ts';
import { createMemoryStore, type MemoryStore } from '../testing/memory-store.ts';
import { createRecentInputs } from './recent-inputs.ts';

const MODEL = { line: 'delay' } as LoadedModel;
const record = (activity: string, asOf = 0): ActivityRecord => ({ activity, values: { a: 1 }, asOf });
const large = (activity: string, letters: number): ActivityRecord => ({
  activity,
  values: { x: 'x'.repeat(letters) },
  asOf: 0,
});
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => record(`activity ${from + i}`));

/** Recent inputs of a device that keeps five a line, and the predictions it hears of. */
async function open(store: MemoryStore = createMemoryStore(), capacity = 5) {
  const clock = createVirtualClock();
  const outbox = await createOutbox({ store, clock, random: createSeededRandom(1) });
  let heard: Partial<PredictorListener> = {};
  const predictor = {
    listen: (listener: Partial<PredictorListener>) => {
      heard = listener;
      return () => true;
    },
  };
  const inputs = await createRecentInputs({ store, clock, outbox, predictor, capacity: () => capacity });
  const ask = (records: readonly ActivityRecord[]) => heard.predicted?.(MODEL, records, [], 0, {});
  return { clock, outbox, store, inputs, ask, names: () => inputs.of('delay', 100).map(({ activity }) => activity) };
}

describe('recent real inputs', () => {
  it('are the newest ones, newest first', async () => {
    const { inputs, ask, clock, names } = await open();
    ask(many(4));
    await clock.advance(10_000);
    ask(many(3, 4));
    expect(names()).toEqual(['activity 6', 'activity 5', 'activity 4', 'activity 3', 'activity 2']);
    expect(inputs.of('delay', 2).map(({ activity }) => activity)).toEqual(['activity 6', 'activity 5']);
    expect(inputs.of('another line', 2)).toEqual([]);
  });

  it('hold an activity of one moment once, and of two moments twice', async () => {
    const { ask, names } = await open();
    ask([record('pour slab'), record('pour slab'), record('pour slab', 1)]);
    expect(names()).toEqual(['pour slab', 'pour slab']);
  });

  it('survive a crash after the group commit, without what was pushed out', async () => {
    const { outbox, ask, clock, store } = await open();
    ask(many(4));
    await clock.advance(10_000);
    ask(many(3, 4));
    await outbox.flush();
    const after = await open(store.crash());
    expect(after.names()).toEqual(['activity 6', 'activity 5', 'activity 4', 'activity 3', 'activity 2']);
    expect(store.keys().filter((key) => key.startsWith(RECENT_INPUTS))).toHaveLength(5);
    after.ask([record('after the crash')]);
    expect(after.names()[0]).toBe('after the crash');
  });

  it('cost one write a second under load, however many are asked', async () => {
    const { ask, clock, names, outbox, store } = await open(createMemoryStore(), 100);
    ask(many(100));
    await outbox.flush();
    let commits = 0;
    const commit = store.commit;
    store.commit = async (changes) => {
      commits += changes.filter((change) => 'put' in change && change.put.startsWith(RECENT_INPUTS)).length;
      return commit(changes);
    };
    for (let call = 0; call < 1000; call += 1) {
      await clock.advance(10);
      ask(many(50, 1000 + call * 50));
    }
    await outbox.flush();
    expect(commits).toBe(10);
    expect(names()).toHaveLength(100);
  });

  it('leave out what is too large to be kept, and stay below their bytes together', async () => {
    const { inputs, ask } = await open(createMemoryStore(), 200);
    ask([large('too large', 70_000), ...Array.from({ length: 100 }, (_, i) => large(`large ${i}`, 60_000))]);
    const kept = inputs.of('delay', 200);
    expect(kept[0]?.activity).toBe('large 99');
    expect(kept.length * 60_000).toBeLessThan(4 * 2 ** 20);
    expect(kept.length).toBeGreaterThan(60);
  });

  it('lose one record to a rotten entry, not the start', async () => {
    const { store, outbox, ask } = await open();
    ask(many(3));
    await outbox.flush();
    await store.commit([{ put: recentKey('delay', 1), value: utf8('{"activity":7') }]);
    const after = await open(store);
    expect(after.names()).toEqual(['activity 2', 'activity 0']);
    await after.outbox.flush();
    expect(store.keys()).not.toContain(recentKey('delay', 1));
  });

  it('tell who waits for them, until it does no longer', async () => {
    const { inputs, ask, clock } = await open();
    let told = 0;
    const stop = inputs.listen('delay', () => (told += 1));
    ask(many(2));
    ask(many(2));
    await clock.advance(10_000);
    stop();
    ask(many(1, 9));
    expect(told).toBe(1);
  });
});
