import { DETECTORS } from '@plumbline/shared/drift';
import { createSeededRandom } from '@plumbline/shared/testing';
import { describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../options.ts';
import { createMemoryStore, type MemoryStore } from '../../testing/memory-store.ts';
import { createLocalDrift, type LocalDrift } from './local-drift.ts';

const of = (sha256: string) => ({ line: 'delay', version: '1.0.0', sha256, activity: 'slab' });

async function hear(watch: LocalDrift, store: MemoryStore, isError: boolean, at: number, sha256 = 'ab') {
  const { rows = [], changes = [], latest = {} } = watch.take(of(sha256), isError, at);
  const puts = Object.entries(latest).flatMap(([put, valueOf]) => {
    const value = valueOf();
    return value === undefined ? [] : [{ put, value }];
  });
  await store.commit([...changes, ...puts]);
  return rows;
}

/** Errors at 0.1, from the 300th on at 0.5. */
function errors(seed: number): boolean[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: 600 }, (_, i) => random.next() < (i < 300 ? 0.1 : 0.5));
}

describe('the detectors of a device', () => {
  it('alarm as they would without restarts, each once as an event and in the state', async () => {
    const store = createMemoryStore();
    const told: AgentEvent[] = [];
    const rows: { at: number; detector: unknown }[] = [];
    const open = () => createLocalDrift({ store, isOn: () => true }, (event) => told.push(event));
    let watch = await open();
    for (const [at, isError] of errors(3).entries()) {
      if (at % 37 === 0) watch = await open();
      for (const row of await hear(watch, store, isError, at)) {
        expect(row).toMatchObject({ kind: 'event', code: 'drift_local' });
        if (row.kind === 'event') rows.push({ at, detector: row.details?.['detector'] });
      }
    }
    const expected = (['hddm-a', 'page-hinkley'] as const).map((detector) => {
      let state = DETECTORS[detector].start();
      for (const [at, isError] of errors(3).entries()) {
        const step = DETECTORS[detector].take(state, { n: 1, errors: Number(isError) });
        if (step.alarm !== undefined) return { at, detector };
        state = step.state;
      }
      return undefined;
    });
    expect(rows.filter((row, i) => rows.findIndex(({ detector }) => detector === row.detector) === i)).toEqual(
      expect.arrayContaining(expected),
    );
    expect(rows[0]!.at).toBeGreaterThan(300);
    expect(told).toHaveLength(rows.length);
    const wrong = errors(3).filter(Boolean).length;
    expect((await open()).all()).toMatchObject([{ line: 'delay', judged: 600, errors: wrong, alarms: rows.length }]);
  });

  it('hear nothing while they are off, and forget archives of long ago', async () => {
    const store = createMemoryStore();
    let isOn = false;
    const watch = await createLocalDrift({ store, isOn: () => isOn });
    await hear(watch, store, true, 1);
    expect(watch.all()).toEqual([]);
    isOn = true;
    for (const sha256 of ['a', 'b', 'a', 'c', 'd', 'e']) await hear(watch, store, true, 1, sha256);
    const kept = ['a', 'c', 'd', 'e'];
    expect(watch.all().map(({ sha256 }) => sha256)).toEqual(kept);
    const after = await createLocalDrift({ store, isOn: () => isOn });
    expect(after.all().map(({ sha256 }) => sha256)).toEqual(kept);
  });
});
