import { describe, expect, it } from 'vitest';
import { DEFERRAL } from '../store/keys.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { MAX_DEFERRAL_MS, openDeferral } from './deferral.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

async function open(store = createMemoryStore()) {
  const time = { now: NOW };
  return { time, store, deferral: await openDeferral(store, () => time.now) };
}

describe('the word of a person on site', () => {
  it('stands until its time, also for the next process', async () => {
    const { deferral, store } = await open();
    await deferral.put(NOW + MAX_DEFERRAL_MS, 'ada');
    const next = await open(store.crash());
    expect(next.deferral.standing()).toEqual({ until: NOW + MAX_DEFERRAL_MS, actor: 'ada' });
    next.time.now = NOW + MAX_DEFERRAL_MS;
    expect(next.deferral.standing()).toBeUndefined();
  });

  it('is not held to a date that only a wrong clock could have made so late', async () => {
    const { deferral, time } = await open();
    time.now = NOW + 3000 * DAY_MS;
    await deferral.put(time.now + DAY_MS, 'ada');
    time.now = NOW;
    expect(deferral.standing()).toBeUndefined();
  });

  it('is not believed before the disk has it', async () => {
    const { deferral, store } = await open();
    store.refuse(new Error('no space') as never);
    await expect(deferral.put(NOW + DAY_MS, 'ada')).rejects.toThrow('no space');
    expect(deferral.standing()).toBeUndefined();
  });

  it('was said by nobody when it cannot be read', async () => {
    const { store } = await open();
    await store.commit([{ put: DEFERRAL, value: new Uint8Array([123]) }]);
    expect((await open(store)).deferral.standing()).toBeUndefined();
  });
});
